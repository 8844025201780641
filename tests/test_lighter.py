"""What dbt does more lightly has the outcome of dbt's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flows.builds import command, lighter, parsed
from flows.settings import Settings


@pytest.fixture(autouse=True)
def lightened(settings: Settings) -> Any:
    """The project's manifest, in a process where dbt works lightly."""
    return parsed(settings)


def heavily(patch: pytest.MonkeyPatch) -> None:
    """From now on dbt works as it does by itself."""
    from dbt import compilation
    from dbt.context.macros import MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt_common.clients import agate_helper
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    owners = (MacroNamespaceBuilder, ManifestContext, compilation, MacroFuzzEnvironment, agate_helper)
    for owner, (name, dbts) in zip(owners, lighter._dbts.items(), strict=True):
        assert getattr(owner, name) is not dbts
        patch.setattr(owner, name, dbts)


@pytest.mark.slow
def test_every_model_and_test_is_the_same_sql(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner

    def compiled() -> dict[str, str]:
        arguments = [*command("compile", settings), "--no-introspect", "--no-populate-cache"]
        outcome = dbtRunner(parsed(settings)).invoke(arguments)
        assert outcome.success, outcome.exception
        return {result.node.unique_id: result.node.compiled_code for result in outcome.result.results}

    first, again = compiled(), compiled()
    heavily(monkeypatch)
    assert first == again == compiled()
    assert sum("__dbt__cte__" in sql for sql in first.values()) > 5


@pytest.mark.parametrize("package", ["shopflow", "another", "dbt"])
def test_the_macros_of_each_package_are_found_as_dbt_finds_them(lightened: Any, package: str) -> None:
    from dbt.context.macros import MacroNamespaceBuilder

    macros = lightened.get_macros_by_package() | {
        "another": {"ref": SimpleNamespace(name="ref", package_name="another")}
    }
    builders = [MacroNamespaceBuilder("shopflow", package, object(), ["dbt_duckdb", "dbt"], object()) for _ in range(2)]
    ours = lighter._build_namespace(builders[0], macros, {})
    dbts = lighter._dbts["build_namespace"](builders[1], macros, {})
    assert [names.keys() for names in ours._search_order()] == [names.keys() for names in dbts._search_order()]
    assert ours.packages.keys() == dbts.packages.keys()
    callable_by_name = {name: told.macro for name, told in ours.items() if not isinstance(told, dict)}
    assert callable_by_name == {name: told.macro for name, told in dbts.items() if not isinstance(told, dict)}
    assert len(callable_by_name) > 500
    assert {(told.node, told.stack) for told in ours.local_namespace.values()} <= {
        (builders[0].node, builders[0].thread_ctx)
    }


def test_a_macro_that_several_packages_have_is_the_one_that_dbt_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.context.configured import ConfiguredContext
    from dbt.context.macros import MacroNamespace

    monkeypatch.setattr(ConfiguredContext, "to_dict", lambda context: {"own": 0})
    names: list[dict[str, Any]] = [
        {"all": 1, "root_and_local": 1, "root": 1},
        {"all": 2, "root_and_local": 2},
        {"all": 3, "root": 3, "dbts": 3},
        {"all": {}, "dbts": {}, "dbt": {"by": "package"}},
    ]
    namespace = MacroNamespace(*names)
    known = lighter._to_dict(SimpleNamespace(namespace=namespace))
    assert known == {"own": 0, **namespace}
    assert (known["all"], known["root_and_local"], known["root"]) == (2, 2, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "\n\nwith a as (select 1)\nselect * from a",
        "WITH\n\na as (select ')' as b) select 1",
        "with recursive a as (select 1) select 1",
        "with\n  recursive a as (select 1) select 1",
        "-- with a word before it\nwith a as (select 1) select * from a",
        "select 1 as within",
        "\nwithin",
    ],
)
@pytest.mark.parametrize("names", [(), ("one",), ("one", "two")])
def test_ephemeral_models_are_put_where_dbt_puts_them(sql: str, names: tuple[str, ...]) -> None:
    from dbt.compilation import InjectedCTE

    ctes = [InjectedCTE(id=name, sql=f" {name} as (\nselect 1\n)") for name in names]
    assert lighter._with_ctes(sql, ctes) == lighter._dbts["inject_ctes_into_sql"](sql, ctes)


def test_a_template_is_compiled_once_and_rendered_with_what_it_is_given() -> None:
    from dbt_common.clients.jinja import get_environment, get_template, render_template

    source = "{{ a }} of a text that no model has"
    assert [render_template(get_template(source, {"a": a}), {}) for a in (1, 2)] == [f"{a}{source[7:]}" for a in (1, 2)]
    codes = [get_environment(native=native).compile(source) for native in (False, False, True)]
    assert codes[0] is codes[1] is not codes[2]
    with pytest.raises(Exception, match="unexpected"):
        get_environment().compile("{{ }")


def test_what_guesses_types_guesses_the_same() -> None:
    cells = [("1", "null", "", "2025-11-01", "true", None), ("2", "x", "y", "tomorrow", "false", "2.50")]
    names = ["a", "b", "c", "d", "e", "f"]
    for columns, nulls in ((("b",), ("null", "")), (("b", "a"), ()), ((), ("x",))):
        ours, dbts = (
            make(columns, string_null_values=nulls).run(cells, names)
            for make in (lighter._type_tester, lighter._dbts["build_type_tester"])
        )
        assert [(type(one), one.null_values) for one in ours] == [(type(one), one.null_values) for one in dbts]
