"""Carries a message to Prefect's notification blocks: bounded in time, and without an address in any log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from flows.alerts.hush import hushed, overheard

Outcome = str | None  # why it was not done, None where it was


class Unanswered(str):
    """Why it is not known whether it was done: nobody has said so in time."""


def within(seconds: float, jobs: Mapping[str, Callable[[], Outcome]]) -> dict[str, Outcome]:
    """Do all jobs at once, each in a thread; what is not done in time goes on by itself and is Unanswered."""
    outcomes: dict[str, Outcome] = {}

    def carry(name: str, job: Callable[[], Outcome]) -> None:
        try:
            outcomes[name] = job()
        except Exception as error:
            outcomes[name] = type(error).__name__

    threads = [
        threading.Thread(target=copy_context().run, args=(carry, name, job), daemon=True) for name, job in jobs.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    done = dict(outcomes)
    return {name: done.get(name, Unanswered(f"no answer within {seconds:g} seconds")) for name in jobs}


def know_kinds() -> None:
    """Import the kinds of blocks that Prefect brings, and ours; it loads no others. Takes most of a second, once."""
    import flows.alerts.address  # noqa: F401


def deliver(block: str, subject: str, body: str) -> Outcome:
    """Send a message by the block of that reference, such as `slack-webhook/shop-ops`. Never raises.

    Its kind must be known: see `know_kinds`. Where it was sent and the receiver is slow to say so, it is Unanswered.
    """
    with hushed():
        return _deliver(block, subject, body)


def _deliver(block: str, subject: str, body: str) -> Outcome:
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block

    try:
        loaded = Block.load(block)
    except ValueError:
        return "Prefect has no block of that name: `shopflow alerts add` makes one"
    except Exception as error:
        return f"Prefect could not give the block ({type(error).__name__})"
    if not isinstance(loaded, NotificationBlock):
        return "it is no block for notifications"
    said: list[str] = []
    try:
        with overheard(said), loaded.raise_on_failure():
            loaded.notify(body, subject)  # type: ignore[unused-coroutine]  # in a thread without a loop it is none
    except Exception as error:
        why = _why(error, said, loaded)
        return Unanswered(f"no answer: {type(error).__name__}") if type(error).__name__ == "ReadTimeout" else why
    return None


def _why(error: Exception, said: list[str], block: Any) -> str:
    """Why a message was not taken, in one line, with nothing in it that the block holds."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP status {response.status_code}"
    told = " ".join(" ".join([*said, *([] if said else [str(error)])]).split()) or type(error).__name__
    for secret in sorted(set(_secrets(block)), key=len, reverse=True):
        told = told.replace(secret, "***")
    return told[:300]


def _secrets(block: Any) -> Iterator[str]:
    """Every text in a block, and every part of it that alone gives something away: paths, names, words of passage."""
    for text in _texts(block.model_dump()):
        if len(text) > 3:
            yield text
        if "://" in text:
            parts = urlsplit(text)
            found = [*parts.path.split("/"), parts.username, parts.password, *(v for _, v in parse_qsl(parts.query))]
            yield from (part for raw in found if raw for part in (raw, unquote(raw)) if len(part) > 3)


def _texts(value: Any) -> Iterator[str]:
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
