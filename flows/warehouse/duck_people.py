"""Who was seen with whom, in events that DuckDB reads: in a warehouse, or in the lake's files."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from flows.checks.forgotten import present

IN_RAW = "(select user_id, anonymous_id from raw.events union all select user_id, anonymous_id from removed.events)"


@dataclass(frozen=True)
class Events:
    """A relation of events; for its methods see the protocol of the warehouse."""

    connection: DuckDBPyConnection
    relation: str

    def devices_of(self, user: str, salt: str, hashes: list[str]) -> set[str]:
        own = f"select distinct anonymous_id from {self.relation} where user_id = $user and anonymous_id is not null"
        found = self._ids(own, user=user)
        return found | self._ids(present("anonymous_id", self.relation), salt=salt, hashes=hashes) if hashes else found

    def devices_of_others(self, user: str, devices: list[str]) -> set[str]:
        others = (
            f"select distinct anonymous_id from {self.relation} "
            "where user_id <> $user and anonymous_id in (select unnest($devices::varchar[]))"
        )
        return self._ids(others, user=user, devices=devices)

    def _ids(self, question: str, **params: object) -> set[str]:
        return {id for (id,) in self.connection.execute(question, params).fetchall()}
