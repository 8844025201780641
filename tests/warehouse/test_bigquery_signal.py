"""A signal that ends the wait for a job of BigQuery cancels the job, which is billed."""

from __future__ import annotations

from typing import Any

import pytest

from flows.warehouse.bigquery_ending import cancelled_at_a_signal


class Job:
    """Notes that it was cancelled; it may be that the service does not answer."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.cancelled, self.answer = 0, answer

    def cancel(self, **options: Any) -> None:
        self.cancelled += 1
        if self.answer:
            raise self.answer


@pytest.mark.parametrize("answer", [None, OSError("away")])
@pytest.mark.parametrize("signalled", [KeyboardInterrupt, SystemExit])
def test_a_job_is_cancelled_by_a_signal(signalled: type[BaseException], answer: Exception | None) -> None:
    job = Job(answer)
    with pytest.raises(signalled), cancelled_at_a_signal(job):
        raise signalled
    assert job.cancelled == 1


def test_a_job_that_fails_or_ends_well_is_not_cancelled() -> None:
    job = Job()
    with pytest.raises(ValueError, match="no such table"), cancelled_at_a_signal(job):
        raise ValueError("no such table")
    with cancelled_at_a_signal(job):
        pass
    assert job.cancelled == 0
