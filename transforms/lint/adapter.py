"""Stands in for dbt's adapter while sqlfluff renders a model without a database: every dialect macro is a column."""

from collections.abc import Callable


def dispatch(name: str, package: str = "") -> Callable[..., str]:
    """What dbt's `adapter.dispatch` gives, as far as the layout of the SQL is concerned."""
    return lambda *arguments, **named: name
