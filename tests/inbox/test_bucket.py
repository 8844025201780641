"""Where copies of a bucket's objects lie while they are read."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from flows.inbox.bucket import local

parts = st.one_of(st.sampled_from(["", ".", "..", "a", "b.csv", "x" * 300, "\0", "ü", "~"]), st.text(max_size=8))
names = st.lists(parts, min_size=1, max_size=40).map("/".join).filter(bool)


@given(st.lists(names, unique=True, min_size=1, max_size=5))
def test_every_object_has_a_place_of_its_own_below_the_folder(drawn: list[str]) -> None:
    with TemporaryDirectory() as folder:
        places = [Path(folder) / local(name) for name in drawn]
        for name, place in zip(drawn, places, strict=True):
            assert Path(os.path.normpath(place)) == place
            assert place.is_relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(name.replace("\0", ""))
        for one, other in combinations(places, 2):
            assert not one.is_relative_to(other)
            assert not other.is_relative_to(one)


def test_a_copy_has_the_name_of_its_object() -> None:
    assert local("monday/a.csv").split("/")[1:] == ["monday", "a.csv"]
