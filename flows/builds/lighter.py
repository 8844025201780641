"""What dbt does anew for each model and test, done once or more plainly, with the same outcome.

On a day's run of a small shop that was two fifths of what dbt's own Python took. `tests/test_lighter.py` compares each
of these with dbt's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

TEMPLATES = 2_000  # three times as many as the project has
_WITH = re.compile(r"\s*with\s++(?!recursive\b)", re.IGNORECASE)


def work_lightly() -> None:
    """From now on dbt works so in this process. Calling it again changes nothing."""
    from dbt import compilation
    from dbt.context.macros import MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt_common.clients import agate_helper
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    for owner, name, lighter in (
        (MacroNamespaceBuilder, "build_namespace", _build_namespace),
        (ManifestContext, "to_dict", _to_dict),
        (compilation, "inject_ctes_into_sql", _with_ctes),
        (MacroFuzzEnvironment, "compile", _compile),
        (agate_helper, "build_type_tester", _type_tester),
    ):
        if getattr(owner, name) is not lighter:
            _dbts[name] = getattr(owner, name)
            setattr(owner, name, lighter)


_dbts: dict[str, Any] = {}  # dbt's own, by the name of what took its place
_code: dict[tuple[type, str], CodeType] = {}


def _build_namespace(builder: Any, macros_by_package: Mapping[str, Mapping[str, Any]], ctx: dict[str, Any]) -> Any:
    """The macros as a model may call them: dbt asks each of six hundred where it belongs, here a package is asked."""
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import MacroNamespace

    made = {
        package: {name: MacroGenerator(macro, ctx, builder.node, builder.thread_ctx) for name, macro in macros.items()}
        for package, macros in macros_by_package.items()
    }
    internal: dict[str, Any] = {}
    for package in reversed(builder.internal_package_names_order):
        internal.update(made.pop(package, {}))
    is_own = builder.search_package == builder.root_package
    return MacroNamespace(
        global_namespace={} if is_own else made.get(builder.root_package, {}),
        local_namespace=made.get(builder.search_package, {}),
        global_project_namespace=internal,
        packages=made,
    )


def _to_dict(context: Any) -> dict[str, Any]:
    """All that a model's Jinja knows by name: dbt looked each macro's name up in up to five places, one by one."""
    from dbt.context.configured import ConfiguredContext
    from dbt.context.macros import MacroNamespace

    if type(context.namespace) is not MacroNamespace:
        return dict(_dbts["to_dict"](context))
    known: dict[str, Any] = ConfiguredContext.to_dict(context)
    for macros in reversed(list(context.namespace._search_order())):
        known.update(macros)
    return known


def _with_ctes(sql: str, ctes: Sequence[Any]) -> str:
    """The SQL with ephemeral models put in front: dbt has all of it parsed in order to find where its `with` ends."""
    if not ctes or not (begin := _WITH.match(sql)):
        return str(_dbts["inject_ctes_into_sql"](sql, ctes))
    return f"{sql[: begin.end()]}{', '.join(cte.sql for cte in ctes)}, {sql[begin.end() :]}"


def _compile(environment: Any, source: Any, *named: Any, **how: Any) -> Any:
    """A template's code, which a process that builds in several parts needs again for each of them."""
    if named or how or not isinstance(source, str):
        return _dbts["compile"](environment, source, *named, **how)
    key = (type(environment), source)
    if (code := _code.get(key)) is None:
        code = _dbts["compile"](environment, source)
        if len(_code) >= TEMPLATES:
            _code.clear()
        _code[key] = code
    return code


def _type_tester(text_columns: Iterable[str], string_null_values: Iterable[str] = ("null", "")) -> Any:
    """What guesses the types of results: it holds a calendar for words such as `tomorrow`, made anew for each table."""
    return _tester(frozenset(text_columns), tuple(string_null_values))


@lru_cache(maxsize=256)
def _tester(text_columns: frozenset[str], nulls: tuple[str, ...]) -> Any:
    return _dbts["build_type_tester"](text_columns, nulls)
