"""The one place that reads the environment. Every setting is `SHOPFLOW_<NAME>`; unknown ones are refused."""

from __future__ import annotations

import difflib
import os
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import SettingsError

PREFIX = "SHOPFLOW_"
PROJECT = Path(__file__).resolve().parent.parent
_PERSON = r"([^@,\s]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+"
_LABEL = "[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{0,63}"


@cache
def _zones() -> frozenset[str]:
    # They are told by reading a folder of some hundred files, which takes longer than all else that is done here.
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        near = difflib.get_close_matches(name, sorted(_zones()), n=1)
        raise ValueError(f"unknown time zone{f', did you mean {near[0]}?' if near else ''}")
    return name


def _told(cls: type[Settings], value: object, info: ValidationInfo) -> object:
    # Empty is what a script makes of a variable of its own that is not set; the current folder is nobody's home.
    if value == "" and cls.model_fields[info.field_name or ""].default != "":
        raise ValueError("is empty: give it a value, or unset it")
    return value


def _whole(path: Path) -> Path:
    """Seen from the root: a relative home would be another one in every process that starts in another folder.

    Links stay as they are: one that leads nowhere is said where the home is made, with the name that the user gave.
    """
    try:
        return path.absolute()
    except FileNotFoundError:
        raise ValueError("the folder that it is relative to is gone") from None


def _a_place(lake: str) -> str:
    if "://" in lake and not re.fullmatch(r"gs://[a-z0-9][a-z0-9._-]+(/[^/?#]+)*/?", lake):
        raise ValueError("is neither a folder nor of the form gs://bucket/prefix")
    return lake.rstrip("/") or lake


def _a_cluster(dask: str) -> str:
    if not re.fullmatch(r"(local|(tcp|tls)://[^/]+:\d+)?", dask):
        raise ValueError("is neither `local` nor of the form tcp://host:port")
    return dask


def _labels(labels: str) -> str:
    if not re.fullmatch(rf"({_LABEL}(,{_LABEL})*)?", labels):
        raise ValueError("is not of the form name=value,name=value in small letters, digits, - and _")
    return labels


def _blocks(blocks: str) -> str:
    if not re.fullmatch(r"([a-z0-9-]+/[^/,\s]+(,[a-z0-9-]+/[^/,\s]+)*)?", blocks):
        raise ValueError("is not of the form kind/name,kind/name, as `shopflow alerts add` shows it")
    return blocks


def _people(people: str) -> str:
    if not re.fullmatch(rf"({_PERSON}(,{_PERSON})*)?", people, re.IGNORECASE):
        raise ValueError("is not of the form example.com,ann@other.org")
    return people.lower()


class Settings(BaseSettings):
    """All settings, read once at the edge and handed down.

    >>> Settings(target="duckdb").warehouse_path.name
    'warehouse.duckdb'
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    target: Literal["duckdb", "bigquery"] = Field("duckdb", description="Where the data lives: `duckdb` or `bigquery`.")
    home: Annotated[Path, AfterValidator(_whole)] = Field(
        PROJECT / "data", description="Folder of everything a run makes: lake, warehouse, serving copies."
    )
    lake: Annotated[str, AfterValidator(_a_place)] = Field(
        "lake",
        description="Where accepted and refused rows lie: a folder, seen from the home, or `gs://bucket/prefix`.",
    )
    inbox: Annotated[str, AfterValidator(_a_place)] = Field(
        "",
        description="Where files arrive by themselves: a folder, seen from the home, or `gs://bucket/prefix`. A run "
        "without a source takes what is new there. Not set: such a run makes the demo shop.",
    )
    inbox_settle_seconds: float = Field(
        30,
        ge=0,
        description="A file in the inbox's folder that was changed within so many seconds is still arriving.",
    )
    inbox_deployment: str = Field(
        "",
        pattern=r"^([^/]+/[^/]+)?$",
        description="Deployment that the watcher starts when files have arrived, such as `pipeline/hourly`. Not set: "
        "it only emits the event `shopflow.files.arrived`.",
    )
    reporting_timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC",
        description="The shop's time zone; it decides which day an event belongs to. Fixed at the first load.",
    )
    max_refused_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="A batch with a larger share of refused rows stops before anything is loaded.",
    )
    future_tolerance_hours: float = Field(
        24, ge=0, description="An event further in the future than this, seen from the landing, is refused."
    )
    memory_limit: str = Field(
        "1500MB",
        pattern=r"^\d+(MB|GB)$",
        description="What DuckDB may hold in memory on one machine before it spills to disk.",
    )
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="Threads of DuckDB and dbt.")
    batch_gigabytes: float = Field(
        4,
        gt=0,
        description="Files of more than this many GB (10^9 bytes) together are several batches of about that size.",
    )
    workers: int = Field(1, ge=1, description="How many batches of one landing are validated and judged at once.")
    dask: Annotated[str, AfterValidator(_a_cluster)] = Field(
        "",
        description="Where they are, if they are several: a Dask scheduler (`tcp://host:8786`), or `local` for "
        "processes on this machine. Not set: threads of the run's own process.",
    )
    serving_copies: int = Field(
        3, ge=1, description="Published copies of the marts that are kept, the current one among them, and a spare one."
    )
    lock_wait_seconds: float = Field(
        600, ge=0, description="How long a run waits for another one in the same home, in seconds; 0: not at all."
    )
    server_port: int = Field(
        4200,
        ge=1,
        le=65535,
        description="Port of the local Prefect server that a run starts when none is configured.",
    )

    dashboard_address: str = Field(
        "127.0.0.1",
        description="Where the dashboard listens. All but this machine itself needs `SHOPFLOW_DASHBOARD_ALLOWED`.",
    )
    dashboard_allowed: Annotated[str, AfterValidator(_people)] = Field(
        "",
        description="Who may see the dashboard, after signing in: domains and addresses, such as `example.com,"
        "ann@other.org`. Not set: whoever uses this machine, without signing in.",
    )

    bigquery_project: str = Field(
        "",
        description="Google Cloud project of the datasets, and the one that pays. Not set: that of the credentials.",
    )
    bigquery_location: str = Field(
        "US", pattern=r"^[A-Za-z0-9-]+$", description="Where BigQuery keeps the datasets, such as `EU`."
    )
    bigquery_dataset_prefix: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_]*$",
        description="Put before the names of the datasets: one prefix for each environment, such as `prod_`.",
    )
    bigquery_endpoint: str = Field(
        "", pattern=r"^(https?://.+)?$", description="Address of a BigQuery emulator. Never set it for BigQuery itself."
    )
    bigquery_max_gigabytes: float = Field(
        100,
        gt=0,
        description="No query may bill more than this many GB (10^9 bytes): BigQuery refuses it before it runs.",
    )
    bigquery_dollars_per_tebibyte: float = Field(
        6.25,
        ge=0,
        description="What a tebibyte (2^40 bytes) billed costs: the price that runs and `shopflow cost` tell.",
    )
    bigquery_labels: Annotated[str, AfterValidator(_labels)] = Field(
        "", description="Labels of every table and job, such as `team=data,env=prod`; `app=shopflow` is always there."
    )
    gcp_credentials_block: str = Field(
        "",
        description="Name of a Prefect block `GcpCredentials`. Not set: Application Default Credentials.",
    )

    cloud_run_image: str = Field(
        "",
        description="Image of the runs on Cloud Run, such as `europe-docker.pkg.dev/my-project/shopflow/shopflow:1`.",
    )
    cloud_run_region: str = Field(
        "us-central1", pattern=r"^[a-z0-9-]+$", description="Where runs on Cloud Run run, such as `europe-west3`."
    )
    cloud_run_service_account: str = Field(
        "",
        description="Service account of the runs on Cloud Run, such as `shopflow@my-project.iam.gserviceaccount.com`.",
    )
    cloud_run_api_key_secret: str = Field(
        "", description="Name of the secret, in Secret Manager, that holds the Prefect API key of runs on Cloud Run."
    )
    cloud_run_subnetwork: str = Field(
        "",
        pattern=r"^([a-z0-9-]+/[a-z0-9-]+)?$",
        description="Network and subnetwork that runs on Cloud Run talk through, such as `shop/runs`, for a Prefect "
        "server that is not on the internet. Not set: Google's own network.",
    )
    cloud_run_looker_secret: str = Field(
        "",
        description="Name of the secret, in Secret Manager, that holds the secret of Looker's API key for runs on "
        "Cloud Run. Not set: they have none but that of SHOPFLOW_LOOKER_SECRET_BLOCK.",
    )
    build_image: bool = Field(
        False,
        description="Whether deploying for Cloud Run builds SHOPFLOW_CLOUD_RUN_IMAGE and pushes it first, with Docker.",
    )
    alert_blocks: Annotated[str, AfterValidator(_blocks)] = Field(
        "",
        description="Who is told when something is wrong: Prefect blocks, such as `slack-webhook/shop-ops,apprise-"
        "address/mail`; `shopflow alerts add` makes them. Not set: nobody.",
    )
    expect_data_hours: float = Field(
        0, ge=0, description="Alert where no new events came for longer than this many hours; 0: never."
    )
    runbook_url: str = Field(
        "docs/runbook.md",
        description="Where your runbook is read, such as `https://…/runbook.md`: alerts and runs point to it.",
    )
    looker_url: str = Field(
        "",
        pattern=r"^(https?://[^/]+/?)?$",
        description="Looker that is told of new marts, such as `https://shop.cloud.looker.com`. Not set: none.",
    )
    looker_client_id: str = Field("", description="Client id of Looker's API key that a run uses.")
    looker_secret_block: str = Field(
        "",
        description="Name of a Prefect block `Secret` with that key's secret. Not set: LOOKERSDK_CLIENT_SECRET.",
    )
    looker_plan: str = Field(
        "",
        pattern=r"^\d*$",
        description="Id of a scheduled plan of Looker's that is run after new marts are published. Not set: none.",
    )
    looker_validates: bool = Field(
        True, description="Whether Looker is asked after each publication which looks and dashboards are broken."
    )
    step_retries: int = Field(
        2,
        ge=0,
        le=10,
        description="How often a step is tried again after an error that may be gone in a moment: a network, a lock.",
    )
    step_timeout_minutes: float = Field(
        120,
        gt=0,
        description="A step that takes longer is ended, and its run fails. Threads of SHOPFLOW_WORKERS are waited for.",
    )

    _is_told = field_validator("*", mode="before")(classmethod(_told))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_timezone)

    @property
    def lake_folder(self) -> Path:
        """The lake's folder; where the lake is in a bucket, the working copy of it."""
        return self.home / ("lake" if self.is_in_bucket else self.lake)

    @property
    def is_in_bucket(self) -> bool:
        return self.lake.startswith("gs://")

    @property
    def alert_blocks_named(self) -> tuple[str, ...]:
        """The blocks that are told, each of them once."""
        return tuple(dict.fromkeys(block for block in self.alert_blocks.split(",") if block))

    @property
    def dashboard_people(self) -> frozenset[str]:
        """Who may see the dashboard, in small letters; empty where nobody has to sign in."""
        return frozenset(entry for entry in self.dashboard_allowed.split(",") if entry)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of every table and job on BigQuery."""
        given = dict(pair.split("=") for pair in self.bigquery_labels.split(",") if pair)
        return {"app": "shopflow"} | given

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def serving(self) -> Path:
        return self.home / "serving"

    @property
    def prefect_home(self) -> Path:
        return self.home / "prefect"

    @property
    def dbt_target_path(self) -> Path:
        return self.home / "dbt"


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment, `overrides` winning.

    Raises SettingsError with one line per setting that is unknown or has a bad value.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    problems = []
    for name in sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_") and name not in known
    ):
        near = difflib.get_close_matches(name, known, n=1)
        problems.append(f"{name} is not a setting{f', did you mean {near[0]}?' if near else ''}")
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [
            f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')} (got {e['input']!r})"
            for e in error.errors()
        ]
    if problems:
        raise SettingsError("; ".join(problems))
    return settings
