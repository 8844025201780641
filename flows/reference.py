"""Pages of reference, written from the code by `python -m flows.reference`: settings, commands, metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.core
import typer.main

from flows.cli import app
from flows.dictionary import markdown_table, metrics_table
from flows.settings import PREFIX, PROJECT, Settings

FOLDER = PROJECT / "docs" / "reference"
_WRITTEN = "Written by `make docs` from {}; a test compares."

_SETTINGS = """\
# Settings

{written}

Every setting is a variable of the environment, read once when a command begins. `shopflow settings` prints the values
that hold in your shell. A variable that begins with `SHOPFLOW_` and is none of these ends the command, for a misspelt
one would change nothing.

"""

_COMMANDS = """\
# Commands

{written}

A command with `--help` says the same in a terminal. Each ends with 0 where all went well, and otherwise with one
sentence on the standard error that says what to do: 1 for what went wrong, 2 for what was asked for wrongly, 75 where
another run held the home for too long, 130 and 143 after Ctrl-C and SIGTERM.

"""

_METRICS = """\
# Metrics

{written}

What the dashboard and Looker call their numbers, and what they count. A metric is one question to the marts, wherever
it is shown. The columns that it is made of are explained in the [data dictionary](../data_dictionary.md#marts).

"""


def settings_page() -> str:
    """Every setting: its variable, its default, its meaning."""
    rows = [
        (f"`{PREFIX}{name.upper()}`", _default(field.get_default(), field.default_factory), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        [_head(_SETTINGS, "`flows/settings.py`"), *markdown_table(("Variable", "Default", "Meaning"), rows)]
    )


def commands_page() -> str:
    """Every command with its arguments and options, in the order of the command line's help."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return "\n".join([_head(_COMMANDS, "`flows/cli.py`"), *_commands("shopflow", group)]).rstrip("\n")


def metrics_page() -> str:
    """Every metric of the registry."""
    return "\n".join([_head(_METRICS, "`dashboards/metrics.yml`"), *metrics_table()])


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "metrics.md": metrics_page,
}


def write(folder: Path = FOLDER) -> None:
    """Write the pages into the folder, each as a whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(f"{page()}\n", "utf-8")


def _head(text: str, source: str) -> str:
    return text.format(written=_WRITTEN.format(source)).rstrip("\n") + "\n"


def _default(value: object, made: object = None) -> str:
    if made is not None:
        return "as many as the machine has"
    if isinstance(value, Path):
        value = f"{value.relative_to(PROJECT)}/" if value.is_relative_to(PROJECT) else value
    return "" if value in ("", None) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _commands(name: str, group: typer.core.TyperGroup) -> Iterator[str]:
    for command in group.commands.values():
        full = f"{name} {command.name}"
        if isinstance(command, typer.core.TyperGroup):
            yield from _commands(full, command)
            continue
        yield f"## {full}\n"
        yield f"{' '.join((command.help or '').split())}\n"
        if rows := [_parameter(parameter) for parameter in command.params]:
            yield from markdown_table(("Name", "Meaning", "Default"), rows)
            yield ""


def _parameter(parameter: Any) -> tuple[str, str, str]:
    is_argument = parameter.param_type_name == "argument"
    name = parameter.name.upper() if is_argument else parameter.opts[0]
    told, _, default = (parameter.help or "").partition("[default: ")
    if default:
        default = default.rstrip("]")
    elif parameter.required:
        default = "has to be given"
    elif not getattr(parameter, "is_flag", False) and parameter.default is not None:
        default = _default(parameter.default)
    return f"`{name}`", told.strip(), default


if __name__ == "__main__":
    write()
