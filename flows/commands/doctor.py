"""`shopflow doctor`: whether this target can be used, one line for each check."""

from __future__ import annotations

from flows.commands.plain import plain_console
from flows.doctor import checks, diagnosed
from flows.doctor.emulated import notice
from flows.literal import for_terminal
from flows.settings import load_settings
from flows.story import count_of


def show_health() -> bool:
    """Print each check as it ends: `ok`, what to do, or what it waits for; whether all of them are ok.

    Changes nothing and waits for nobody: a home in which a run is at work is told so.
    """
    settings, console = load_settings(), plain_console(soft_wrap=True)
    if told := notice(settings):
        console.print(told)
    found = []
    for finding in diagnosed(checks(settings)):
        console.print(f"{finding.verdict:<8} {finding.name:<21} {for_terminal(finding.told)}")
        found.append(finding)
    wrong = sum(finding.verdict == "fails" for finding in found)
    console.print(f"{count_of(wrong, 'check')} failed" if wrong else f"a run on {settings.target} can begin")
    return not wrong
