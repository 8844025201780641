"""The steps that a landing's batches take each for itself, some of them at once: validate and judge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from flows.attempt import About, Attempt, Outcome
from flows.errors import LandingStopped, NoFileUsable
from flows.hands import Hands
from flows.receipts import Batch, Check, Landed, SourceFile, Validated
from flows.settings import Settings
from flows.steps import step_of
from flows.story import Story, count_of, require_contracts

R = TypeVar("R")
FILES_SHOWN = 3

VALIDATE = step_of(
    "validate", "Check every row; what passes goes to the lake, what is refused to the quarantine with its reasons."
)
JUDGE = step_of(
    "judge",
    "Hold the accepted rows as a whole to their contracts; nothing is loaded if a check marked `stop` fails.",
)


def validate_batches(story: Story, landed: Landed, hands: Hands) -> list[Validated]:
    """Check every row of every batch.

    Files of which some cannot be read to their end are left out, also where that is a whole batch of several. Raises
    the error of a landing's only batch, or LandingStopped with those of its batches, after all of them were tried:
    what was validated is not validated again when the rest was mended.
    """
    attempts = [
        Attempt("validate", _about(story, batch), partial(_validated, batch, hands.settings), hands.settings)
        for batch in landed.batches
    ]
    outcomes = hands.make(VALIDATE, attempts)
    if len(outcomes) > 1:
        unusable = [outcome.error for outcome in outcomes if isinstance(outcome.error, NoFileUsable)]
        if 0 < len(unusable) < len(outcomes):
            outcomes = [outcome for outcome in outcomes if outcome.error not in unusable]
            for error in unusable:
                story.lacks(error.files)  # type: ignore[arg-type]
    return _told(outcomes, landed.batches)


def judge_batches(story: Story, validated: Sequence[Validated], hands: Hands) -> None:
    """Hold every batch to the contracts; users and products that one tells of are known in the others, too.

    Raises as `validate_batches` does; every check is in the story.
    """
    attempts = [
        Attempt(
            "judge",
            _about(story, told.batch),
            partial(_judged, told, hands.settings, [other for other in validated if other is not told]),
            hands.settings,
            require_contracts,
        )
        for told in validated
    ]
    _told(hands.make(JUDGE, attempts, in_threads=False), [told.batch for told in validated])


# Functions of modules, and not of this one's functions, so that another process can be told which they are.
def _validated(batch: Batch, settings: Settings) -> Validated:
    from flows.validate import validate

    return validate(batch, settings)


def _judged(validated: Validated, settings: Settings, beside: list[Validated]) -> tuple[Check, ...]:
    from flows.contracts import judge

    return judge(validated, settings, beside) if beside else judge(validated, settings)


def _about(story: Story, batch: Batch) -> About:
    return About(story.run_id, batch.batch_id)


def _told(outcomes: Sequence[Outcome[R]], batches: Sequence[Batch]) -> list[R]:
    """What the outcomes told; raises what stopped them."""
    if len(batches) == 1:
        return [outcomes[0].result()]
    files = {batch.batch_id: batch.files for batch in batches}
    stopped = [outcome for outcome in outcomes if outcome.error]
    if stopped:
        number = f"{len(stopped)} of {count_of(len(batches), 'batch', 'batches')}"
        told = [
            f"{number} stopped, so nothing of this landing was loaded; mend or leave out their files and run again, "
            "what passed is not checked again:",
            *(_sentence(outcome, files) for outcome in stopped),
        ]
        raise LandingStopped("\n  ".join(told), [outcome.error for outcome in stopped if outcome.error])
    return [outcome.result() for outcome in outcomes]


def _sentence(outcome: Outcome[R], files: dict[str, tuple[SourceFile, ...]]) -> str:
    batch_id = outcome.receipt.batch_id or ""
    names = [file.name for file in files.get(batch_id, ())]
    more = [f"and {len(names) - FILES_SHOWN} more"] if len(names) > FILES_SHOWN else []
    return f"batch {batch_id} ({', '.join([*names[:FILES_SHOWN], *more])}): {outcome.error}"
