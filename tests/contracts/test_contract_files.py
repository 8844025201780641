"""The contracts are written as docs/contracts.md says, and it says what is written."""

import re
from typing import Any

import pytest
import yaml

from flows.records import RECORDS
from flows.settings import PROJECT

DOCS = (PROJECT / "docs/contracts.md").read_text("utf-8")


def checks(table: str) -> list[tuple[str, dict[str, Any]]]:
    content = yaml.safe_load((PROJECT / f"flows/contracts/{table}.yml").read_text("utf-8"))
    return [(kind, body or {}) for check in content["checks"] for kind, body in check.items()]


@pytest.mark.parametrize("table", RECORDS)
def test_every_check_says_stop_or_warn_in_so_many_words(table: str) -> None:
    (schema, *others) = checks(table)
    assert schema == ("schema", {}), "soda lets a schema check be nothing but `fail`"
    assert [body["name"] for _, body in others if body["threshold"].get("level") not in ("fail", "warn")] == []
    assert [body["name"] for _, body in others if not body["attributes"].get("unit")] == []


@pytest.mark.parametrize("table", RECORDS)
def test_the_documentation_lists_exactly_the_checks_with_their_level_and_limit(table: str) -> None:
    told = re.findall(rf"^\| {table} \| ([^|]+) \| (stop|warn) \| (.+) \|$", DOCS, re.MULTILINE)
    written = [
        (body["name"], "warn" if body["threshold"]["level"] == "warn" else "stop", body["threshold"])
        for _, body in checks(table)[1:]
    ]
    assert [(name, level) for name, level, _ in told] == [(name, level) for name, level, _ in written]
    for (name, _, sentence), (_, _, threshold) in zip(told, written, strict=True):
        limit = threshold.get("must_be_less_than_or_equal")
        assert limit is None or re.search(rf"(?<![\d.,]){limit:,}(?![\d.,]\d)", sentence), (
            f"{name}: {limit} is not told"
        )


@pytest.mark.parametrize("table", RECORDS)
def test_qualifiers_are_unique_so_that_soda_can_tell_the_checks_apart(table: str) -> None:
    qualifiers = [body["qualifier"] for kind, body in checks(table) if kind == "metric"]
    assert len(set(qualifiers)) == len(qualifiers)
