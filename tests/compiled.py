"""The project's compiled SQL, so that tests run models in milliseconds: dbt's start-up is paid once per change."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1] / "transforms"
Row = dict[str, Any]


def compiled(
    config: pytest.Config, tmp_path_factory: pytest.TempPathFactory, *, target: str = "duckdb", **variables: object
) -> dict[str, Row]:
    """Every model and data test with its compiled SQL, by dbt's unique id, parents before children.

    Kept in pytest's cache until a file of `transforms/` changes; `variables` are dbt's vars. No warehouse is asked.
    """
    files = sorted(p for p in PROJECT.rglob("*") if p.suffix in {".sql", ".yml"} and "target" not in p.parts)
    told = [f"{p.relative_to(PROJECT)}".encode() + p.read_bytes() for p in files]
    digest = hashlib.sha256(b"".join(told) + json.dumps(variables).encode()).hexdigest()[:16]
    name = f"{target}-{'part' if variables else 'whole'}"
    kept = config.cache.mkdir("compiled_transforms") / f"{name}-{digest}.json"
    if not kept.exists():
        for old in kept.parent.glob(f"{name}-*.json"):
            old.unlink(missing_ok=True)
        fresh = tmp_path_factory.mktemp("dbt")
        draft = kept.with_suffix(f".{fresh.parent.name}")
        draft.write_text(json.dumps(_compile(fresh, target, variables)))
        shutil.move(draft, kept)  # in one step: another worker may be reading
    nodes: dict[str, Row] = json.loads(kept.read_text())
    return nodes


def _compile(home: Path, target: str, variables: dict[str, object]) -> dict[str, Row]:
    from dbt.cli.main import dbtRunner

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPFLOW_HOME", str(home))
        where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", target]
        patch.setenv("SHOPFLOW_BIGQUERY_ENDPOINT", "http://127.0.0.1:9")  # nobody is there; without, credentials lack
        quietly = ["--target-path", str(home / "target"), "--log-level-file", "none"]
        quietly += ["--no-introspect", "--no-populate-cache"]
        result = dbtRunner().invoke(["--quiet", "compile", *where, *quietly, "--vars", json.dumps(variables)])
    assert result.success, result.exception or [r.message for r in result.result.results if r.message]
    manifest = json.loads((home / "target" / "manifest.json").read_text())
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "test")}
    return {key: _node(nodes[key]) for key in _in_order(nodes)}


def _node(node: Row) -> Row:
    return {
        "key": node["unique_id"],
        "name": node["name"],
        "kind": node["resource_type"],
        "relation": f"{node['schema']}.{node['alias']}",
        "materialized": node["config"]["materialized"],
        "rebuilds": node["config"].get("meta", {}),
        "parents": node["depends_on"]["nodes"],
        "sql": node["compiled_code"],
    }


def _in_order(nodes: dict[str, Row]) -> list[str]:
    found: dict[str, None] = {}

    def visit(key: str) -> None:
        if key in nodes and key not in found:
            for parent in nodes[key]["depends_on"]["nodes"]:
                visit(parent)
            found[key] = None

    for key in sorted(nodes):
        visit(key)
    return list(found)
