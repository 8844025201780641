"""dbt's project parsed once for all shops of the emulator: only the prefix of their datasets differs in manifests.

A shop of a test has datasets of its own, and each would have the project parsed for it, which takes three seconds. Here
it is parsed for a prefix of as many letters that stands nowhere else, and each shop gets a copy with its own instead.
`test_parsing.py` compares that with what dbt makes of it.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

from flows.builds.kept import contents

SHORTEST = 5  # fewer of one letter stand elsewhere, too: one q is in every `sql`
Parse = Callable[[list[str]], Any]


def once(parse: Parse) -> Parse:
    """`parse` for all command lines that name the same but for the prefix of the datasets."""
    templates: dict[str, bytes] = {}

    def parsed(arguments: list[str]) -> Any:
        place = arguments.index("--vars") + 1
        told = json.loads(arguments[place])
        if len(prefix := told.get("dataset_prefix", "")) < SHORTEST:
            return parse(arguments)
        stand_in = "q" * len(prefix)
        variables = json.dumps(told | {"dataset_prefix": stand_in})
        if variables not in templates:
            templates[variables] = pickle.dumps(
                contents(parse([*arguments[:place], variables, *arguments[place + 1 :]]))
            )
        from dbt.contracts.graph.manifest import Manifest

        return Manifest(**pickle.loads(templates[variables].replace(stand_in.encode(), prefix.encode())))

    return parsed
