"""What commands print to."""

from rich.console import Console


def plain_console(*, soft_wrap: bool = False) -> Console:
    """One that prints what it is given: a path such as `sales[/old].csv` is no markup, and `:x:` in it no emoji."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=soft_wrap)
