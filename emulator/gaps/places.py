"""A dataset that does not exist has no tables rather than being an error, and one cannot make any: a server error.

It is answered with 404 in BigQuery's words, `Not found: Dataset project:dataset`, and tables are named in them, too.
"""

import json
import re
from typing import Any

import bqemulator.domain.errors as errors
import bqemulator.server as server

_TABLES = re.compile(r"/bigquery/v2/projects/([^/]+)/datasets/([^/]+)/tables(/[^/]+)?")


def close() -> None:
    make = server.create_app

    def create_app(context: Any) -> Any:
        app = make(context)
        app.add_middleware(_Found, context=context)
        return app

    server.create_app = create_app
    errors.ResourceRef.format = _named


def _named(place: Any) -> str:
    inner = ".".join(part for part in (place.dataset_id, place.resource_id) if part)
    return f"{place.kind.capitalize()} {place.project_id}:{inner}"


class _Found:
    def __init__(self, app: Any, context: Any) -> None:
        self.app, self.context = app, context

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = _TABLES.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if asked is None or asked[2].startswith("_") or self.context.catalog.get_dataset(asked[1], asked[2]):
            return await self.app(scope, receive, send)
        error = errors.resource_not_found(errors.ResourceRef("dataset", asked[1], asked[2]))
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(error.to_bigquery_error()).encode()})
