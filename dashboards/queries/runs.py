"""The last runs, step by step, by the receipts that are published beside the marts: some rows a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboards.published import Published, rows
from dashboards.queries import cached
from flows.receipts import Receipt

RUNS = 20


@dataclass(frozen=True)
class Run:
    """A run by its receipts, in the order in which they were begun. Amounts are None where no step told them."""

    run_id: str
    receipts: tuple[Receipt, ...]

    @property
    def whole(self) -> Receipt | None:
        """The receipt of the run itself, which is the last that is written; None while it goes on, or if it died."""
        return next((receipt for receipt in self.receipts if receipt.step == "run"), None)

    @property
    def steps(self) -> tuple[Receipt, ...]:
        return tuple(receipt for receipt in self.receipts if receipt.step != "run")

    @property
    def began(self) -> datetime:
        return min(receipt.started_at for receipt in self.receipts)

    @property
    def seconds(self) -> float:
        return self.whole.seconds if self.whole else sum(receipt.seconds for receipt in self.steps)

    @property
    def bytes_billed(self) -> int:
        told = [self.whole] if self.whole else self.steps
        return sum(receipt.detail.get("billed", {}).get("bytes", 0) for receipt in told)

    def rows(self, column: str) -> int | None:
        """What the batches of the run say, such as `rows_in`; a sum, or None where there was none."""
        told = [getattr(receipt, column) for receipt in self.receipts if receipt.step == "validate"]
        return sum(number or 0 for number in told) if told else None


@cached
def runs(copy: Published) -> list[Run]:
    """The last runs, the last one first. A serving copy has those up to the one that published it, whose last steps
    were not over then; those that published nothing since are in the next copy."""
    found = rows(
        copy,
        """
        with

        runs as (

            select
                run_id,
                min(started_at) as began
            from ops.receipts
            group by run_id
            order by began desc, run_id
            limit @runs

        )

        select receipts.*
        from ops.receipts as receipts
        inner join runs on receipts.run_id = runs.run_id
        order by runs.began desc, receipts.run_id, receipts.started_at, receipts.step
        """,
        runs=RUNS,
    )
    by_run: dict[str, list[Receipt]] = {}
    for row in found:
        told = {"started_at": row["started_at"].replace(tzinfo=UTC), "detail": json.loads(row["detail"])}
        by_run.setdefault(row["run_id"], []).append(Receipt(**row | told))
    return [Run(run_id, tuple(receipts)) for run_id, receipts in by_run.items()]
