"""Alerts: whoever answers for the numbers is told when they cannot be trusted, in one message and not in a storm.

Silent, and without any cost, where `SHOPFLOW_ALERT_BLOCKS` is empty. docs/how_to/alerts.md says how to set it up.

    of_run, crashed, Watch    see problems: in what is known of a run, from outside of it, in the age of the data
    tell                      sends what is new about them, remembers what it has told
"""

from flows.alerts.freshness import Watch
from flows.alerts.problem import Problem, Run, Seen, crashed
from flows.alerts.telling import tell

__all__ = ["Problem", "Run", "Seen", "Watch", "crashed", "tell"]
