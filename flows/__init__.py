"""shopflow: an online shop's own analytics stack. Start reading at `flows/pipeline.py`."""

__version__ = "0.1.0"
