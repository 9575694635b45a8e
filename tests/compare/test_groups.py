"""Groups of outputs within prompts, and which are compared."""

from __future__ import annotations

import numpy as np
import pytest

import outlens as ol
from outlens.compare.groups import REST, comparisons, grouped, name_of, too_few


def test_the_module_is_reached_from_the_package() -> None:
    assert ol.compare.__name__ == "outlens.compare"
    assert "compare" in dir(ol)


def test_missing_labels_are_in_no_group() -> None:
    made = grouped(["b", None, "a", float("nan"), "b"], 5, ["q", None, "p", "p", "p"])
    assert made.names == ["a", "b"]
    assert made.codes.tolist() == [1, -1, 0, -1, 1]
    assert made.prompts == ["p", "q"]
    assert made.block.tolist() == [1, -1, 0, 0, 0]
    assert made.sizes().tolist() == [1, 2]
    assert made.cells().tolist() == [[1, 0], [1, 1]]


def test_without_prompts_all_outputs_have_the_same() -> None:
    made = grouped([2, 1], 2)
    assert made.block.tolist() == [0, 0]
    assert made.unit == "outputs"


def test_intervals_are_over_prompts_if_labelled_outputs_have_five() -> None:
    prompts = list("ppqrst")
    assert grouped(["a"] * 6, 6, prompts).unit == "prompts"
    assert grouped(["a"] * 5 + [None], 6, prompts).unit == "outputs"


@pytest.mark.parametrize(
    ("groups", "prompts", "fewest", "error", "message"),
    [
        (["a"], None, 1, ValueError, "groups has 1 values for 2 texts"),
        ("ab", None, 1, TypeError, "groups is a str"),
        ([["a"], ["b"]], None, 1, TypeError, "not hashable"),
        (["a", "a"], None, 2, ValueError, "groups holds only 'a'; give at least two groups"),
        ([None, None], None, 1, ValueError, "groups holds no label"),
        (["a", "b"], ["p", None], 1, ValueError, r"prompts\[1\] is missing"),
        (["a", "b"], ["p"], 1, ValueError, "prompts has 1 values for 2 texts"),
    ],
)
def test_wrong_labels_are_errors(groups, prompts, fewest, error, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message):
        grouped(groups, 2, prompts, fewest=fewest)


def test_comparisons_are_pairs_or_with_the_rest_or_with_a_baseline() -> None:
    made = grouped(["x", "y", "z"], 3)
    assert comparisons(made) == [(0, 1), (0, 2), (1, 2)]
    assert comparisons(made, "rest") == [(0, REST), (1, REST), (2, REST)]
    assert comparisons(made, "y") == [(0, 1), (2, 1)]
    assert [name_of(made, code) for code in (2, REST)] == ["z", "rest"]
    with pytest.raises(ValueError, match="against is 'w'; give"):
        comparisons(made, "w")
    with pytest.raises(ValueError, match="a group is called 'rest'"):
        comparisons(grouped(["rest", "y"], 2), "rest")


def test_a_note_names_the_groups_with_too_few_outputs() -> None:
    assert too_few([("a", 3), ("b", 4)], 3) == ""
    assert too_few([("a", np.int64(0)), ("b", 4), ("c", 1)], 2) == "too few: 0 outputs in 'a', 1 output in 'c'"
