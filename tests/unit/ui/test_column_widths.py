"""Columns give way to each other where there is too little room."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.ui.column_widths import fitted


def test_the_widest_give_way_and_narrow_ones_stay() -> None:
    assert fitted({0: 50, 1: 300, 2: 200}, 600, 40) == {0: 50, 1: 300, 2: 200}
    assert fitted({0: 50, 1: 300, 2: 200}, 450, 40) == {0: 50, 1: 200, 2: 200}
    assert fitted({0: 50, 1: 300, 2: 200}, 250, 40) == {0: 50, 1: 100, 2: 100}
    assert fitted({0: 50, 1: 300, 2: 200}, 60, 40) == {0: 40, 1: 40, 2: 40}
    assert fitted({}, 60, 40) == {}


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 2000)), st.integers(0, 5000), st.integers(1, 60))
def test_no_column_grows_and_all_of_them_fit_if_they_can(wanted: dict[int, int], room: int, least: int) -> None:
    found = fitted(wanted, room, least)
    assert found.keys() == wanted.keys()
    assert all(min(wanted[column], least) <= found[column] <= wanted[column] for column in wanted)
    assert sum(found.values()) <= max(room, sum(min(width, least) for width in wanted.values()) + len(wanted) * least)
