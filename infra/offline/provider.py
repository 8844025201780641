"""A provider that knows its schema and nothing else, for the real Terraform to talk to: no registry, no network.

It validates. It cannot plan or apply: in `terraform test` a `mock_provider` does that, inside of Terraform.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import encode
import grpc
import judge


class Provider(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers what Terraform asks of a provider of this schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema, self.encoded = schema, encode.schemas(schema)

    def service(self, asked: Any) -> Any:
        name = asked.method.rsplit("/", 1)[1]
        answers = {
            "GetSchema": lambda _: self.encoded,
            "PrepareProviderConfig": lambda message: message,
            "ValidateResourceTypeConfig": lambda message: self.validate("resources", message),
            "ValidateDataSourceConfig": lambda message: self.validate("data", message),
            "Configure": lambda _: b"",
            "Stop": lambda _: b"",
        }
        answer = answers.get(name)
        return answer and grpc.unary_unary_rpc_method_handler(lambda message, _: answer(message))

    def validate(self, kind: str, message: bytes) -> bytes:
        told = dict(encode.fields(message))
        name, values = told[1].decode(), judge.decode(dict(encode.fields(told[2]))[1])
        return encode.problems(list(judge.problems(name, self.schema[kind][name], values)))


@contextmanager
def served(schema: Path, source: str) -> Iterator[dict[str, str]]:
    """The environment in which Terraform takes this schema for the provider of that source."""
    with TemporaryDirectory() as folder:
        server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", 64 << 20)])
        server.add_generic_rpc_handlers((Provider(json.loads(schema.read_text("utf-8"))),))
        server.add_insecure_port(f"unix:{folder}/socket")
        server.start()
        address = {"Network": "unix", "String": f"{folder}/socket"}
        told = {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": os.getpid(), "Test": True, "Addr": address}
        empty = Path(folder, "terraformrc")  # nothing of the user's own settings
        empty.touch()
        try:
            yield {
                "TF_REATTACH_PROVIDERS": json.dumps({source: told}),
                "TF_CLI_CONFIG_FILE": str(empty),
                "CHECKPOINT_DISABLE": "1",
                "TF_IN_AUTOMATION": "1",
            }
        finally:
            server.stop(0)
