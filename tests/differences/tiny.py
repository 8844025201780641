"""A dbt project of two models in a git repository: what takes seconds with the real one takes a fraction of one."""

from pathlib import Path

from tests.differences.planted import commit, git

DAYS = "transforms/models/fct_days.sql"
YAML = "transforms/models/models.yml"
FILES = {
    "transforms/dbt_project.yml": "{name: shopflow, profile: shopflow, models: {shopflow: {+schema: marts}}}",
    "transforms/profiles.yml": """
shopflow:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: "{{ var('home') }}/warehouse.duckdb", schema: marts}}
""",
    "transforms/macros/names.sql": "{% macro generate_schema_name(name, node) %}{{ name }}{% endmacro %}",
    "transforms/models/stg_events.sql": """
{{ config(schema='staging', materialized='view') }}
select event_id, event_date from {{ source('raw', 'events') }}
""",
    DAYS: """
{{ config(materialized='table') }}
select event_date, count(*) as events from {{ ref('stg_events') }} group by all
""",
    YAML: """
sources: [{name: raw, schema: raw, tables: [{name: events}]}]
models:
  - name: fct_days
    description: "One row is one day."
    columns: [{name: event_date, data_tests: [unique]}]
""",
}


def tiny(folder: Path) -> Path:
    """The repository, made in a folder that is not there yet; its branch main is what is checked out."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / ".gitignore").write_text(".parsed/\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "two models")
    return folder
