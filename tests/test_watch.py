"""The watcher calls each duty at its interval, whatever the others do."""

from __future__ import annotations

from threading import Event

from hypothesis import given
from hypothesis import strategies as st

from flows.duties import Duty
from flows.watch import LONGEST_PAUSE_SECONDS, watch


class Time(Event):
    """A clock, and the wait that makes it go on; it ends after so many seconds."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.now, self.until = 0.0, until

    def __call__(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert timeout > 0, "it sleeps between its turns"
        self.now += timeout
        if self.now > self.until:
            self.set()
        return self.is_set()


class Calls:
    """Counts when it was called, and fails meanwhile."""

    def __init__(self, time: Time, failing: range = range(0)) -> None:
        self.at: list[float] = []
        self._time, self._failing = time, failing

    def __call__(self) -> list[str]:
        self.at.append(self._time.now)
        if len(self.at) - 1 in self._failing:
            raise OSError("the server\nis away")
        return []


@given(every=st.integers(1, 40), other=st.integers(1, 40), failures=st.integers(0, 50))
def test_a_duty_comes_at_its_interval_whether_or_not_another_one_fails(every: int, other: int, failures: int) -> None:
    time = Time(200)
    calls, troubled = Calls(time), Calls(time, range(failures))
    watch([Duty("troubled", other, troubled), Duty("calm", every, calls)], [].append, time, time)
    assert calls.at == list(range(0, 201, every))


@given(failures=st.integers(1, 8))
def test_a_duty_that_fails_is_told_once_and_comes_less_often_until_it_works(failures: int) -> None:
    time, told = Time(1000), list[str]()
    calls = Calls(time, range(failures))
    watch([Duty("the runs", 15, calls)], told.append, time, time)
    assert told == ["cannot look after the runs, trying again: the server is away", "looking after the runs again"]
    pauses = [after - before for before, after in zip(calls.at, calls.at[1:], strict=False)]
    assert pauses[:failures] == [min(15 * 2**n, LONGEST_PAUSE_SECONDS) for n in range(1, failures + 1)]
    assert set(pauses[failures:]) == {15}


def test_what_a_duty_does_is_told_in_lines_and_the_end_comes_at_once() -> None:
    ended, told = Event(), list[str]()

    def last() -> list[str]:
        ended.set()
        return ["one", "two"]

    watch([Duty("last", 1, last), Duty("never", 1, lambda: ["three"])], told.append, ended)
    assert told == ["one", "two"]
