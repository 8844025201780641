"""What the documentation names exists: commands, options, chores, settings, links, pictures; and marked blocks run."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from flows.cli import app
from flows.server import Server
from flows.settings import PROJECT, Settings

PAGES = sorted(
    [
        *PROJECT.glob("*.md"),
        *(page for folder in ("docs", "infra", "deployments", ".github") for page in (PROJECT / folder).rglob("*.md")),
    ],
)
SUFFIXES = {".py", ".sql", ".yml", ".toml"}
names = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))


@cache
def options() -> dict[str, set[str]]:
    """Every command of shopflow (`quarantine show` is one) with the options that it knows."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    commands = dict(group.commands)
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            commands |= {f"{name} {below}": belonging for below, belonging in command.commands.items()}
    return {
        name: {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        | {"--help"}
        for name, command in commands.items()
    }


@cache
def chores() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: what stands behind the fence, and the lines within."""
    return re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Every shell command that a page names: lines of shell blocks, and code within a line."""
    lines = [
        line.removeprefix("$ ")
        for kind, block in blocks(text)
        if kind.split(" ")[0] in ("bash", "sh", "console")
        for line in block.replace("\\\n", " ").splitlines()
        if kind.split(" ")[0] != "console" or line.startswith("$ ")
    ]
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines += re.findall(r"`([^`\n]+)`", prose)
    bare = (re.sub(r"^(\w+=\S+ +)*", "", line.strip()) for line in lines)
    return [line for line in bare if re.match(r"(shopflow|make|python -m flows)\b(?!-)", line)]


def problem(command: str) -> str | None:
    """Why a named command would not work, or None."""
    words = shlex.split(command.split(" #")[0].split(" | ")[0].split(" > ")[0].replace("[", "").replace("]", ""))
    if words[0] == "make":
        unknown = [word for word in words[1:] if "=" not in word and word not in chores()]
        return f"make has no {', '.join(unknown)}" if unknown else None
    rest = words[3:] if words[0] == "python" else words[1:]
    if not rest or rest[0].startswith("-"):
        return None
    name = rest[0]
    if len(rest) > 1 and any(known.startswith(f"{name} ") for known in options()) and not rest[1].startswith("-"):
        name = f"{name} {rest[1]}"
    if name not in options():
        return f"shopflow has no command {name}"
    unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in options()[name]]
    return f"shopflow {name} has no {', '.join(unknown)}" if unknown else None


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@names
def test_every_command_and_chore_that_a_page_names_exists(page: Path) -> None:
    wrong = {command: why for command in commands(page.read_text("utf-8")) if (why := problem(command))}
    assert wrong == {}


@names
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


@names
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    known = {f"SHOPFLOW_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bSHOPFLOW_(?!TEST_)[A-Z_]+\b", page.read_text("utf-8")))
    assert named <= known


@names
def test_pages_name_no_path_of_the_machine_they_were_written_on(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:work|root|home/\w+)/\S*", page.read_text("utf-8")) == []


def test_every_page_that_the_code_points_to_exists() -> None:
    folders = ("flows", "dashboards", "transforms", "tests", "deployments")
    files = [path for folder in folders for path in (PROJECT / folder).rglob("*") if path.suffix in SUFFIXES]
    named = {
        page
        for path in [*files, PROJECT / "pyproject.toml", PROJECT / "Makefile"]
        for page in re.findall(r"\bdocs/[\w/.-]+\.md\b", path.read_text("utf-8"))
    }
    assert {page for page in named if not (PROJECT / page).is_file()} == set()


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize(
    "block",
    [block for page in PAGES for kind, block in blocks(page.read_text("utf-8")) if kind == "bash runnable"],
    ids=lambda block: block.splitlines()[0],
)
def test_blocks_marked_runnable_run(block: str, tmp_path: Path, prefect_server: Server) -> None:
    """Marked by ```` ```bash runnable ````; run in an empty folder, with a home of its own and the tests' server."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SHOPFLOW_HOME": str(tmp_path / "home")}
    environment["PREFECT_API_URL"] = prefect_server.api_url
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_folder_of_the_services_is_made_by_the_page_that_sets_them_up() -> None:
    page = (PROJECT / "docs/how_to/production.md").read_text("utf-8")
    env = (PROJECT / "deployments/systemd/shopflow.env").read_text("utf-8")
    folders = set(re.findall(r"^SHOPFLOW_(?:HOME|INBOX)=(/\S+)$", env, re.MULTILINE))
    made = {folder for line in re.findall(r"^install -d .*$", page, re.MULTILINE) for folder in line.split()}
    assert folders - made == set()
    assert folders


def test_a_command_that_is_not_there_is_found() -> None:
    text = (
        "Say `make tea`, then `make help`.\n"
        "```bash\nSHOPFLOW_HOME=x shopflow run --sauce x # hot\n```\n"
        "```console\n$ shopflow fly\nno such thing as shopflow walk\n$ shopflow quarantine burn\n```\n"
    )
    assert [problem(command) for command in commands(text)] == [
        "shopflow run has no --sauce",
        "shopflow has no command fly",
        "shopflow has no command quarantine burn",
        "make has no tea",
        None,
    ]
