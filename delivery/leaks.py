"""Secrets in the files of the repository: `make secrets`. Where one is, never what it is.

Known forms of keys, and passwords in addresses, are looked for in every file that git knows; in files of settings also
values beside a telling name. A line that only looks like one says so: `pragma: allowlist secret`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from delivery.complaint import Complaint

HERE = Path(__file__).resolve().parent.parent
LAYER = "secrets"
# Those of detect-secrets that know a form: what is only random is too often something else.
PLUGINS = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector"),
    *("DiscordBotTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector", "JwtTokenDetector", "MailchimpDetector"),
    *("NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector"),
    *("SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector"),
)
# Passwords of examples and tests.
MADE_UP = re.compile(r"CHANGE_ME|password|passphrase9|pass|p|.*x{16}.*")
# What detect-secrets does not know, or takes parts of words for.
FORMS = {
    name: re.compile(form)
    for name, form in {
        "Google API key": r"\bAIza[\w-]{35}\b",
        "Google OAuth client secret": r"\bGOCSPX-[\w-]{20,}",
        "GitHub token": r"\bgh[opsur]_[A-Za-z0-9]{36}\b",
        "GitHub fine-grained token": r"\bgithub_pat_\w{40,}",
        "Prefect API key": r"\bpn[ub]_[A-Za-z0-9]{30,}\b",
    }.items()
}
# Files that hold settings, in which a secret's name has no value, a reference, or a word that says what belongs there.
CONFIGURATION = re.compile(r"(\.(ya?ml|toml|env|ini|cfg|json|tfvars|service)|/Dockerfile)$")
NAMED = re.compile(
    r"(?i)\b\w*(password|passwd|secret|token|api_?key|auth_string)\w*[\"']?\s*[:=]\s*[\"']?([^\s\"'#]{12,})"
)
REFERENCE = re.compile(r"[{}$<>…]|CHANGE_ME|^[A-Z_]+$|^(https?|gs)://|^[\w./-]+-(secret|key|token)$|\.\w+\.")
ALLOWED = "pragma: allowlist secret"


def complaints(root: Path, names: Iterable[str]) -> Iterator[Complaint]:
    """What looks like a secret in these files, seen from `root`. Files that are no text are passed over."""
    from detect_secrets import SecretsCollection
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import transient_settings

    allowlist = {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"}
    classes = [each for each in get_mapping_from_secret_type_to_class().values() if each.__name__ in PLUGINS]
    forms = [form for each in classes for form in each.denylist]
    with transient_settings({"plugins_used": [{"name": name} for name in PLUGINS], "filters_used": [allowlist]}):
        found = SecretsCollection(root=str(root))
        for name in names:
            try:
                text = (root / name).read_text("utf-8")
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue
            yield from by_form(name, text)
            if any(form.search(text) for form in forms):  # line by line, as they do it, all files would take seconds
                found.scan_file(name)
        for name, secret in found:
            if not MADE_UP.fullmatch(secret.secret_value or ""):
                yield Complaint(LAYER, name, f"line {secret.line_number}: {secret.type}")


def by_form(name: str, text: str) -> Iterator[Complaint]:
    """Secrets by forms of our own, and by the names of variables where the file holds settings."""
    for number, line in enumerate(text.splitlines(), 1):
        if ALLOWED in line:
            continue
        for kind, form in FORMS.items():
            if form.search(line):
                yield Complaint(LAYER, name, f"line {number}: {kind}")
        named = NAMED.search(line) if CONFIGURATION.search(f"/{name}") else None
        if named and not REFERENCE.search(named[2]):
            yield Complaint(LAYER, name, f"line {number}: a value beside a name with {named[1].lower()}")


def tracked(root: Path) -> list[str]:
    """The files that git knows in a folder, and those that it would take next."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip("\0").split("\0")


def main() -> int:
    names = tracked(HERE)
    found = sorted(set(complaints(HERE, names)))
    for each in found:
        print(each)
    print(f"{len(found)} look like secrets" if found else f"{len(names)} files: no secret found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
