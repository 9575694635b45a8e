"""Tags and notes with a lone surrogate, which Arrow strings of pandas 3 cannot hold, appear in every table."""

from __future__ import annotations

import pytest

import outlens as ol

TAG, NOTE = "half \ud83d", "\udfff note"


@pytest.fixture(scope="module")
def lens() -> ol.Lens:
    one = ol.Lens(["Yes.", "No.", "Never."], vectors=[[1, 0], [0, 1], [0, 1]], annotator="ann\ud800", store=False)
    one.tag(TAG, [0, 2])
    one.note(NOTE, [1])
    one.tag("plain", [1])
    return one


def test_the_frame_contains_the_tag(lens: ol.Lens) -> None:
    assert lens.frame["tags"].tolist() == [(TAG,), ("plain",), (TAG,)]
    assert lens.frame["note"].tolist() == ["", NOTE, ""]


def test_tags_are_counted(lens: ol.Lens) -> None:
    counts = lens.tag_counts()
    totals: dict[tuple[str, str], int] = {}
    for tag, annotator, outputs in zip(counts["tag"], counts["annotator"], counts["outputs"], strict=True):
        totals[tag, annotator] = totals.get((tag, annotator), 0) + outputs
    people = ("(anybody)", "ann\ud800")
    assert totals == {(TAG, person): 2 for person in people} | {("plain", person): 1 for person in people}
    assert lens.tags["outputs"].to_dict() == {TAG: 2, "plain": 1}
    assert lens.tags["annotator=ann\ud800"].tolist() == [2, 1]


def test_each_tag_is_a_column(lens: ol.Lens) -> None:
    columns = lens.tag_columns()
    assert columns[f"tag={TAG}"].tolist() == [True, False, True]
    assert columns["tag=plain"].tolist() == [False, True, False]


def test_people_and_their_labels_are_compared(lens: ol.Lens) -> None:
    assert lens.judgements()[["output", "annotator", "tags"]].values.tolist() == [
        [0, "ann\ud800", (TAG,)],
        [1, "ann\ud800", ("plain",)],
        [2, "ann\ud800", (TAG,)],
    ]
    assert lens.judgements([TAG, "plain"])["label"].tolist() == [TAG, "plain", TAG]
    assert ol.tags.agreement(lens.judgements())["outputs"].tolist() == [0, 0]
    assert ol.tags.kappas(lens.judgements([TAG, "plain"])).empty


def test_rows_log_and_prompts_are_listed(lens: ol.Lens) -> None:
    assert lens.tagged(TAG)["response"].tolist() == ["Yes.", "Never."]
    assert lens.tag_log["value"].tolist() == [TAG, TAG, NOTE, "plain"]
    assert lens.prompt_tags["tags"].tolist() == [()]
