"""A script that writes is sent again only where it is known to have failed, however long the network is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import WarehouseError
from flows.warehouse.bigquery_jobs import RETRY_SECONDS, Jobs
from tests.warehouse.away import Service, jobs_of

__all__ = ["jobs_of"]
JobsOf = Callable[[Service], Jobs]
# The question that waits for the end of the job is given up by then, and a last look comes a little later.
AWAY_TOO_LONG = (20, 11 + RETRY_SECONDS)
SCRIPT = "begin transaction; insert into raw.users (user_id) select user_id from lake.users; commit transaction;"


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seconds=st.floats(0, 300), begins=st.floats(0.2, 60), lasts=st.floats(1, 300))
def test_no_script_is_sent_twice_while_its_fate_is_not_known(
    jobs_of: JobsOf, seconds: float, begins: float, lasts: float
) -> None:
    service = Service(seconds, (begins, begins + lasts))
    failure = None
    try:
        jobs_of(service).run(SCRIPT)
    except WarehouseError as error:
        failure = error
    (job,) = service.jobs.values()
    is_over = service.now >= job.ends
    if failure is None:
        assert is_over
    else:
        assert failure.is_transient
        assert lasts > RETRY_SECONDS * 3 / 4
        assert is_over or service.now < begins + lasts, "a job that could be heard of was left to itself"


def test_a_job_that_is_given_up_and_heard_of_again_is_cancelled(jobs_of: JobsOf) -> None:
    service = Service(3_600, AWAY_TOO_LONG)
    with pytest.raises(WarehouseError, match="did not answer, also not when asked again"):
        jobs_of(service).run(SCRIPT)
    (job,) = service.jobs.values()
    assert job.is_cancelled
    assert service.now >= job.ends


def test_a_job_that_ended_well_while_the_network_was_away_is_done(jobs_of: JobsOf) -> None:
    service = Service(30, AWAY_TOO_LONG)
    assert jobs_of(service).run(SCRIPT).state == "DONE"
    assert len(service.jobs) == 1


@pytest.mark.parametrize("reason", ["jobBackendError", "jobInternalError", "jobRateLimitExceeded"])
def test_a_job_that_the_service_says_has_failed_by_itself_is_sent_again(jobs_of: JobsOf, reason: str) -> None:
    service = Service(5, failing={0: reason, 1: reason})
    assert jobs_of(service).run(SCRIPT).state == "DONE"
    assert len(service.jobs) == 3


def test_a_job_that_fails_through_its_own_fault_is_not_sent_again(jobs_of: JobsOf) -> None:
    service = Service(failing={0: "invalidQuery"})
    with pytest.raises(WarehouseError, match="invalidQuery"):
        jobs_of(service).run(SCRIPT)
    assert len(service.jobs) == 1
