"""The columns of `raw` and `ops`: raw follows from the records, ops from the receipts. No SQL here, no engine."""

from __future__ import annotations

from dataclasses import dataclass

from flows.lake import is_dated
from flows.records import RECORDS, columns


@dataclass(frozen=True)
class Field:
    """One column of a table, as each engine needs it."""

    name: str
    duckdb: str
    bigquery: str
    description: str
    is_required: bool = False


def raw_fields(table: str) -> tuple[Field, ...]:
    """The columns of `raw.<table>` in order, and of the lake's files: the record's own, its day, its origin."""
    record = RECORDS[table]
    own = tuple(
        Field(column.name, column.kind.duckdb, column.kind.bigquery, column.description, column.required)
        for column in columns(record)
    )
    day = (_EVENT_DATE,) if is_dated(table) else ()
    return own + day + _ORIGIN


_EVENT_DATE = Field("event_date", "DATE", "DATE", f"The shop's day that `{RECORDS['events'].instant}` falls on.", True)
_ORIGIN = (
    Field("batch_id", "VARCHAR", "STRING", "The batch that brought the row.", True),
    Field("source_file", "VARCHAR", "STRING", "Name of the landed file that the row comes from.", True),
)


def _text(name: str, description: str, is_required: bool = False) -> Field:
    return Field(name, "VARCHAR", "STRING", description, is_required)


def _instant(name: str, description: str, is_required: bool = False) -> Field:
    return Field(name, "TIMESTAMP", "TIMESTAMP", description, is_required)


def _count(name: str, description: str, is_required: bool = False) -> Field:
    return Field(name, "BIGINT", "INT64", description, is_required)


# What became of the rows of a batch, whether it is loaded or was taken out again.
_FATES = (
    _count("rows_read", "Rows read = accepted + quarantined + replayed + duplicates + erased.", True),
    _count("accepted", "Rows that passed; of a removal they were taken out.", True),
    _count(
        "quarantined",
        "Rows refused, kept in the lake with their reasons until `purged_at`, which wait for a replay as long as the "
        "batch is loaded.",
        True,
    ),
    _count("replayed", "Rows refused at first that passed a replay: they are the rows read of other batches."),
    _count("duplicates", "Exact copies within the batch, folded into one row.", True),
    _count("erased", "Rows of people who were to be forgotten, kept nowhere."),
)

_PURGED = _instant(
    "purged_at", "When maintenance let its refused rows go, in UTC: they are counted still, and kept nowhere. Or null."
)

OPS: dict[str, tuple[Field, ...]] = {
    "batches": (
        _text("batch_id", "The batch; here once and only once, and only if all its rows are in raw.", True),
        _instant("landed_at", "When its files were landed, in UTC.", True),
        _instant("loaded_at", "When it was loaded, in UTC.", True),
        _instant("built_at", "When marts that hold it were published, in UTC; null while it waits."),
        Field("source_files", "VARCHAR[]", "ARRAY<STRING>", "Names of its files.", True),
        *_FATES,
        _count("derived", "Rows made from others, such as products out of events.", True),
        _text("replay_of", "The batch whose refused rows passed a replay as this one; null for a batch of files."),
        Field("event_dates", "DATE[]", "ARRAY<DATE>", "The shop's days that it touches.", True),
        _text(
            "events_by_date",
            "JSON object: accepted events by the shop's day; empty or null where an earlier version loaded it.",
        ),
        _text("rows_by_table", "JSON object: rows in raw by table.", True),
        _text("refused_by_reason", "JSON object: refused rows by `<table>.<field>: <reason>`.", True),
        _PURGED,
    ),
    "files": (
        _text("sha256", "What is in the file, byte for byte, as it lay where it was found.", True),
        _text("path", "Where it was found: a path, or the address of an object.", True),
        _text("name", "Its name, for a loaded one as in its batch.", True),
        _count("bytes", "Its size.", True),
        _text(
            "verdict",
            "`loaded`: in a batch; `refused`: it cannot be used; `copy`: it has what a file of the two others has. "
            "What is here as loaded or refused the inbox does not take again, also after its batch was removed.",
            True,
        ),
        _text("mark", "What tells it apart in its place without reading it; empty where nobody looked.", True),
        _text("reason", "Why it was refused."),
        _text("format", "The format that it was read in; null where it was not."),
        _text("table_name", "The table that its rows are of; null where they are of none."),
        _text("batch_id", "The batch that it came in, loaded still or removed since; null where it is in none."),
        _instant("landed_at", "When it was landed, or first seen to be no use or a copy, in UTC.", True),
        _instant("loaded_at", "When its batch was loaded, in UTC; null where it is in none."),
    ),
    "removals": (
        _text("batch_id", "A batch that was loaded and taken out again; it may come back as a new batch.", True),
        _instant("removed_at", "When its rows were taken out of raw, in UTC.", True),
        _instant("built_at", "When marts without it were published, in UTC; null while that waits."),
        _instant("loaded_at", "When it had been loaded, in UTC.", True),
        Field("source_files", "VARCHAR[]", "ARRAY<STRING>", "Names of its files.", True),
        *_FATES,
        _text("replay_of", "The batch whose refused rows it was made of; null for a batch of files."),
        _text("replaced_by", "The batch that took its place; null where nothing did."),
        Field("event_dates", "DATE[]", "ARRAY<DATE>", "The shop's days that it touched.", True),
        _text("rows_by_table", "JSON object: rows that left raw by table.", True),
        _PURGED,
    ),
    "replays": (
        _text("batch_id", "The batch as which the row passed; here as long as that batch is loaded.", True),
        _text("replay_of", "The batch that the row was refused in.", True),
        _text("table_name", "The table whose row it is.", True),
        _text("source_file", "Name of the file that the row stood in.", True),
        _count("line", "Its line there (in Parquet, the number of the row), counted from 1.", True),
    ),
    "backfills": (
        _text("backfill_id", "A rebuild of a range of dates from the lake.", True),
        Field("first_date", "DATE", "DATE", "The first of the dates that were asked for.", True),
        Field("last_date", "DATE", "DATE", "The last of them.", True),
        _count("chunk", "One part of it, counted from 1 in the order of their dates; with backfill_id the key.", True),
        Field("event_dates", "DATE[]", "ARRAY<DATE>", "The shop's days of this part.", True),
        _count("events", "Events that the lake had for these days when the backfill was planned.", True),
        _instant("planned_at", "When the backfill was planned, in UTC.", True),
        _instant("reloaded_at", "When raw.events had these days from the lake, in UTC; null while that waits."),
        _instant(
            "transformed_at", "When the models had these days, in UTC; null where all was built at once, or waits."
        ),
        _instant("built_at", "When marts that hold all parts were published, in UTC; null while that waits."),
    ),
    "erasures": (
        _text("erasure_id", "A person's rows that were taken out; in `removed` they wait under this name.", True),
        _text("subject", "The person: the salted hash of the user's id, as in lake/tombstones.json.", True),
        _instant("erased_at", "When the rows were taken out of raw, in UTC.", True),
        _instant("built_at", "When marts without them were published, in UTC; null while that waits."),
        _instant("completed_at", "When a search found nothing left, in UTC; null while the work is not done."),
        Field("event_dates", "DATE[]", "ARRAY<DATE>", "The shop's days that they touched.", True),
        _text("rows_by_table", "JSON object: rows that left raw by table.", True),
    ),
    "receipts": (
        _text("run_id", "The run.", True),
        _text("batch_id", "The batch, where the step had one."),
        _text(
            "step",
            "The step: collect, land, validate, judge, load, remove, replay, transform, publish; plan, reload and test "
            "of a backfill; purge, prune and compact of maintenance; or run: the whole.",
            True,
        ),
        _instant("started_at", "When it began, in UTC.", True),
        Field("seconds", "DOUBLE", "FLOAT64", "Wall time.", True),
        _text("verdict", "How it ended.", True),
        _count("rows_in", "Rows that it read."),
        _count("rows_out", "Rows that it wrote."),
        _count("quarantined", "Rows that it refused."),
        _count("duplicates", "Exact copies that it folded."),
        _count("bytes", "Bytes that it read or wrote."),
        _text(
            "detail",
            "JSON object: what else there is to say. On BigQuery `billed` is in it: jobs, bytes billed, slot_ms "
            "(milliseconds of slots) of the step; the run's own has all of them.",
            True,
        ),
    ),
    "publications": (
        _count("publication", "Counts the publications of this warehouse.", True),
        _text("version", "The serving copy that it made; only those that still lie there.", True),
        _instant("published_at", "When, in UTC: the copy says the same of itself.", True),
    ),
    "rebuilt": (
        _text("mart", "A mart that is built in part.", True),
        _text("key_name", "Its column that tells which rows a build makes anew.", True),
        _text("key_value", "A value whose rows were taken out or put in; null says only that the mart was built."),
        _count("publication", "The first publication that holds them; null while they wait."),
    ),
    "settings": (
        _text("name", "A setting that is fixed at the first load.", True),
        _text("value", "Its value.", True),
    ),
}
