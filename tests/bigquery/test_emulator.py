"""The emulators themselves: they start, know each other, and end."""

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from emulator.start import Emulator
from flows import gcp
from flows.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


def test_a_question_is_answered(cloud: Settings) -> None:
    with gcp.bigquery_client(cloud) as client:
        assert [tuple(row) for row in client.query("select 1 + 1 as two").result()] == [(2,)]


def test_a_load_job_reads_what_was_put_into_the_bucket(cloud: Settings, emulator: Emulator) -> None:
    from google.cloud import bigquery

    bucket = storage.Client(project=emulator.project, credentials=AnonymousCredentials()).bucket("lake")
    bucket.blob("a folder/numbers.json").upload_from_string('{"number": 7}\n{"number": 8}\n')
    config = bigquery.LoadJobConfig(
        source_format="NEWLINE_DELIMITED_JSON", schema=[bigquery.SchemaField("number", "INT64")]
    )
    with gcp.bigquery_client(cloud) as client:
        dataset = client.create_dataset(f"{cloud.bigquery_dataset_prefix}smoke")
        client.load_table_from_uri(
            "gs://lake/a folder/numbers.json", dataset.table("numbers"), job_config=config
        ).result()
        rows = client.query(f"select sum(number) as total from `{dataset.dataset_id}.numbers`").result()
        assert [row.total for row in rows] == [15]
