"""Which format a file is in and which table its rows belong to: decided by its content, not by its name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.errors import SourceError
from flows.sources import FORMATS, Source
from flows.sources.files import shown
from flows.sources.headers import Header, read_header

NAMES_SHOWN = 8
NAMES_COMPARED = 200
KINDS = {"parquet": "Parquet", "jsonl": "JSON lines", "csv": "CSV"}


class Recognised(NamedTuple):
    """`format` names the adapter in FORMATS, `table` what the rows are, `columns` are the file's own in order."""

    format: str
    table: str
    columns: tuple[str, ...]


def known_format(format: str | None) -> None:
    """Raises SourceError where `format` is neither None nor the name of a format."""
    if format is not None and format not in FORMATS:
        near = difflib.get_close_matches(format.lower(), FORMATS, n=1)
        hint = f", did you mean {near[0]}?" if near else f": there are {_listed(sorted(FORMATS))}"
        raise SourceError(f"there is no format {shown(format)}{hint}")


def recognise(path: Path, format: str | None = None) -> Recognised:
    """What a file is, by its first bytes, its header or its first rows; `format` leaves only that one to be tried.

    Raises SourceError, one sentence that names the file and says what to do, where it is not one of FORMATS: missing,
    unreadable, empty, binary, in another encoding, cut off, or with a header that lacks, repeats or renames columns.
    Columns beyond those that are known do no harm.

    >>> recognise(Path("events.csv.gz")).table  # doctest: +SKIP
    'events'
    """
    known_format(format)
    header = read_header(path)
    tried = [FORMATS[format]] if format else [source for source in FORMATS.values() if _kind(source) == header.kind]
    problem = _not_as_told(header, format)
    found = None if problem else _first_fit(header, tried)
    if found is None or (problem := _not_a_header(header)):
        raise SourceError(f"{shown(path)} {problem or _why_none_fits(header, tried)}")
    return found


def _first_fit(header: Header, tried: Iterable[Source]) -> Recognised | None:
    for source in tried:
        if table := source.table_of(set(header.columns)):
            return Recognised(source.name, table, header.columns)
    return None


def _kind(source: Source) -> str:
    """The kind of content that a format is made of: the plain format with the same suffixes."""
    return next(kind for kind in KINDS if set(source.suffixes) & set(FORMATS[kind].suffixes))


def _not_as_told(header: Header, format: str | None) -> str:
    if format is None or _kind(FORMATS[format]) == header.kind:
        return ""
    return f"was to be read as {format}, but its content is {KINDS[header.kind]}: leave the format out or correct it"


def _not_a_header(header: Header) -> str:
    if header.kind == "jsonl":
        return ""
    unnamed = [str(place) for place, name in enumerate(header.columns, 1) if not name.strip()]
    if unnamed:
        return f"has no name in its header for column {_listed(unnamed)}: name it or take it away"
    seen: dict[str, int] = {}
    for name in header.columns:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    twice = [name for name, count in seen.items() if count > 1]
    # DuckDB does not tell names apart by capital letters either.
    return f"names the column {_listed(twice)} more than once in its header: rename or remove the copy" if twice else ""


def _why_none_fits(header: Header, tried: Sequence[Source]) -> str:
    if header.kind == "csv" and (separator := _other_separator(header)):
        return f"separates its columns by {separator}: save it with commas"
    if other := _first_fit(header, [source for source in FORMATS.values() if _kind(source) == header.kind]):
        return f"does not have the columns of {tried[0].name}: its columns are those of {other.format}"
    names = [name for name in header.columns if name.strip()][:NAMES_COMPARED]
    fits = [(source, table, needed) for source in tried for table, needed in source.tables.items()]
    source, table, needed = max(fits, key=lambda fit: _alike(fit[2], names))
    near = {name: _near(name, sorted(set(names) - needed)) for name in sorted(needed - set(names))}
    if len(near) == len(needed) and not any(near.values()):
        return _unknown(header, tried)
    said = [f"{name} (did you mean '{shown(near[name])}'?)" if near[name] else name for name in near]
    where = "its first rows lack" if header.kind == "jsonl" else "its header lacks"
    return f"looks like {table} in {source.name}, but {where} {_listed(said)}: rename or add what is missing"


def _unknown(header: Header, tried: Sequence[Source]) -> str:
    # Their names are not shown: where a file has no header they are somebody's row, and this goes to logs and alerts.
    known = "; or ".join(
        f"{table} in {source.name} ({', '.join(sorted(needed))})"
        for source in tried
        for table, needed in source.tables.items()
    )
    others = len(header.columns)
    found = f"{others:,} of other names: does its first line name them?" if others else "none at all"
    return f"has no known columns ({found}); what can be read is {known}"


def _alike(needed: frozenset[str], names: Sequence[str]) -> float:
    """How much of a header is there: a column counts 1, one that is only spelt alike a half."""
    present = needed & set(names)
    return (len(present) + sum(0.5 for name in needed - present if _near(name, names))) / len(needed)


def _near(name: str, others: Sequence[str]) -> str:
    spelt = {other.strip().casefold().replace(" ", "_").replace("-", "_"): other for other in others}
    near = difflib.get_close_matches(name, spelt, n=1) or [end for end in spelt if name.endswith(f"_{end}")]
    return spelt[near[0]] if near else ""


def _other_separator(header: Header) -> str:
    line = ",".join(header.columns)
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(line.split(separator)) > len(header.columns):
            return name
    return ""


def _listed(names: Sequence[str]) -> str:
    short = [shown(name if len(name) <= 80 else name[:80] + "…") for name in names[:NAMES_SHOWN]]
    return ", ".join(short) + (f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else "")
