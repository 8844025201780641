"""Secrets in files are found, without being told; what only looks like one is not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from delivery.leaks import by_form, tracked
from flows.settings import PROJECT

# Put together here, so that this file holds none.
SECRETS = {
    "a private key": ("key.txt", "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow"),
    "a key of an identity of Google's": ("key.json", '{"private_key": "-----BEGIN ' + 'PRIVATE KEY-----\\nMIIEvQ"}'),
    "an address with a password": ("notes.md", "postgresql://prefect:" + "hunter2hunter2@db.example.com/prefect"),
    "a token of GitHub's": ("ci.py", "TOKEN = 'gh" + "p_" + "a1B2" * 9 + "'"),
    "a key of Prefect's": ("run.sh", "export PREFECT_API_KEY=pn" + "u_" + "a1B2" * 9),
    "a key of Google's APIs": ("map.js", "key=AI" + "za" + "Sy0aB12" * 5),
    "a secret in a settings file": ("looker.ini", "client_secret=" + "Zx8Kq2Lm5Np9Rt4V"),
    "a password in a compose file": ("compose.yaml", "  POSTGRES_PASSWORD: " + "tr0ub4dor-and-3"),
}


@pytest.fixture(scope="module")
def said(linters: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `make secrets` says to a repository with one of each."""
    root = tmp_path_factory.mktemp("leaky")
    for about, (name, text) in SECRETS.items():
        folder = root / about.replace(" ", "_").replace("'", "")
        folder.mkdir()
        (folder / name).write_text(text + "\n")
    code = (
        "import sys; from pathlib import Path; from delivery.leaks import complaints; root = Path(sys.argv[1]); "
        "print(*complaints(root, [str(each.relative_to(root)) for each in root.rglob('*.*')]), sep='\\n')"
    )
    ran = subprocess.run([linters, "-c", code, root], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("about", SECRETS)
def test_a_secret_is_found_and_not_told(about: str, said: str) -> None:
    assert about.replace(" ", "_").replace("'", "") + "/" in said
    for told in ("MIIE", "hunter2", "a1B2a1B2", "Sy0aB12", "Zx8Kq2", "tr0ub4dor"):
        assert told not in said


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD: ${DATABASE_PASSWORD:?make up writes one}",
        "password: CHANGE_ME",
        "looker_secret_block = looker-client-secret",
        "PREFECT_API_KEY: the_old_one_that_was_revoked  # pragma: allowlist secret",
        'client_secret = "…"',
    ],
)
def test_what_only_names_a_secret_is_none(line: str) -> None:
    assert list(by_form("settings.toml", line)) == []


@pytest.mark.slow
def test_no_file_of_this_repository_holds_one(linters: Path) -> None:
    ran = subprocess.run([linters, "-m", "delivery.leaks"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, f"{len(tracked(PROJECT))} files: no secret found\n"), ran.stdout
