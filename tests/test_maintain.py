"""Maintenance lets go of what is old; no number changes, and the ledger closes over all history."""
