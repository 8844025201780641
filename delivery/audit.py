"""Known vulnerabilities of the libraries that constraints.txt pins: `make audit`. Needs a network.

Exit codes: 0 none is known; 1 some are; 2 nothing was audited, for the service could not be asked.

    python -m delivery.audit --vulnerability-service osv        # options are those of pip-audit
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
# Vulnerabilities that do not concern us, each with why.
PASSED_OVER: dict[str, str] = {}


def audit(options: Sequence[str], pins: Path = HERE / "constraints.txt") -> tuple[int, str]:
    """The exit code, and what to say."""
    passed_over = [word for name in PASSED_OVER for word in ("--ignore-vuln", name)]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", *passed_over, *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        told = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return (
            2,
            f"Nothing was audited: pip-audit could not ask about {pins.name}, which needs a network ({last[:200]})",
        )
    found = [
        f"{each['name']} {each['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'none yet'}"
        for each in told
        for known in each.get("vulns", [])
    ]
    skipped = [f"{each['name']}: not audited, {each['skip_reason']}" for each in told if "skip_reason" in each]
    lines = [*found, *skipped, f"{len(told) - len(skipped)} libraries audited, {len(found)} known vulnerabilities"]
    return (1 if found else 2 if skipped else 0), "\n".join(lines)


def main() -> int:
    code, said = audit(sys.argv[1:])
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
