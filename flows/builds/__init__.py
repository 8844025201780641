"""dbt as the flow drives it: its command line, its parsed project, and what its events say."""

from flows.builds.command import command
from flows.builds.compiled import Statement, compiled
from flows.builds.credentials import lend_credentials
from flows.builds.ending import ending_at_signals
from flows.builds.project import fingerprint, parsed
from flows.builds.results import Listener, explain
from flows.builds.samples import samples, with_sql
from flows.builds.unheard import hearing_only

__all__ = [
    "Listener",
    "Statement",
    "command",
    "compiled",
    "ending_at_signals",
    "explain",
    "fingerprint",
    "hearing_only",
    "lend_credentials",
    "parsed",
    "samples",
    "with_sql",
]
