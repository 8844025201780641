"""The data dictionary says what records and models say, and the page in the docs is the current one."""

from pathlib import Path

from flows.dictionary import dictionary
from flows.records import EVENT_TYPES, RECORDS, columns
from flows.settings import PROJECT

PAGE = PROJECT / "docs" / "data_dictionary.md"

MODEL = """
models:
  - name: fct_kettles
    description: >-
      One row is one kettle
      on one day.
    data_tests:
      - the_whole_is_the_sum:
          arguments: {column: kettles}
      - unique_together:
          arguments: {columns: [kettle_id, kettle_date]}
      - dbt_utils.expression_is_true:
          arguments:
            expression: gross_amount - net_amount = 0
    columns:
      - name: kettle_id
        description: The kettle | its id.
        data_type: varchar
        data_tests:
          - not_null
          - accepted_values:
              arguments: {values: [a, b]}
      - name: kettle_date
        data_type: date
        data_tests:
          - relationships:
              arguments: {to: ref('dim_date'), field: date_day}
unit_tests:
  - name: a_cold_kettle_is_not_sold
    model: fct_kettles
  - name: of_another_model
    model: fct_pots
"""


def test_the_page_in_the_docs_is_current() -> None:
    assert PAGE.read_text("utf-8") == dictionary() + "\n", "docs/data_dictionary.md is not current: run make docs"


def test_every_metric_is_told_with_what_it_is_made_of(tmp_path: Path) -> None:
    registry = tmp_path / "metrics.yml"
    registry.write_text(
        "kettles_sold:\n  label: Kettles | pots\n  text: >-\n    Sold\n    kettles.\n  grain: day\n  unit: count\n"
        "  columns: [fct_kettles.sold, fct_kettles.kettle_date]\n",
        "utf-8",
    )
    assert (
        "| Metric | What it counts | Told by | Unit | Made of |\n| --- | --- | --- | --- | --- |\n"
        "| Kettles \\| pots | Sold kettles. | day | count | `fct_kettles.sold`, `fct_kettles.kettle_date` |\n"
    ) in dictionary(metrics=registry)


def test_every_column_and_event_type_is_named() -> None:
    text = dictionary()
    for record in RECORDS.values():
        assert f"### {record.table}\n" in text
        for column in columns(record):
            assert f"| `{column.name}` | {column.kind.duckdb} |" in text
            assert column.description in text
    for event_type in EVENT_TYPES.values():
        assert f"| `{event_type.name}` | {event_type.meaning} |" in text


def test_a_model_is_told_with_its_types_tests_and_claims(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    marts.mkdir()
    (marts / "fct_kettles.yml").write_text(MODEL)
    told = dictionary(tmp_path).split("## Marts\n")[1].split("\n## Metrics")[0]
    assert told == (
        "\n### fct_kettles\n\n"
        "One row is one kettle on one day.\n\n"
        "| Column | Type | Meaning | Tested |\n"
        "| --- | --- | --- | --- |\n"
        "| `kettle_id` | VARCHAR | The kettle \\| its id. | not null, one of `a`, `b` |\n"
        "| `kettle_date` | DATE |  | is in `dim_date` |\n"
        "\nAlso tested:\n\n"
        "- the whole is the sum\n"
        "- unique together: `kettle_id`, `kettle_date`\n"
        "- `gross_amount - net_amount = 0`\n"
        "- a cold kettle is not sold\n"
    )


def test_columns_that_the_load_adds_and_the_ledger_are_told() -> None:
    text = dictionary()
    assert "| `source_file` | VARCHAR |  | Name of the landed file that the row comes from. | added |" in text
    assert "### ops.receipts\n" in text


def test_a_folder_without_models_gives_the_records_alone(tmp_path: Path) -> None:
    text = dictionary(tmp_path)
    assert "### events" in text
    assert "## Marts" not in text
