"""Values as SQL, whatever letters they hold."""

from collections.abc import Iterable
from pathlib import Path


def quoted(value: str | Path) -> str:
    """The text as a literal, for the statements that take no parameters.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[str]) -> str:
    """Texts as a list.

    >>> listed(["a", "b"])
    "['a', 'b']"
    """
    return f"[{', '.join(quoted(value) for value in values)}]"
