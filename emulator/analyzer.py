"""Google's own SQL analyzer (ZetaSQL, which BigQuery's SQL is): says whether a statement has a meaning, and which not.

It takes more than BigQuery does: options that do not exist, a table partitioned by a text or clustered by an array.
"""

from __future__ import annotations

import hashlib
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wasmtime
import zetasql.types as zt
from zetasql.api import TypeFactory
from zetasql.core import ZetaSqlLocalService, wasm_client
from zetasql.core.exceptions import ServerError

Columns = dict[str, str]
_KINDS = {"INT64": "INT64", "FLOAT64": "DOUBLE", "BOOL": "BOOL", "STRING": "STRING", "BYTES": "BYTES", "JSON": "JSON"}
_KINDS |= {name: name for name in ("DATE", "TIMESTAMP", "DATETIME", "TIME", "NUMERIC", "BIGNUMERIC", "INTERVAL")}
_NAMES = {int(getattr(zt.TypeKind, f"TYPE_{kind}")): name for name, kind in _KINDS.items()}
_SILENT = {"ASTBeginStatement", "ASTCommitStatement", "ASTRollbackStatement"}
# BigQuery: "Parameterized types are not allowed in CAST expressions". ZetaSQL takes them.
_SIZED_CAST = re.compile(r"\bas\s+(?:(?:big)?(?:numeric|decimal)|string|bytes)\s*\(", re.IGNORECASE)


class Analyzer:
    """Knows tables by their full names, and those that the statements it was shown have made."""

    def __init__(self, tables: dict[str, Columns]) -> None:
        wasm_client.Module = _KeptModule
        self._service = ZetaSqlLocalService.get_instance()
        self._tables = {
            name: {column: parsed(kind) for column, kind in columns.items()} for name, columns in tables.items()
        }
        language = zt.LanguageOptions.maximum_features()
        language.product_mode = zt.ProductMode.PRODUCT_EXTERNAL
        language.reserved_keywords = ["QUALIFY"]
        language.supported_statement_kinds = [kind for kind in zt.ResolvedNodeKind if kind.name.endswith("_STMT")]
        self.options = zt.AnalyzerOptions(
            language_options=language,
            error_message_mode=zt.ErrorMessageMode.ERROR_MESSAGE_ONE_LINE,
            default_timezone="UTC",
            prune_unused_columns=True,
            allow_undeclared_parameters=True,
        )

    def refusal(self, sql: str) -> str | None:
        """Why a statement or a script has no meaning; None where it has one."""
        if sized := _SIZED_CAST.search(sql):
            return f"a cast to a type with parameters: {sized[0]} …"
        try:
            script = self._service.parse(sql_statement=sql, options=self.options.language_options, allow_script=True)
            for statement in script.parsed_script.statement_list_node.statement_list:
                if type(statement).__name__ not in _SILENT:
                    place = statement.parse_location_range
                    self._analyze(sql.encode()[place.start : place.end].decode())
        except ServerError as error:
            return " ".join(str(getattr(error, "raw_error", None) or error.message).split())
        return None

    def catalog(self, sql: str = "") -> Any:
        """What ZetaSQL is to know for a statement: its functions, and the tables whose names are in the text."""
        options = zt.ZetaSQLBuiltinFunctionOptions(language_options=self.options.language_options)
        root = zt.SimpleCatalog(name="root", builtin_function_options=options)
        for name, columns in self._tables.items():
            if name.split(".")[-1] in sql:
                for path in {tuple(name.split(".")), (name,)}:  # `a`.`b`.`c`, and `a.b.c` within one pair of backticks
                    _within(root, path[:-1]).table.append(_table(path[-1], columns))
        return root

    def _analyze(self, sql: str) -> None:
        found = self._service.analyze(sql_statement=sql, options=self.options, simple_catalog=self.catalog(sql))
        made = found.resolved_statement
        if type(made).__name__ in ("ResolvedCreateTableAsSelectStmt", "ResolvedCreateViewStmt"):
            columns = {column.name: column.column.type for column in made.output_column_list}
            self._tables[".".join(made.name_path)] = columns


def parsed(kind: str) -> Any:
    """ZetaSQL's type for the name of one of BigQuery's."""
    if kind.startswith("ARRAY<"):
        return TypeFactory.create_array_type(parsed(kind[6:-1]))
    return TypeFactory.create_simple_type(getattr(zt.TypeKind, f"TYPE_{_KINDS[kind.partition('(')[0]]}"))


def _table(name: str, columns: dict[str, Any]) -> Any:
    made = [zt.SimpleColumn(name=column, type=kind, is_writable_column=True) for column, kind in columns.items()]
    return zt.SimpleTable(name=name, column=made)


def _within(catalog: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        inner = next((known for known in catalog.catalog if known.name == part), None)
        if inner is None:
            inner = zt.SimpleCatalog(name=part)
            catalog.catalog.append(inner)
        catalog = inner
    return catalog


class _KeptModule:
    """Compiling the analyzer's 28 MB of WebAssembly takes 20 seconds; what came of it is kept in the environment."""

    @staticmethod
    def from_file(engine: Any, path: str) -> Any:
        told = f"{version('wasmtime')} {version('zetasql')} {Path(path).stat().st_size}"
        kept = Path(sys.prefix) / f"zetasql-{hashlib.sha256(told.encode()).hexdigest()[:16]}.cwasm"
        if kept.exists():
            return wasmtime.Module.deserialize_file(engine, str(kept))
        module = wasmtime.Module.from_file(engine, path)
        draft = kept.with_suffix(f".{id(module)}")
        draft.write_bytes(module.serialize())
        draft.replace(kept)
        return module
