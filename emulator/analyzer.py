"""Google's SQL analyzer: whether BigQuery would understand a statement, with every name and type resolved.

A script is walked statement by statement, its variables and the tables that it makes known to what follows. Accepted
though BigQuery refuses them: unknown OPTIONS, clusters on arrays, partitions by texts. So are casts to a type with a
size, such as numeric(18, 4), which therefore are refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import zetasql.types as zt
from zetasql.core import ZetaSqlLocalService
from zetasql.core.exceptions import ServerError
from zetasql.core.local_service import parse_proto
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2

from emulator.catalog import Columns, catalogs, language, options, path_of
from emulator.types import parsed

_DECLARED = re.compile(
    r"(?is)\s*declare\s+(?P<names>[\w`,\s]+?)\s+(?!default\b)(?P<kind>array\s*<.*?>|struct\s*<.*?>|\w+)(\(\d.*?\))?"
    r"(\s+default\s+(?P<value>.*))?$"
)
_INFERRED = re.compile(r"(?is)\s*declare\s+(?P<names>[\w`,\s]+?)\s+default\s+(?P<value>.*)$")
_SET = re.compile(r"(?is)\s*set\s+(?P<names>[\w`]+|\([^)]*\))\s*=\s*(?P<value>.*)$")
_SIZED = re.compile(r"(?i)\bas\s+(?:(?:big)?(?:numeric|decimal)|string|bytes)\s*\(\s*\d")
_MAKERS = ("ResolvedCreateTableAsSelectStmt", "ResolvedCreateViewStmt", "ResolvedCreateTableStmt")
_DROPPED = ("ASTBeginStatement", "ASTCommitStatement", "ASTRollbackStatement")


class _Wrong(Exception):
    """What the walk itself finds wrong."""


class Analyzer:
    """Knows tables by name, each as its columns' names and types."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self.service = ZetaSqlLocalService.get_instance()
        self.tables: dict[tuple[str, ...], Columns] = {
            path_of(name): {column: parsed(kind) for column, kind in columns.items()}
            for name, columns in tables.items()
        }

    def check(self, sql: str) -> str | None:
        """What is wrong with a statement or a script, with the line and the place in it; None if nothing is."""
        if sized := _SIZED.search(sql):
            return f"Parameterized types are not allowed in CAST expressions: {sized[0]}"
        try:
            script = self.service.parse(sql_statement=sql, options=language(), allow_script=True).parsed_script
            _Walk(self, sql.encode()).all(script.statement_list_node.statement_list)
        except _Wrong as error:
            return str(error)
        except ServerError as error:
            # `error.message` ends at the first line break.
            told = getattr(error, "raw_error", None) or error.message
            return " ".join(re.sub(r"^Code: \d+, Message: ", "", told).split())
        return None


class _Walk:
    def __init__(self, analyzer: Analyzer, sql: bytes) -> None:
        self.service, self.sql = analyzer.service, sql
        self.tables, self.variables, self.has_made = dict(analyzer.tables), dict[str, Any](), False

    def all(self, statements: Iterable[Any]) -> None:
        for statement in statements:
            self.one(statement)

    def one(self, statement: Any) -> None:
        kind, place = type(statement).__name__, statement.parse_location_range
        text = self.sql[place.start : place.end].decode()
        if kind == "ASTVariableDeclaration":
            self.declare(text)
        elif kind in ("ASTSingleAssignment", "ASTAssignmentFromStruct"):
            self.assign(text)
        elif kind in _DROPPED:
            return
        elif lists := [each for each in (getattr(statement, name, None) for name in _BLOCKS) if each is not None]:
            for inner in lists:
                self.all(inner.statement_list)
        else:
            # Whatever is before the statement stays as blanks: lines and places in messages are those of the script.
            resolved = self.analyze((re.sub(rb"[^\n]", b" ", self.sql[: place.start])).decode() + text)
            if self.sql[place.end :].strip(b"; \n"):
                self.remember(resolved)

    def analyze(self, sql: str) -> Any:
        """The library's message of the resolved statement: to read all of it takes long, and few want to."""
        named = self.tables
        if self.variables or self.has_made:
            # Handing the library some hundred tables takes as long as all that it does with them: all are for many.
            lowered = sql.lower()
            named = {path: columns for path, columns in named.items() if path[-1].lower() in lowered}
        request = local_service_pb2.AnalyzeRequest(
            sql_statement=sql, options=_options(), registered_catalog_id=catalogs().number(named, self.variables)
        )
        return self.service.wasm_client.call_grpc_func(
            "ZetaSqlLocalService_Analyze", request, local_service_pb2.AnalyzeResponse
        ).resolved_statement

    def declare(self, text: str) -> None:
        if told := _DECLARED.match(text):
            kind = parsed(told["kind"])
            if told["value"]:
                self.analyze(f"select cast(({told['value']}) as {told['kind']})")
        elif told := _INFERRED.match(text):
            statement = parse_proto(self.analyze(f"select ({told['value']})"))
            kind = statement.output_column_list[0].column.type
        else:
            raise _Wrong(f"Unknown declaration: {text}")
        self.variables |= {name.strip(" `\n"): kind for name in told["names"].split(",")}

    def assign(self, text: str) -> None:
        told = _SET.match(text)
        if told is None:
            raise _Wrong(f"Unknown assignment: {text}")
        for name in told["names"].strip("()").split(","):
            if name.strip(" `\n").lower() not in {known.lower() for known in self.variables}:
                raise _Wrong(f"Undeclared variable: {name.strip()}")
        value = told["value"].rstrip("; \n")
        self.analyze(f"select {value}" if told["names"].startswith("(") else f"select ({value})")

    def remember(self, resolved: Any) -> None:
        """A table or a view that the statement makes, for those that follow."""
        if resolved.WhichOneof("node") != "resolved_create_statement_node":
            return
        statement = parse_proto(resolved)
        if type(statement).__name__ in _MAKERS:
            columns = {
                column.name: column.column.type for column in getattr(statement, "output_column_list", None) or ()
            }
            columns = columns or {column.name: column.type for column in statement.column_definition_list}
            self.tables[path_of(".".join(statement.name_path))] = columns
            self.has_made = True


@cache
def _options() -> Any:
    return zt.AnalyzeRequest(options=options()).to_proto().options


_BLOCKS = ("statement_list_node", "then_list", "else_list", "body")
