"""A table's text is text."""

from dashboards import tables


def test_cells_and_heads_are_written_as_text_and_numbers_by_their_own_rule() -> None:
    found = tables.table([{"<i>": "a & <b>", "n": 1200}, {"<i>": None, "n": 0}], {"n": "{:,}".format})
    assert found == (
        '<table class="plain-table">'
        '<thead><tr><th scope="col">&lt;i&gt;</th><th scope="col" class="number">n</th></tr></thead>'
        '<tbody><tr><td>a &amp; &lt;b&gt;</td><td class="number">1,200</td></tr>'
        '<tr><td>None</td><td class="number">0</td></tr></tbody></table>'
    )
