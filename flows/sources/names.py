"""What the files of a batch are called, and what the batch is called after them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flows.receipts import SourceFile


def told_apart(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The files with names that are unique among them, in order of name.

    Copies (same name, same content) count as one file. Files that share a name and differ in content get as many of
    their parent folders in front as it takes: `monday/events.csv`, `tuesday/events.csv`.
    """
    namesakes: dict[str, dict[str, SourceFile]] = defaultdict(dict)
    for file in sorted(files, key=lambda file: file.path):
        namesakes[file.name].setdefault(file.sha256, file)
    named: list[SourceFile] = []
    for name, by_content in namesakes.items():
        group = list(by_content.values())
        depth = len(Path(name).parts)
        while len({_tail(file, depth) for file in group}) < len(group):
            depth += 1
        named += [replace(file, name=_tail(file, depth)) for file in group]
    return sorted(named, key=lambda file: file.name)


def batch_id(files: Iterable[SourceFile]) -> str:
    """16 hexadecimal characters that follow from the files' names, contents and formats, in whatever order they come.

    The format is how a file was read: read otherwise it gives other rows, and so it is another batch.
    """
    told = sorted((file.name, file.sha256, file.format) for file in files)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _tail(file: SourceFile, depth: int) -> str:
    return "/".join(Path(file.path).parts[-depth:])
