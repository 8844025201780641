"""What BigQuery does and the plain emulator does not, one check for each; the name before `__` is the gap's module."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests

from tests.bigquery.wire import Refused, Wire

DAYS = {"timePartitioning": {"type": "DAY", "field": "day"}}
APPEND = {"writeDisposition": "WRITE_APPEND"}


def answers__an_error_is_not_tried_again(wire: Wire) -> None:
    place = f"{wire.emulator.endpoint}/bigquery/v2/projects/{wire.emulator.project}/jobs"
    assert requests.post(place, json=[], timeout=10).status_code == 400


def answers__service_accounts_get_tokens(wire: Wire) -> None:
    assert requests.post(f"{wire.emulator.endpoint}/token", timeout=10).json()["access_token"]


def arrays__distinct_without_nulls(wire: Wire) -> None:
    assert wire.rows("select array_length(array_agg(distinct x ignore nulls)) from unnest([1, 1, null]) as x") == [
        ["1"]
    ]


def casts__to_numeric_keep_nine_places(wire: Wire) -> None:
    assert wire.rows("select cast('0.123456789' as numeric) = numeric '0.123456789'") == [["true"]]


def columns__a_patch_adds_one(wire: Wire) -> None:
    wire.table("t", "a INT64")
    fields = [{"name": "a", "type": "INT64"}, {"name": "b", "type": "STRING"}]
    wire.call("PATCH", f"datasets/{wire.dataset}/tables/t", {"schema": {"fields": fields}})
    assert wire.rows(f"select a, b from {wire.dataset}.t") == []


def columns__alter_table_is_seen_in_the_schema(wire: Wire) -> None:
    wire.table("t", "a INT64", "b INT64")
    wire.rows(f"alter table {wire.dataset}.t add column c string")
    wire.rows(f"alter table {wire.dataset}.t drop column b")
    assert [field["name"] for field in wire.get("t")["schema"]["fields"]] == ["a", "c"]


def columns__clusters_of_a_statement(wire: Wire) -> None:
    wire.rows(f"create table {wire.dataset}.t cluster by a as (select 1 as a)")
    assert wire.get("t")["clustering"] == {"fields": ["a"]}


def copying__a_partition(wire: Wire) -> None:
    for name, value in (("old", 1), ("new", 2)):
        wire.table(name, "day DATE", "x INT64", **DAYS)
        wire.rows(f"insert into {wire.dataset}.{name} values ('2026-10-01', {value}), ('2026-10-02', {value})")
    source, target = wire.named("new$20261001")["tableReference"], wire.named("old$20261001")["tableReference"]
    wire.job({"copy": {"sourceTable": source, "destinationTable": target, "writeDisposition": "WRITE_TRUNCATE"}})
    assert wire.rows(f"select x from {wire.dataset}.old order by day") == [["2"], ["1"]]


def decimals__as_text(wire: Wire) -> None:
    found = "select cast(numeric '0.50' as string), cast(numeric '10' as string), cast(2.0 + 0 as string)"
    assert wire.rows(found) == [["0.5", "10", "2"]]


def division__of_a_difference(wire: Wire) -> None:
    assert wire.rows("select div(7 - 1, 2)") == [["3"]]


def intervals__whole_hours(wire: Wire) -> None:
    late, early = "timestamp '2026-10-01 01:00:00+00'", "timestamp '2026-10-01 00:00:01+00'"
    assert wire.rows(f"select timestamp_diff({late}, {early}, hour)") == [["0"]]


def intervals__weeks_begin_when_told(wire: Wire) -> None:
    assert wire.rows("select date_trunc(date '2026-10-07', week(monday))") == [["2026-10-05"]]


def jobs__an_id_is_taken_once(wire: Wire) -> None:
    wire.job({"query": {"query": "select 1"}}, "once")
    with pytest.raises(Refused, match=r"409.*Already Exists: Job"):
        wire.job({"query": {"query": "select 1"}}, "once")


def jobs__an_upload_keeps_its_id(wire: Wire) -> None:
    wire.table("t", "x INT64")
    load = {"destinationTable": wire.named("t")["tableReference"], "sourceFormat": "NEWLINE_DELIMITED_JSON"}
    job = json.dumps({"jobReference": {"jobId": "uploaded"}, "configuration": {"load": load}})
    part = "--part\r\nContent-Type: {}\r\n\r\n{}\r\n"
    sent = part.format("application/json", job) + part.format("application/octet-stream", '{"x": 1}') + "--part--"
    place = f"{wire.emulator.endpoint}/upload/bigquery/v2/projects/{wire.emulator.project}/jobs?uploadType=multipart"
    kind = {"Content-Type": "multipart/related; boundary=part"}
    requests.post(place, sent.encode(), headers=kind, timeout=10).raise_for_status()
    assert wire.call("GET", "jobs/uploaded")["statistics"]["load"]["outputRows"] == "1"


def jobs__a_failed_load_is_one(wire: Wire) -> None:
    wire.table("t", "x INT64")
    with pytest.raises(Refused, match="invalid: Provided Schema does not match Table"):
        wire.load("t", wire.parquet("select 1 as y"))


def loading__by_name(wire: Wire) -> None:
    wire.table("t", "a STRING", "b STRING")
    wire.load("t", wire.parquet("select 'b' as b, 'a' as a"))
    assert wire.rows(f"select a, b from {wire.dataset}.t") == [["a", "b"]]


def loading__no_null_in_a_required_column(wire: Wire) -> None:
    wire.table("t", "a INT64 REQUIRED")
    with pytest.raises(Refused, match="Required field a cannot be null"):
        wire.load("t", wire.parquet("select null::bigint as a"))


def loading__into_a_partition(wire: Wire) -> None:
    wire.table("t", "day DATE", **DAYS)
    for _ in range(2):
        wire.load("t$20261001", wire.parquet("select date '2026-10-01' as day"), writeDisposition="WRITE_TRUNCATE")
    with pytest.raises(Refused, match="different partitions"):
        wire.load("t$20261001", wire.parquet("select date '2026-10-02' as day"))
    assert wire.rows(f"select count(*) from {wire.dataset}.t") == [["1"]]


def loading__all_files_or_none(wire: Wire) -> None:
    wire.table("t", "x INT64")
    with pytest.raises(Refused):
        wire.load("t", wire.parquet("select 1 as x"), wire.parquet("select 'one' as x"), **APPEND)
    assert wire.rows(f"select count(*) from {wire.dataset}.t") == [["0"]]


def loading__only_into_an_empty_table(wire: Wire) -> None:
    wire.table("t", "x INT64")
    wire.load("t", wire.parquet("select 1 as x"))
    with pytest.raises(Refused, match=rf"duplicate: Already Exists: Table .*:{wire.dataset}\.t"):
        wire.load("t", wire.parquet("select 1 as x"), writeDisposition="WRITE_EMPTY")


def loading__a_file_that_is_not_there(wire: Wire) -> None:
    wire.table("t", "x INT64")
    with pytest.raises(Refused, match="notFound: Not found: URI gs://lake/nothing"):
        wire.load("t", "gs://lake/nothing.parquet")


def metadata__quoted(wire: Wire) -> None:
    wire.table("t", "x INT64")
    view = f"`{wire.emulator.project}`.`{wire.dataset}`.`INFORMATION_SCHEMA`.`TABLES`"
    assert wire.rows(f"select table_name from {view}") == [["t"]]


def metadata__paths_of_fields(wire: Wire) -> None:
    wire.table("t", "x INT64")
    view = f"`{wire.emulator.project}`.`{wire.dataset}`.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS"
    assert wire.rows(f"select table_name, field_path from {view}") == [["t", "x"]]


def metadata__tables(wire: Wire) -> None:
    wire.table("t", "x INT64")
    view = f"`{wire.emulator.project}`.`{wire.dataset}`.__TABLES__"
    assert wire.rows(f"select table_id, type from {view}") == [["t", "1"]]


def parentheses__around_what_a_table_is_made_of(wire: Wire) -> None:
    wire.rows(f"create table {wire.dataset}.t (x string) as (select x from (select 'a' as x))")
    assert wire.rows(f"select x from {wire.dataset}.t") == [["a"]]


def partitions__a_filter_is_required(wire: Wire) -> None:
    wire.table("t", "day DATE", **DAYS, requirePartitionFilter=True)
    assert wire.get("t")["requirePartitionFilter"]
    assert wire.rows(f"select * from {wire.dataset}.t where day = '2026-10-01'") == []
    with pytest.raises(Refused, match=r"without a filter over column\(s\) 'day'"):
        wire.rows(f"select * from {wire.dataset}.t")


def places__a_dataset_that_is_not_there(wire: Wire) -> None:
    with pytest.raises(Refused, match=r"404.*Not found: Dataset .*:nowhere"):
        wire.call("GET", "datasets/nowhere/tables")


def places__no_table_without_a_dataset(wire: Wire) -> None:
    with pytest.raises(Refused, match=r"404.*Not found: Dataset .*:nowhere"):
        wire.call("POST", "datasets/nowhere/tables", wire.named("t"))


def precision__is_kept(wire: Wire) -> None:
    fields = [{"name": "x", "type": "NUMERIC", "precision": "10", "scale": "2"}]
    wire.call("POST", f"datasets/{wire.dataset}/tables", {"schema": {"fields": fields}, **wire.named("t")})
    (field,) = wire.get("t")["schema"]["fields"]
    assert (field["precision"], field["scale"]) == ("10", "2")
    wire.rows(f"insert into {wire.dataset}.t values (numeric '1.25')")
    with pytest.raises(Refused):
        wire.rows(f"insert into {wire.dataset}.t values (numeric '123456789.1')")


def scripts__have_parameters(wire: Wire) -> None:
    named = {"name": "x", "parameterType": {"type": "STRING"}, "parameterValue": {"value": "it's\n\\"}}
    script = "begin transaction; select 1; commit transaction; select @x"
    assert wire.rows(script, parameterMode="NAMED", queryParameters=[named]) == [["it's\n\\"]]


def scripts__set_of_a_struct(wire: Wire) -> None:
    assert wire.rows("declare x int64; set (x) = (select as struct 7); select x") == [["7"]]


def sizes__of_what_was_inserted(wire: Wire) -> None:
    wire.table("t", "x INT64", "y INT64")
    wire.rows(f"insert into {wire.dataset}.t values (1, 2), (3, 4)")
    assert (wire.get("t")["numRows"], wire.get("t")["numBytes"]) == ("2", "32")


def temporary__tables_end_with_their_script(wire: Wire) -> None:
    for _ in range(2):
        assert wire.rows("create temp table passing as select 1 as x; select x from passing") == [["1"]]


def sizes__a_limit_of_bytes(wire: Wire) -> None:
    wire.table("t", "x INT64")
    with pytest.raises(Refused, match=r"bytesBilledLimitExceeded: .*billed: 1000\. 10485760 or higher required\."):
        wire.rows(f"select x from {wire.dataset}.t", maximumBytesBilled="1000")


def sizes__a_dry_run_tells_bytes(wire: Wire) -> None:
    wire.table("t", "x INT64")
    wire.rows(f"insert into {wire.dataset}.t values (1), (2), (3)")
    told = wire.job({"dryRun": True, "query": {"query": f"select x from {wire.dataset}.t", "useLegacySql": False}})
    assert told["statistics"]["totalBytesProcessed"] == told["statistics"]["query"]["totalBytesProcessed"] == "24"


def times__a_table_was_changed_by_what_was_inserted(wire: Wire) -> None:
    wire.table("t", "x INT64")
    made = wire.get("t")["lastModifiedTime"]
    wire.rows(f"insert into {wire.dataset}.t values (1)")
    assert wire.get("t")["lastModifiedTime"] > made


CHECKS: dict[str, Callable[[Wire], None]] = {
    name: check for name, check in globals().items() if "__" in name.strip("_") and callable(check)
}
