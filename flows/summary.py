"""What a run says in words: one line per step, and the table at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.bills import dollars
from flows.demo import BESIDE_DEMO
from flows.erasure.journal import path_of
from flows.kpis import Kpis, amount, share
from flows.receipts import Collected, Node, Receipt, ReplayedBatch, Validated
from flows.settings import Settings
from flows.story import Story, count_of

SHOWN = 5


def line_of(receipt: Receipt) -> str:
    """What one step did, without its name and seconds: `17,435 rows read, 17,429 accepted, …`."""
    if receipt.verdict == "failed":
        return str(receipt.detail.get("message", "failed"))
    detail, parts = receipt.detail, []
    match receipt.step:
        case "generate":
            parts = detail["source"]
        case "collect":
            new, twice, no_use = (len(detail[name]) for name in ("files", "copies", "refused_files"))
            parts = [
                count_of(new, "new file") if new else "nothing new",
                count_of(twice, "copy", "copies") if twice else "",
                f"{no_use:,} refused" if no_use else "",
                f"{len(detail['arriving']):,} still arriving" if detail["arriving"] else "",
                f"{detail['known']:,} known" if detail["known"] else "",
            ]
        case "land":
            parts = [count_of(len(detail["files"]), "file"), size(receipt.bytes)]
            if batches := detail.get("batches"):
                parts.append(f"{len(batches)} batches")
            if detail["refused_files"]:
                parts.append(f"{count_of(len(detail['refused_files']), 'file')} refused")
        case "validate":
            parts = [
                f"{receipt.rows_in:,} rows read",
                f"{receipt.rows_out:,} accepted",
                f"{receipt.quarantined:,} refused",
                f"{receipt.duplicates:,} duplicates",
                f"{detail['erased']:,} of forgotten people" if detail.get("erased") else "",
            ]
        case "judge":
            missed = len(detail.get("not_passed", []))
            parts = [count_of(detail.get("checks", 0), "check"), f"{missed} warned" if missed else "all passed"]
        case "load":
            parts = [f"{receipt.rows_out:,} rows"] if detail["is_new"] else ["loaded before, nothing changed"]
            if detail["is_new"]:
                parts += [f"of them {rows:,} derived {table}" for table, rows in detail.get("derived", {}).items()]
            if gone := detail.get("replaced"):
                parts.append(f"in place of {sum(gone['rows'].values()):,} of batch {gone['batch_id']}")
        case "remove":
            rows = [f"{number:,} {table}" for table, number in detail["rows"].items()]
            parts = [f"batch {receipt.batch_id}", *rows, count_of(detail["touched_dates"], "day")]
        case "erase":
            rows = [f"{number:,} rows of {place}" for place, number in detail["rows"].items()]
            done = "forgotten before" if detail["is_complete"] else ""
            parts = [done, *rows, count_of(detail["devices"], "device"), count_of(detail["touched_dates"], "day")]
        case "wipe":
            versions = count_of(detail["versions"], "older version") if detail["versions"] else ""
            file = f"warehouse of {size(receipt.bytes)}" if receipt.bytes else ""
            parts = [count_of(detail["copies"], "older copy", "older copies"), versions, file]
        case "prove":
            parts = [f"nothing left in {count_of(len(detail['remains']), 'place')}"]
        case "replay":
            parts = [
                f"{receipt.rows_in:,} refused rows tried",
                f"{detail['passed']:,} passed",
                f"{receipt.duplicates:,} of them duplicates" if receipt.duplicates else "",
                f"{detail['stayed']:,} still refused",
                f"those of the batch were let go on {detail['let_go_on']}" if "let_go_on" in detail else "",
            ]
        case "purge":
            batches = count_of(detail["batches"], "batch", "batches")
            parts = [
                f"{count_of(receipt.rows_out or 0, 'refused row')} of {batches}",
                count_of(detail["files"], "file"),
            ]
        case "prune":
            parts = [f"{count_of(receipt.rows_out or 0, 'receipt')} of before {detail['before']} UTC"]
        case "compact":
            gone = count_of(detail["copies"], "older copy", "older copies") if detail["copies"] else ""
            anew = f"written anew, was {size(detail['bytes_before'])}" if detail["is_anew"] else ""
            parts = [gone, f"warehouse of {size(receipt.bytes)}" if receipt.bytes else "nothing to do", anew]
        case "plan":
            carried = "carried on: " if detail["is_begun"] else ""
            dates = " to ".join(str(day) for day in detail["dates"])
            parts = [
                f"{carried}{dates}",
                count_of(detail["chunks"], "chunk"),
                f"{receipt.rows_in:,} events in the lake",
            ]
        case "reload":
            gone = f"{detail['gone']:,} that the lake does not have" if detail["gone"] else ""
            parts = [detail["about"], f"{receipt.rows_out:,} events in the place of {receipt.rows_in:,}", gone]
        case "transform" | "test":
            models = sum(number for name, number in detail.items() if name.startswith("model "))
            tests = sum(number for name, number in detail.items() if "test" in name)
            parts = [detail.get("about", ""), count_of(models, "model"), count_of(tests, "test") if tests else ""]
        case "looker":
            broken = len(detail["broken"])
            parts = [
                "cache reset",
                f"scheduled plan {detail['plan']} run" if detail["plan"] else "",
                (count_of(broken, "error") if broken else "content in order") if detail["was_validated"] else "",
            ]
        case "publish":
            parts = [count_of(len(detail["rows"]), "table"), f"{receipt.rows_out:,} rows", size(receipt.bytes)]
    if receipt.step != "run" and (billed := detail.get("billed", {}).get("bytes")):
        parts = [*parts, f"{size(billed)} billed"]
    return ", ".join(part for part in parts if part)


def line_of_node(node: Node) -> str:
    """What dbt did with one node: `model fct_orders: success, 0.21 s, 1,510 rows`."""
    parts = [f"{node.kind} {node.name}: {node.status}", f"{node.seconds:.2f} s"]
    if node.rows is not None:
        parts.append(f"{node.rows:,} rows")
    if node.failures:
        parts.append(f"{node.failures:,} failing rows")
    return ", ".join([*parts, *filter(None, [node.message])])


def size(number: int | None) -> str:
    """Bytes in a unit that a person reads: `1.9 MB`."""
    if number is None:
        return ""
    value = float(number)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def rows_of(validated: Validated) -> str:
    """The law of conservation with this run's numbers."""
    read, accepted, refused, duplicates, erased = (
        sum(getattr(count, name) for count in validated.counts)
        for name in ("rows_read", "accepted", "quarantined", "duplicates", "erased")
    )
    told = f"{read:,} read = {accepted:,} accepted + {refused:,} refused + {duplicates:,} duplicates"
    return f"{told} + {erased:,} of forgotten people" if erased else told


def top_reasons(validated: Validated) -> list[tuple[str, int]]:
    """The reasons for which rows were refused, the most frequent first."""
    return sorted(validated.reasons.items(), key=lambda reason: (-reason[1], reason[0]))


def lines(story: Story) -> Iterator[tuple[str, str]]:
    """The summary as pairs of a label and what it says; equal labels are not repeated by who shows them."""
    yield from _first("Files refused", [f"{file.path} {file.reason}" for file in story.refused_files])
    if story.collected:
        yield from collected_lines(story.collected)
    if story.validated:
        yield "Rows", rows_of(story.validated)
        reasons = top_reasons(story.validated)
        yield from _first("Refused", [f"{rows:,}  {reason}" for reason, rows in reasons], "and for {} more reasons")
        yield from _first("Notes", story.validated.notes)
    if story.replayed:
        yield from _first("Replayed", [_replayed(batch) for batch in story.replayed.batches])
        stayed = sorted(story.replayed.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
        yield from _first("Still refused", [f"{rows:,}  {why}" for why, rows in stayed], "and for {} more reasons")
    if story.is_beside_demo:
        yield "Notes", BESIDE_DEMO
    if story.erased:
        yield from erasure_lines(story)
    weak = [check for check in story.checks if not check.is_passed]
    told = [f"{check.level}: {check.table}: {check.name} {check.measured}".rstrip() for check in weak]
    yield from _first("Contracts", told)
    nodes = [node for node in story.nodes if node.status in ("fail", "error", "warn")]
    yield from _first("dbt", [f"{node.status}: {node.name} {node.message}".rstrip() for node in nodes])
    if story.is_up_to_date:
        yield "Nothing new", "all was loaded, built and published before: these are the current KPIs"
    if story.kpis:
        yield from kpi_lines(story.kpis)


def collected_lines(collected: Collected) -> Iterator[tuple[str, str]]:
    """What lay in the inbox and is not loaded, for a good reason."""
    yield from _first("Copies", [f"{file.path} {file.reason}" for file in collected.copies])
    if arriving := collected.arriving:
        names = ", ".join(arriving[:SHOWN]) + (f" and {len(arriving) - SHOWN} more" if len(arriving) > SHOWN else "")
        yield "Arriving", f"{count_of(len(arriving), 'file')} still arriving, left for the next run: {names}"


def _replayed(batch: ReplayedBatch) -> str:
    return f"{count_of(batch.rows_read, 'row')} of batch {batch.replay_of}, as batch {batch.batch_id}"


def erasure_lines(story: Story) -> Iterator[tuple[str, str]]:
    """What the receipt of an erasure says, without a word about who it was."""
    erased = story.erased
    assert erased is not None
    shared = f", {erased.shared_devices:,} shared with others" if erased.shared_devices else ""
    yield "Forgotten", f"a user and {count_of(erased.devices, 'anonymous id')}{shared}"
    for place in erased.rows:
        yield "Rows", f"{erased.rows_in(place):,} of {place}"
    if erased.kept_rows:
        yield "Kept", f"{erased.kept_rows:,} rows without a user, of devices that other users were seen on"
    if erased.remains:
        yield "Searched", ", ".join(f"{place}: {number:,}" for place, number in erased.remains.items())
    yield from _first("Still in", erased.source_files, "and {} more source files")
    yield from _first("Notes", erased.notes)
    yield "Receipt", str(path_of(story.settings, erased))


def _first(label: str, texts: Sequence[str], more: str = "and {} more") -> Iterator[tuple[str, str]]:
    """As many as are shown, and how many there are beside them."""
    for text in texts[:SHOWN]:
        yield label, text
    if len(texts) > SHOWN:
        yield label, more.format(len(texts) - SHOWN)


def kpi_lines(kpis: Kpis) -> Iterator[tuple[str, str]]:
    """The KPIs as pairs of a label and what it says."""
    yield "Days", f"{kpis.first_date} to {kpis.last_date}" if kpis.first_date else "none: no event is loaded"
    yield "Visitors", f"{kpis.visitors:,}"
    yield "Sessions", f"{kpis.sessions:,}"
    yield "Orders", f"{kpis.orders:,}"
    yield "Conversion", f"{share(kpis.converted_sessions, kpis.sessions)} of the sessions bought"
    for revenue in kpis.revenue:
        net, gross = amount(revenue.net_amount, revenue.currency), amount(revenue.gross_amount)
        yield "Revenue", f"{net} net, {gross} gross{'' if revenue.currency else ' (the source tells no currency)'}"
    for category in kpis.categories:
        yield "Top categories", f"{amount(category.net_amount, category.currency)}  {category.name}"
    yield "Users", " > ".join(f"{users:,} {name}" for name, users in kpis.funnel.items())


def closing(story: Story, start_seconds: float, ui_url: str) -> Iterator[tuple[str, str]]:
    """What `shopflow run` ends with: the lines above, seconds per step, and where to look next.

    `start_seconds` is what passed before the run began: imports, and the server where it had to be started.
    """
    yield from lines(story)
    run = sum(receipt.seconds for receipt in story.receipts if receipt.step == "run")
    steps = [f"{step} {seconds:.1f}" for step, seconds in _seconds(story)]
    yield "Seconds", f"{start_seconds + run:.1f}: {', '.join([f'start {start_seconds:.1f}', *steps])}"
    for told in billed_lines(story.receipts, story.settings):
        yield "Billed", told
    yield from _next_steps(story, ui_url)


def _seconds(story: Story) -> Iterator[tuple[str, float]]:
    """Each step with its seconds; those of several batches are added up, however many were at work at once."""
    receipts = [receipt for receipt in story.receipts if receipt.step != "run"]
    if story.batches == 1:
        yield from ((receipt.step, receipt.seconds) for receipt in receipts)
        return
    summed: dict[str, float] = {}
    for receipt in receipts:
        summed[receipt.step] = summed.get(receipt.step, 0) + receipt.seconds
    yield from summed.items()


def billed_lines(receipts: Sequence[Receipt], settings: Settings) -> Iterator[str]:
    """What the jobs of a run have cost, by its receipts: one line, none where the warehouse bills nothing."""
    for receipt in receipts:
        if receipt.step == "run" and (billed := receipt.detail.get("billed")):
            jobs, price = count_of(billed["jobs"], "job"), dollars(billed["bytes"], settings)
            yield f"{size(billed['bytes'])} by {jobs}, {price}; {billed['slot_ms'] / 1000:,.1f} seconds of slots"


def _next_steps(story: Story, ui_url: str) -> Iterator[tuple[str, str]]:
    refused = story.validated and any(count.quarantined for count in story.validated.counts)
    if refused or (story.replayed and story.replayed.stayed):
        yield "Look next", "refused rows: shopflow quarantine list"
    if story.kpis:
        yield "Look next", "charts: make dashboard"
    yield "Look next", f"this run: {ui_url}/runs/flow-run/{story.run_id}"
