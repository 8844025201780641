"""Tables as Google's SQL library wants them, and the dialect that is BigQuery's."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any

import zetasql.types as zt
from zetasql.core import ZetaSqlLocalService

from emulator.types import named

Columns = Mapping[str, Any]
HANDED = 64


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


class Catalogs:
    """The catalogs that the library was handed last: to read one, with all functions, takes it three quarters of what
    it does with a statement, and most statements are about the same few tables."""

    def __init__(self, service: ZetaSqlLocalService) -> None:
        self._service, self._numbers = service, OrderedDict[Any, int]()

    def number(self, tables: Mapping[tuple[str, ...], Columns], variables: Mapping[str, Any]) -> int:
        """What the library calls the catalog of these tables and variables."""
        key = _told(variables), tuple((path, _told(columns)) for path, columns in tables.items())
        if key not in self._numbers:
            handed = self._service.register_catalog(simple_catalog=catalog(tables, variables))
            self._numbers[key] = int(handed.registered_id)
            if len(self._numbers) > HANDED:
                self._service.unregister_catalog(registered_id=self._numbers.popitem(last=False)[1])
        self._numbers.move_to_end(key)
        return self._numbers[key]


def _told(kinds: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, named(kind)) for name, kind in kinds.items())


@cache
def catalogs() -> Catalogs:
    """Those of this process."""
    return Catalogs(ZetaSqlLocalService.get_instance())


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
