"""BigQuery and Cloud Storage on this machine, for tests and for trying the product out without a Google account.

`python -m emulator` (`make emulator`) serves both with bqemulator and gcp-storage-emulator. Where bqemulator does other
things than BigQuery, `emulator/gaps` closes the gap, one module each; `tests/bigquery/test_gaps.py` says when one is
closed upstream. Everything that passes here is verified against an emulator, not against BigQuery itself; what it tells
of bytes, slots and speed means nothing.

This package runs in an environment of its own (`emulator/requirements.txt`) and knows nothing of the product. Only
`emulator.start` is for others: it needs nothing but Python.
"""
