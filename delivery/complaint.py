"""What is wrong, where, and which layer of the checks says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Complaint:
    """`file` is seen from the project's folder."""

    layer: str
    file: str
    says: str

    def __str__(self) -> str:
        return f"{self.file}: {self.says} [{self.layer}]"
