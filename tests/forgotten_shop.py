"""A small shop with somebody who is to be forgotten: two batches, refused rows among them."""

from __future__ import annotations

from pathlib import Path

HEADER = "event_id,event_type,event_timestamp,anonymous_id,user_id,product_id,quantity,unit_price,currency\n"
VIEW = "v{who}{day}{n},page_view,2025-11-0{day}T10:{n}:00Z,{device},,,,,\n"
SALE = "s{who}{day}{n},purchase,2025-11-0{day}T11:{n}:00Z,{device},{user},p1,1,9.99,EUR\n"
REFUSED = "r{who}{day},purchase,2025-11-0{day}T12:00:00Z,{device},{user},p1,1,-1,EUR\n"
GONE, OTHER = "user-4711-gone", "user-0815-stays"
IDS = [GONE, "device-of-gone-1", "device-of-gone-2"]


def rows(user: str, device: str, *days: int, refused: bool = True) -> list[str]:
    """Ten views without a user and ten sales with one on each day, and one refused row."""
    told = {"who": device[-6:], "user": user, "device": device}
    lines = [kind.format(**told, day=day, n=n) for day in days for n in range(10, 20) for kind in (VIEW, SALE)]
    return [*lines, REFUSED.format(**told, day=days[0])] if refused else lines


def write(folder: Path, lines: list[str]) -> Path:
    folder.mkdir(parents=True)
    (folder / "events.csv").write_text(HEADER + "".join(lines))
    return folder


def shop(folder: Path, *, with_gone: bool) -> list[Path]:
    """The folders of two batches: events, and in the first one users, too."""
    first, second = rows(OTHER, "device-of-other", 1, 2), rows(OTHER, "device-of-other", 4, 6)
    if with_gone:
        first, second = [*first, *rows(GONE, IDS[1], 2, 4)], [*second, *rows(GONE, IDS[2], 1)]
    ids = [OTHER, GONE] if with_gone else [OTHER]
    versions = "".join(f"{id},2025-11-01T00:00:00Z,{id}@shop.example,Berlin\n" for id in ids)
    batches = [write(folder / "first", first), write(folder / "second", second)]
    (batches[0] / "users.csv").write_text("user_id,updated_at,email,city\n" + versions)
    return batches
