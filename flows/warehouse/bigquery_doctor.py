"""What `shopflow doctor` looks at in BigQuery. Nothing of it is billed: dry runs, and the tables' own metadata."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from flows import gcp
from flows.doctor.check import Check
from flows.errors import SettingsError, WarehouseError
from flows.pinned import require_zone
from flows.settings import Settings
from flows.story import count_of
from flows.warehouse.bigquery_jobs import DATASETS, Jobs
from flows.warehouse.bigquery_rights import granted

RETRY_SECONDS = 5.0
JOB_USER = "BigQuery Job User (roles/bigquery.jobUser) on project {}"
DATA_EDITOR = "BigQuery Data Editor (roles/bigquery.dataEditor) on {}"


def checks_of(settings: Settings) -> Iterator[Check]:
    """The right to ask, each dataset with the right to write in it, the shop's time zone, the marts."""
    looks = Looks(settings)
    yield Check("queries", looks.queries, needs=("credentials",))
    for name in DATASETS:
        yield Check(f"dataset {name}", partial(looks.dataset, name), needs=("credentials", "queries"))
    yield Check("time zone", looks.zone, needs=("credentials", "queries", "dataset ops"))
    yield Check("marts", looks.marts, needs=("credentials", "queries", "dataset marts"))


class Looks:
    """Each method is one check's `look`; the client is made by the first of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs.begin(self.settings, retry_seconds=RETRY_SECONDS)

    @cached_property
    def may_make(self) -> bool | None:
        found = granted(self.settings, ["bigquery.datasets.create"])
        return None if found is None else bool(found)

    def queries(self) -> str:
        """Whether jobs may be run at all, by a dry run under the cap."""
        project = self.jobs.client.project
        self.jobs.dry_run("select 1 as one", grant=JOB_USER.format(f"{project}"))
        cap = self.settings.bigquery_max_gigabytes
        return f"may run jobs in {project}; none may bill more than {cap:g} GB"

    def dataset(self, name: str) -> str:
        """Whether it is there, where it should be, and takes tables, by a dry run; or whether it may be made."""
        from google.api_core.exceptions import NotFound

        place, wanted = self.jobs.dataset(name), self.settings.bigquery_location
        role = DATA_EDITOR.format(f"dataset {place}")
        with gcp.translated(self.settings, place, grant=role):
            try:
                found = self.jobs.client.get_dataset(place, retry=self.jobs.retry)
            except NotFound:
                return self._to_be_made(place)
        if found.location.upper() != wanted.upper():
            raise SettingsError(
                f"{place} is in {found.location}, but SHOPFLOW_BIGQUERY_LOCATION is {wanted}: set it to "
                f"{found.location}, or name other datasets by SHOPFLOW_BIGQUERY_DATASET_PREFIX"
            )
        self.jobs.dry_run(f"create table `{place}.doctor` as select 1 as one", grant=role)
        return f"{place}, in {found.location}; may write"

    def _to_be_made(self, place: str) -> str:
        told = f"{place} is not there yet; a run makes it in {self.settings.bigquery_location}"
        role = DATA_EDITOR.format(f"project {self.jobs.client.project}")
        if self.may_make is False:
            raise WarehouseError(f"{place} is not there, and you may not make it: grant {role}, or have it made")
        return told if self.may_make else f"{told}, and needs {role} for that"

    def zone(self) -> str:
        """The time zone of the first load, read off the table's rows: no query, so nothing is billed."""
        from google.api_core.exceptions import NotFound

        table, zone = f"{self.jobs.dataset('ops')}.settings", self.settings.reporting_timezone
        with self.jobs.translated(table):
            try:
                rows = {row["name"]: row["value"] for row in self.jobs.client.list_rows(table, retry=self.jobs.retry)}
            except NotFound:
                rows = {}
        require_zone(rows.get("reporting_timezone"), self.settings)
        return f"{zone}, {'fixed by the first load' if rows else 'not fixed before the first load'}"

    def marts(self) -> str:
        """How many marts readers have."""
        from google.api_core.exceptions import NotFound

        place = self.jobs.dataset("marts")
        with self.jobs.translated(place):
            try:
                tables = list(self.jobs.client.list_tables(place, retry=self.jobs.retry))
            except NotFound:
                tables = []
        return f"{place}, {count_of(len(tables), 'table')}" if tables else "none yet; the first run builds them"
