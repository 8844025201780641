"""From one contract and one view of a batch to our own checks. Imports soda: import this module only when judging."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from soda_core.contracts import verify_contract_locally
from soda_core.contracts.contract_verification import CheckResult, ContractVerificationResult

from flows.contracts.view import View
from flows.receipts import Check

# Soda tells its story line by line; what matters of it is in the checks.
logging.getLogger("soda").setLevel(logging.CRITICAL)


def verdict(view: View, table: str, contract: Path) -> Iterator[Check]:
    """The checks of `contract`, each with its level and what it measured. Not evaluated means not passed.

    A contract that soda cannot use at all is one check of level `stop` that has not passed.
    """
    try:
        session = verify_contract_locally(
            data_sources=[view.place.source], contract_file_path=str(contract), variables=view.variables(table)
        )
    except Exception as error:  # soda has many kinds of them, and each means that nothing was judged
        yield _not_judged(table, f"{type(error).__name__}: {error}")
        return
    results = session.contract_verification_results
    if not results or not results[0].check_results:
        yield _not_judged(table, _trouble(session))
        return
    for result in results[0].check_results:
        yield _check(view, table, result, results[0])


def _not_judged(table: str, why: str) -> Check:
    return Check(table, "the contract can be judged", "stop", False, why)


def _check(view: View, table: str, result: CheckResult, whole: ContractVerificationResult) -> Check:
    attributes = result.check.attributes or {}
    level = "warn" if result.check.threshold and result.check.threshold.level == "warn" else "stop"
    name = "columns and types are those of the contract" if result.check.type == "schema" else result.check.name
    is_about_rows = result.check.type not in ("schema", "row_count") or view.is_erased(table) or view.is_beside(table)
    if is_about_rows and (skipped := view.reason_to_skip(table, attributes)):
        return Check(table, name, level, True, f"skipped: {skipped}")
    return Check(table, name, level, result.is_passed, _measured(result, attributes, whole))


def _measured(result: CheckResult, attributes: dict[str, Any], whole: ContractVerificationResult) -> str:
    if result.is_not_evaluated:
        return f"not evaluated: {_trouble(whole)}"
    if result.check.type == "schema":
        return _columns(result)
    value = result.threshold_value
    if value is None:
        return "no value"
    unit, value = str(attributes.get("unit", "")), round(float(value), 6)  # further on engines differ
    number = f"{value:,.0f}" if value.is_integer() or value >= 1000 else f"{value:,.2f}"
    return f"{number} {unit.removesuffix('s') if value == 1 else unit}".strip()


def _columns(result: CheckResult) -> str:
    told = [f"lacks {name}" for name in result.expected_column_names_not_actual]
    told += [f"has {name}" for name in result.actual_column_names_not_expected]
    told += [
        f"{mismatch.column} is {mismatch.get_actual()}, not {mismatch.get_expected()}"
        for mismatch in result.column_data_type_mismatches
    ]
    if result.are_columns_out_of_order:
        told.append("the columns are in another order")
    return "; ".join(told) or f"{len(result.actual_columns)} columns"


def _trouble(told: Any) -> str:
    lines = told.get_errors_str().strip().splitlines()
    return lines[0] if lines else "soda does not say why"
