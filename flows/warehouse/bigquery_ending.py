"""How the wait for a job ends where it was not simply done: what came of the job, and that it works on for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

DONE = "DONE"


def may_be_sent_again(job: Any) -> bool:
    """Whether the service has said of the job itself that it is done, and has failed for a reason of the service's."""
    from google.cloud.bigquery.retry import job_retry_reasons

    return job.state == DONE and (job.error_result or {}).get("reason") in job_retry_reasons


def is_done_after_all(job: Any, seconds: float) -> bool:
    """Whether a job has done its work, though the wait for it failed; one that is still at it is cancelled.

    Looks, and waits for the end of what was cancelled, as long as `seconds` allow. Where nothing is heard of it in that
    time, it may be at work still.
    """
    from google.cloud.bigquery import DEFAULT_RETRY

    retry = DEFAULT_RETRY.with_delay(maximum=seconds / 8).with_timeout(seconds / 4)
    with suppress(Exception):  # the error that has led here is the one to be told
        if not job.done(retry=retry):
            job.cancel(retry=retry, timeout=seconds / 4)
            job.exception(timeout=seconds / 4)
    return bool(job.state == DONE and not job.error_result)


@contextmanager
def cancelled_at_a_signal(job: Any) -> Iterator[None]:
    """Cancel the job where a signal ends the wait for it: nobody will want what it does, and it is billed."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        with suppress(Exception):
            job.cancel(retry=None, timeout=5)
        raise
