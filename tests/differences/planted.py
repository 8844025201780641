"""A repository with the real models, and changes planted into its working tree: several kinds at once."""

import shutil
import subprocess
from pathlib import Path

from flows.builds.command import TRANSFORMS

MARTS = "transforms/models/marts"
NEW = """
select
    channel,
    count(*) as sessions
from {{ ref('fct_sessions') }}
group by channel
"""
NEW_YAML = """
models:
  - name: fct_planted
    description: "One row is one channel."
    columns:
      - {name: channel, description: "The channel.", data_type: string, data_tests: [unique]}
      - {name: sessions, description: "Its sessions.", data_type: int64}
"""


def repository(folder: Path) -> Path:
    """A git repository in `folder` whose branch main holds the models as they are."""
    shutil.copytree(TRANSFORMS, folder / "transforms", ignore=shutil.ignore_patterns("target", "logs", ".parsed"))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "the models")
    return folder


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=an analyst", "-c", "user.email=a@shop.example", "commit", "--quiet", "-m", subject)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, f"{file.name} has changed: plant something else"
    file.write_text(text.replace(before, after, 1))


def plant(project: Path) -> None:
    """One change of each kind."""
    marts = project / MARTS
    # an expression
    edit(marts / "dim_products.sql", "current_versions.brand,", "'planted' as brand,")
    # one row dropped: the only cohort of a month, in its first month
    gone = "select * from fct_cohort_retention where not (period_type = 'month' and periods_since = 0)"
    edit(marts / "fct_cohort_retention.sql", "select * from fct_cohort_retention", gone)
    # a column added, as its last one
    edit(
        marts / "fct_hourly_sessions.sql",
        "as converted_sessions\n",
        "as converted_sessions,\n        count(*) as planted\n",
    )
    edit(marts / "fct_hourly_sessions.yml", "\nunit_tests:", "      - {name: planted, data_type: int64}\n\nunit_tests:")
    # a column of another type
    edit(
        marts / "fct_cohort_revenue.sql",
        "periods.period_start_date,\n",
        "cast(periods.period_start_date as string) as period_start_date,\n",
    )
    edit(
        marts / "fct_cohort_revenue.yml",
        "        data_type: date\n      - name: periods_since",
        "        data_type: string\n      - name: periods_since",
    )
    # a model that marts are made of
    edit(
        project / "transforms/models/intermediate/int_customer_values.sql",
        "money('value_amount')",
        "money('value_amount + 100000')",
    )
    # a mart that is new, and one that is gone, with the test that reads it
    (marts / "fct_planted.sql").write_text(NEW)
    (marts / "fct_planted.yml").write_text(NEW_YAML)
    for path in (
        marts / "fct_product_days.sql",
        marts / "fct_product_days.yml",
        project / "transforms/tests/a_funnel_never_widens.sql",
    ):
        path.unlink()
    # a description, of which no row follows
    edit(marts / "fct_orders.yml", "One row is", "A row is")
