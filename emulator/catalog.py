"""Tables as Google's SQL library wants them, and the dialect that is BigQuery's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import zetasql.types as zt

Columns = Mapping[str, Any]


@cache
def language() -> Any:
    """The options under which the library reads what BigQuery reads."""
    options = zt.LanguageOptions.maximum_features()
    options.product_mode = zt.ProductMode.PRODUCT_EXTERNAL  # INT64 and FLOAT64, no other numbers
    options.reserved_keywords = ["QUALIFY"]  # else it is taken for an alias
    options.supported_statement_kinds = [kind for kind in zt.ResolvedNodeKind if kind.name.endswith("_STMT")]
    return options


@cache
def options() -> Any:
    """For the analysis of one statement."""
    return zt.AnalyzerOptions(
        language_options=language(),
        error_message_mode=zt.ErrorMessageMode.ERROR_MESSAGE_ONE_LINE,
        default_timezone="UTC",
        prune_unused_columns=True,
        allow_undeclared_parameters=True,
    )


def path_of(name: str) -> tuple[str, ...]:
    """The parts of a table's name, wherever its backticks are."""
    return tuple(name.replace("`", "").split("."))


def catalog(tables: Mapping[tuple[str, ...], Columns], variables: Mapping[str, Any]) -> Any:
    """The tables under each name by which BigQuery finds them: with and without the project, in one pair of backticks
    or in several."""
    root = zt.SimpleCatalog(
        name="root",
        builtin_function_options=zt.ZetaSQLBuiltinFunctionOptions(language_options=language()),
        constant=[zt.SimpleConstant(name_path=[name], type=kind) for name, kind in variables.items()],
    )
    folders: dict[tuple[str, ...], Any] = {(): root}
    named = {
        name: columns
        for path, columns in tables.items()
        for name in (path, path[-2:] if len(path) == 3 else path, (".".join(path),))
    }
    for path, columns in named.items():
        for depth in range(1, len(path)):
            if path[:depth] not in folders:
                folders[path[:depth]] = zt.SimpleCatalog(name=path[depth - 1])
                folders[path[: depth - 1]].catalog.append(folders[path[:depth]])
        folders[path[:-1]].table.append(table(path[-1], columns))
    return root


def table(name: str, columns: Columns) -> Any:
    """A table of these columns."""
    made = [zt.SimpleColumn(name=column, type=kind, is_writable_column=True) for column, kind in columns.items()]
    return zt.SimpleTable(name=name, column=made)
