"""Why a message was not taken is said without what the block holds, and each block says only what is its own."""

from __future__ import annotations

import logging
import threading

from flows.alerts.address import block_of
from flows.alerts.hush import overheard
from flows.alerts.send import _why


def test_nothing_that_a_block_holds_is_in_the_reason_that_is_told() -> None:
    address = "json://someone:passphrase9@chat.example.org/hooks/xyzzySECRET?token=t0ken%20word"
    told = f"cannot call {address}: /hooks/xyzzySECRET said no to someone, passphrase9, 't0ken word'"
    assert _why(ValueError(told), [], block_of(address)) == "cannot call ***: /***/*** said no to ***, ***, '***'"
    assert _why(ValueError(), ["xyzzySECRET is gone"], block_of(address)) == "*** is gone"
    assert _why(ValueError(), [], block_of(address)) == "ValueError"


def test_what_apprise_warns_of_in_another_thread_is_not_this_blocks_reason() -> None:
    said: list[str] = []
    logger = logging.getLogger("apprise")
    with overheard(said):
        logger.warning("mine")
        other = threading.Thread(target=logger.warning, args=("another block's",))
        other.start()
        other.join()
    assert said == ["mine"]
