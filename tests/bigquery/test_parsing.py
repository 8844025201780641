"""What tests take for a shop's parsed project is what dbt parses for it."""

from __future__ import annotations

from typing import Any

import pytest

from flows.builds import parsed, project
from flows.builds.command import command
from flows.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

OF_THE_PARSE = {"created_at", "metadata", "state_check"}  # when it was made, by whom, and a sum of the command line


def lasting(told: Any) -> Any:
    """What a manifest says but for what each parse says of itself."""
    if isinstance(told, dict):
        return {name: lasting(value) for name, value in told.items() if name not in OF_THE_PARSE}
    return [lasting(each) for each in told] if isinstance(told, list) else told


def test_a_manifest_for_another_prefix_is_the_one_that_dbt_makes(cloud: Settings, really_parse: Any) -> None:
    assert project._parse is not really_parse
    ours, theirs = (lasting(each.to_dict()) for each in (parsed(cloud), really_parse(command("parse", cloud))))
    assert [name for name in theirs if ours[name] != theirs[name]] == []
    assert ours == theirs
    relations = {node["relation_name"] for node in ours["nodes"].values() if node["resource_type"] == "model"}
    assert f"`shopflow-test`.`{cloud.bigquery_dataset_prefix}marts`.`fct_orders`" in relations
