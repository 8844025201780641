"""Values as SQL, whatever letters they hold."""

from collections.abc import Iterable


def quoted(value: str) -> str:
    """The text as a literal.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def listed(values: Iterable[str]) -> str:
    """Texts as a list.

    >>> listed(["a", "b"])
    "['a', 'b']"
    """
    return f"[{', '.join(quoted(value) for value in values)}]"
