"""Which refused rows somebody asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.sources.sql import quoted

# What the name of a reason is shortened to, as SQL over the table `t` and a reason `r`.
_SHORTER = ("t || '.' || r.field", "r.field || ': ' || r.reason", "r.field", "r.reason")


def names_of_reasons(table: str) -> str:
    """SQL of the names under which a refused row's reasons are counted, each once; `table` is SQL of its table."""
    return f"list_distinct(list_transform(reasons, lambda r: {_name(table)}))"


def _name(table: str) -> str:
    return f"{table} || if(r.field = '', '', '.' || r.field) || ': ' || r.reason"


@dataclass(frozen=True)
class Wanted:
    """A batch, a table, a reason; None: all. A reason is meant by the name under which it is counted
    (`events.unit_price: negative`), or by a part of that: `events.unit_price`, `unit_price: negative`, `unit_price`,
    `negative`. Blanks and capital letters make no difference."""

    batch: str | None = None
    table: str | None = None
    reason: str | None = None

    @property
    def condition(self) -> str:
        """SQL over `refused`: whether a row is wanted.

        >>> Wanted(batch="b1", table="users").condition
        "batch_id = 'b1' and t = 'users'"
        """
        laws = []
        if self.batch:
            laws.append(f"batch_id = {quoted(self.batch)}")
        if self.table:
            laws.append(f"t = {quoted(self.table)}")
        if self.reason:
            forms = ", ".join(f"replace(lower({form}), ' ', '')" for form in (_name("t"), *_SHORTER))
            spelt = quoted(re.sub(r"\s", "", self.reason).lower())
            laws.append(f"len(list_filter(reasons, lambda r: list_contains([{forms}], {spelt}))) > 0")
        return " and ".join(laws) or "true"

    def __str__(self) -> str:
        said = {"of batch": self.batch, "of table": self.table, "for the reason": self.reason}
        return " ".join(f"{word} {value}" for word, value in said.items() if value)
