"""dbt as the flow drives it: its command line, its parsed project, and what its events say."""

from flows.builds.command import command
from flows.builds.project import fingerprint, parsed
from flows.builds.results import Listener, explain

__all__ = ["Listener", "command", "explain", "fingerprint", "parsed"]
