"""shopflow: an online shop's own analytics stack. Start reading at `flows/pipeline.py`."""

from flows.quiet import quiet

__version__ = "0.1.0"

quiet()  # here, as no module of ours is imported before: Prefect and Soda read their switches when they are imported
