"""Whether this target can be used, looked at from the outside: one check after the other, and nothing is changed."""

from flows.doctor.check import Check, Finding, diagnosed
from flows.doctor.checks import checks

__all__ = ["Check", "Finding", "checks", "diagnosed"]
