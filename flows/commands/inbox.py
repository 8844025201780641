"""`shopflow inbox`: each file that lies there, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flows.commands.at_hand import ledger_at_hand
from flows.commands.plain import plain_console
from flows.errors import ShopflowError, WarehouseError
from flows.inbox.fates import first_fates
from flows.inbox.found import Found, Looked
from flows.inbox.place import place_of
from flows.literal import for_terminal
from flows.receipts import FileFate
from flows.settings import Settings, load_settings
from flows.warehouse import Warehouse

TAKEN_SHOWN = 10
ORDER = ("waiting", "arriving", "refused", "closed", "copy", "taken")
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class State:
    """A file in the inbox: `what` is one of ORDER, `why` the rest of the sentence."""

    address: str
    what: str
    why: str = ""
    since: datetime = NEVER


def show_inbox(*, is_all: bool = False) -> None:
    """Print a line for each file in the inbox; of those that were taken the last ten, `is_all`: every one.

    Reads no file and changes nothing. Raises SettingsError, SourceError or StorageError where it cannot be looked into,
    WarehouseError where another program keeps the warehouse closed.
    """
    settings, console = load_settings(), plain_console(soft_wrap=True)
    if not settings.inbox:
        console.print("no inbox is set: SHOPFLOW_INBOX names a folder, or gs://bucket/prefix")
        return
    states = sorted(_states(settings), key=lambda state: (ORDER.index(state.what), state.address))
    taken = sorted((state for state in states if state.what == "taken"), key=lambda state: state.since, reverse=True)
    hidden = set() if is_all else {state.address for state in taken[TAKEN_SHOWN:]}
    for state in states:
        if state.address not in hidden:
            console.print(f"{state.what:<9} {for_terminal(f'{state.address}  {state.why}'.rstrip())}")
    if hidden:
        console.print(f"and {len(hidden):,} more that were taken: shopflow inbox --all")
    console.print(_counted(states))


def inbox_line(settings: Settings) -> str:
    """How many files there are of each sort, or why that is not known; never raises an error of ours."""
    try:
        return _counted(_states(settings))
    except ShopflowError as error:
        return f"not known now: {error}"


def _states(settings: Settings) -> list[State]:
    looked = place_of(settings).look()
    with ledger_at_hand(settings) as warehouse:
        return list(_told(looked, warehouse))


def _told(looked: Looked, warehouse: Warehouse | None) -> Iterator[State]:
    yield from (State(address, "arriving", "left alone until it is whole") for address in looked.arriving)
    yield from (State(file.path, "closed", file.reason) for file in looked.closed)
    fates, loaded = _ledger(looked.found, warehouse)
    by_mark: dict[str, list[FileFate]] = {}
    for fate in fates:
        by_mark.setdefault(fate.mark, []).append(fate)
    for found in looked.found:
        own = [fate for fate in by_mark.get(found.mark, []) if fate.path == found.address]
        yield _state(found, own or by_mark.get(found.mark, []), loaded)


def _state(found: Found, fates: list[FileFate], loaded: frozenset[str]) -> State:
    first = next(iter(first_fates(fates).values()), None)
    if first and first.verdict == "refused":
        return State(found.address, "refused", f"{first.reason}; `shopflow run --source` tries it again")
    if first and first.path == found.address:
        gone = "" if first.batch_id in loaded else ", which was taken out since"
        return State(found.address, "taken", f"batch {first.batch_id}{gone}", first.loaded_at or NEVER)
    if fates:
        return State(found.address, "copy", "of a file that is known")
    return State(found.address, "waiting", "for the next run")


def _ledger(files: Iterable[Found], warehouse: Warehouse | None) -> tuple[list[FileFate], frozenset[str]]:
    """The ledger's rows on these files, and the batches that are loaded."""
    if warehouse is None:
        return [], frozenset()
    try:
        fates = warehouse.files(marks=[found.mark for found in files])
    except WarehouseError as error:
        if "ops.files" in str(error) or "Table with name files" in str(error):  # an earlier version's: none was noted
            return [], frozenset()
        raise
    return fates, frozenset(row["batch_id"] for row in warehouse.query("select batch_id from ops.batches"))


def _counted(states: Iterable[State]) -> str:
    counts = Counter(state.what for state in states)
    words = {"closed": "that cannot be looked at", "copy": "copies"}
    told = [f"{counts[what]:,} {words.get(what, what)}" for what in ORDER if counts[what]]
    return ", ".join(told) or "empty"
