"""What a warehouse is told of a person's rows that are to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Erasure:
    """Whose rows go, and what the erasure is called; `devices` are anonymous ids.

    `lake_erased` and `lake_reasons` are what the manifests of batches say by now: how many of their rows were ever
    erased, and why those that are still refused were.
    """

    erasure_id: str
    subject: str
    at: datetime
    users: list[str] = field(repr=False)
    devices: list[str] = field(repr=False)
    lake_erased: Mapping[str, int] = field(default_factory=dict)
    lake_reasons: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
