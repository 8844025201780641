"""What Prefect's worker would send to Cloud Run for a run of `pipeline/daily`, as JSON. Run by the image's Python.

Google is not asked: who the worker would be is made up.
"""

from __future__ import annotations

import json
from unittest.mock import patch
from uuid import uuid4

from google.auth.credentials import AnonymousCredentials
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_KEY, PREFECT_API_URL, temporary_settings
from prefect.utilities.templating import apply_values
from prefect_gcp.workers.cloud_run_v2 import CloudRunWorkerJobV2Configuration

from flows.deployments.pools import CLOUD_RUN
from flows.deployments.rendered import rendered
from flows.settings import load_settings


def body() -> dict[str, object]:
    template = CLOUD_RUN.template(load_settings())
    properties = template["variables"]["properties"]
    defaults = {name: about["default"] for name, about in properties.items() if "default" in about}
    variables = defaults | rendered(CLOUD_RUN)["pipeline/daily"]["job_variables"]
    with patch("google.auth.default", lambda *_, **__: (AnonymousCredentials(), "my-project")):
        made = CloudRunWorkerJobV2Configuration(**apply_values(template["job_configuration"], variables))
        with temporary_settings({PREFECT_API_KEY: "pnu_secret", PREFECT_API_URL: "https://api.example/api"}):
            made.prepare_for_flow_run(FlowRun(flow_id=uuid4(), name="daily"))
    found: dict[str, object] = made.job_body
    return found


if __name__ == "__main__":
    print(json.dumps(body()))
