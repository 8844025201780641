"""What bqemulator does otherwise than BigQuery, closed one by one.

Each module has `close()`, and begins with the sentence that tells what the plain emulator does.
"""

from emulator.gaps import (
    answers,
    arrays,
    casts,
    columns,
    copying,
    decimals,
    division,
    extensions,
    intervals,
    jobs,
    loading,
    metadata,
    parentheses,
    partitions,
    places,
    precision,
    reading,
    scripts,
    sizes,
    temporary,
    times,
)

# Without these the plain emulator does not start where there is no network.
NEEDED = (extensions,)
GAPS = (
    answers,
    arrays,
    casts,
    columns,
    copying,
    decimals,
    division,
    intervals,
    jobs,
    loading,
    metadata,
    parentheses,
    partitions,
    places,
    precision,
    reading,
    scripts,
    sizes,
    temporary,
    times,
)


def close(*, only_needed: bool = False) -> None:
    """Close all gaps, or only those without which nothing starts."""
    for gap in NEEDED if only_needed else NEEDED + GAPS:
        gap.close()
