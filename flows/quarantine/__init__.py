"""The quarantine: refused rows as they are kept, written, searched, corrected, and put through the checks again."""

from flows.quarantine.rows import COLUMNS, Reason, RefusedRow, counted, refused_rows
from flows.quarantine.write import Refusals

__all__ = ["COLUMNS", "Reason", "Refusals", "RefusedRow", "counted", "refused_rows"]
