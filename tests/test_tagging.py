"""Tags of a lens: given, saved, undone, and found again in another order or after a restart."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.tags import book
from outlens.tags.events import Event
from outlens.tags.session import Pending
from outlens.tags.store import Store, StoreError
from outlens.widget import wire

SAID = ["Bring bread.", "Bring wine.", "I cannot come.", "I will not come.", "Bring bread."]
VECTORS = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 0]])


def lens(order: list[int] | None = None, **more: object) -> ol.Lens:
    rows = list(range(5)) if order is None else order
    frame = pd.DataFrame({"response": [SAID[i] for i in rows]}, index=[f"r{i}" for i in rows])
    return ol.Lens(frame, vectors=VECTORS[rows], annotator="ann", **more)


def gesture(lens: ol.Lens, action: str, value: str = "", ids: list[int] | None = None) -> dict:
    """Send a tagging message like the browser's; return the answer."""
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)
    message = {"kind": "tags", "id": 7, "prompt": 0, "action": action, "value": value}
    lens._bridge.widget._handle_custom_msg(message, [memoryview(np.array(ids or [], "<u4").tobytes())])
    assert len(sent) == 1
    return sent[0]


def bits(lens: ol.Lens, tag: str) -> list[int]:
    tagged = lens._bridge.widget._tagged
    # One more bit than outputs: the prompt's.
    width = -(-(lens._bridge.widget._info["n"] + 1) // 8)
    row = tagged["names"].index(tag) * len(tagged["annotators"])
    mask = np.frombuffer(tagged["bits"], np.uint8)[row * width : (row + 1) * width]
    return np.flatnonzero(np.unpackbits(mask, bitorder="little")).tolist()


def test_a_tag_is_saved_and_found_in_another_order_with_added_rows() -> None:
    one = lens()
    one.tag("refusal", ["r2", "r3"])
    one.select(["r0"])
    one.tag("food")
    one.note("which bread?")
    one.star(["r1"])
    assert Path(".outlens/tags.sqlite").exists()
    two = lens([4, 3, 2, 1, 0])
    assert two.tagged("refusal").index.tolist() == ["r3", "r2"]
    # Two outputs are equal: the first in the frame is the tagged one.
    assert two.tagged("food").index.tolist() == ["r4"]
    assert two.frame["note"].tolist() == ["which bread?", "", "", "", ""]
    assert two.frame["tags"].tolist() == [("food",), ("refusal",), ("refusal",), (), ()]
    assert two.tags["outputs"].to_dict() == {"refusal": 2, "food": 1}
    assert two.tag_columns()["tag=refusal"].tolist() == [False, True, True, False, False]
    assert two.tag_log["action"].tolist() == ["tag", "tag", "tag", "note", "star"]
    assert two.tag_log["row"].tolist()[:2] == ["r2", "r3"]


def test_tagging_a_prompt_tags_none_of_its_outputs() -> None:
    frame = pd.DataFrame({"prompt": ["Who comes?"] * 3 + ["What to bring?"] * 2, "response": SAID})

    def again(rows: list[int]) -> ol.Lens:
        return ol.Lens(frame.iloc[rows], prompt="prompt", vectors=VECTORS[rows], annotator="ann")

    one = again([0, 1, 2, 3, 4])
    # In the widget, the number of the prompt is -1, whatever the number of outputs.
    assert gesture(one, "tag", "vague", [2**32 - 1])["says"] == "Tagged vague: the prompt"
    assert gesture(one, "tag", "vague", [0])["says"] == "Tagged vague: 1 output"
    assert bits(one, "vague") == [0, 7]
    one.note("bring what?", prompt="What to bring?")
    one.tag("short", prompt=1)
    two = again([4, 3, 2, 1, 0])
    table = two.prompt_tags
    assert table.index.tolist() == ["What to bring?", "Who comes?"]
    assert table["tags"].tolist() == [("short",), ("vague",)]
    assert table["note"].tolist() == ["bring what?", ""]
    assert table["outputs"].tolist() == [2, 3]
    assert two.tags["outputs"].to_dict() == {"vague": 1, "short": 0}
    assert two.tagged("vague").index.tolist() == [0]
    assert two.tag_log["action"].tolist() == ["tag", "tag", "note", "tag"]
    assert two.undo() == "tag ‘short’ on 1 prompt"
    with pytest.raises(ValueError, match="either rows or a prompt, not both"):
        two.tag("short", [0], prompt=0)
    with pytest.raises(ValueError, match="no prompts to tag"):
        lens().tag("short", prompt=0)
    with pytest.raises(ValueError, match=r"there is no prompt 'Who come'.*did you mean 'Who comes"):
        two.untag("vague", prompt="Who come")


def test_undo_and_redo_across_a_restart() -> None:
    lens().tag("food", ["r0", "r1"])
    one = lens()
    one.note("first", ["r0"])
    assert lens().undo() == "note ‘first’ on 1 output"
    two = lens()
    assert two.undo() == "tag ‘food’ on 2 outputs"
    assert two.tags.empty
    assert lens().redo() == "tag ‘food’ on 2 outputs"
    assert lens().tagged("food").index.tolist() == ["r0", "r1"]
    assert lens(store=False).undo() == ""


def test_the_widget_gets_an_answer_once_its_tag_is_saved() -> None:
    one = lens()
    reply = gesture(one, "tag", "food", [0, 1, 99])
    assert reply == {"kind": "tagged", "prompt": 0, "id": 7, "says": "Tagged food: 2 outputs"}
    assert bits(one, "food") == [0, 1]
    assert lens().tagged("food").index.tolist() == ["r0", "r1"]
    gesture(one, "define", '{"name": "food", "color": 3, "description": "eaten", "key": "5"}')
    assert one._bridge.widget._tagged["define"] == [{"color": 3, "description": "eaten", "key": "5"}]
    gesture(one, "tag", "drink", [1])
    gesture(one, "define", '{"name": "drink", "color": 1, "description": "", "key": "5"}')
    assert [d["key"] for d in one._bridge.widget._tagged["define"]] == ["", "5"]
    assert gesture(one, "undo")["says"] == "Undone: definition of ‘drink’"
    gesture(one, "note", "a\nb", [2])
    gesture(one, "star", "", [2])
    assert one._bridge.widget._tagged["notes"] == [[2, 0, "a\nb"]]
    assert np.frombuffer(one._bridge.widget._tagged["stars"], np.uint8).tolist() == [4]
    for action, value in (("tag", " "), ("dance", "x"), ("define", "no JSON")):
        assert gesture(one, action, value, [0])["says"]
    assert one.tags["outputs"].to_dict() == {"food": 2, "drink": 1}


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE event;--", "a \U0001f35e\u200dtag", "שלום עולם", "x" * 10_000, "lone \ud800", "=1+1", " a "]
)
def test_a_tag_name_is_saved_unchanged(name: str) -> None:
    lens().tag(name, ["r1"])
    two = lens()
    assert two.tags.index.tolist() == [name]
    assert two._bridge.widget._tagged["names"] == [wire.clean(name)]
    # Removed in the browser, which has no half characters in the name.
    gesture(two, "untag", wire.clean(name), [1])
    assert lens().tags.empty


def test_impossible_calls_raise_helpful_errors() -> None:
    one = lens()
    with pytest.raises(ValueError, match="nothing is selected; give tag the rows"):
        one.tag("food")
    with pytest.raises(ValueError, match="not blank"):
        one.tag("  ", ["r0"])
    with pytest.raises(TypeError, match="tag takes a text, not 3"):
        one.tag(3, ["r0"])  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="r9"):
        one.tag("food", ["r9"])
    with pytest.raises(KeyError, match="no output has the tag 'food'; there are no tags"):
        one.tagged("food")
    assert not Path(".outlens").exists()
    with pytest.raises(TypeError, match="store cannot be True"):
        lens(store=True)
    Path("notes.txt").write_text("not a store" * 50)
    with pytest.raises(StoreError, match="is not a tag store"):
        lens(store="notes.txt")


def test_unsaved_tags_are_kept_and_saved_later() -> None:
    Path(".outlens").write_text("a file in the way")
    one = lens()
    with pytest.raises(StoreError, match="The tag is kept in this lens"):
        one.tag("food", ["r0"])
    assert one._bridge.widget._tagged["problem"]
    assert "Not saved" in gesture(one, "tag", "food", [1])["says"]
    assert bits(one, "food") == [0, 1]
    Path(".outlens").unlink()
    assert one.tags["outputs"].to_dict() == {"food": 2}
    assert one._bridge.widget._tagged["problem"] == ""
    assert lens().tagged("food").index.tolist() == ["r0", "r1"]


def test_an_id_identifies_an_output_whatever_its_text_and_position() -> None:
    frame = pd.DataFrame({"response": SAID, "key": list("abcde")})
    ol.Lens(frame, id="key", vectors=VECTORS, annotator="ann").tag("food", [1])
    other = frame.iloc[::-1].assign(response="Said otherwise.")
    assert ol.Lens(other, id="key", vectors=VECTORS, annotator="ann").tagged("food")["key"].tolist() == ["b"]


def test_names_of_clusters_come_back() -> None:
    group = np.repeat([0, 1], [12, 8])
    texts = [f"{'Bread' if g == 0 else 'Wine'} number {i} is here." for i, g in enumerate(group)]
    vectors = np.eye(2)[group] + np.random.default_rng(0).normal(0, 0.02, (20, 2))
    one = ol.Lens(texts, vectors=vectors, annotator="ann")
    assert len(one.clusters) == 2
    one.rename(0, "the bread")
    one.rename(1, "the wine")
    two = ol.Lens([*texts[::-1], "Wine comes too."], vectors=np.vstack([vectors[::-1], [[0, 1]]]), annotator="ann")
    assert two.clusters["name"].tolist() == ["the bread", "the wine"]
    assert two.undo().startswith("cluster name ‘the wine’ on 8")
    assert two.clusters["name"].tolist()[0] == "the bread"
    assert two.clusters["name"].tolist()[1] != "the wine"
    two.redo()
    two._bridge.widget.renames = [r for r in two._bridge.widget.renames if r["name"] != "the bread"]
    assert "the bread" not in ol.Lens(texts, vectors=vectors, annotator="ann").clusters["name"].tolist()
    assert "the wine" in ol.Lens(texts, vectors=vectors, annotator="ann").clusters["name"].tolist()


def test_another_persons_tags_are_shown_as_theirs() -> None:
    one = lens()
    frame = pd.DataFrame({"response": SAID}, index=[f"r{i}" for i in range(5)])
    ben = ol.Lens(frame, vectors=VECTORS, annotator="ben")
    ben.tag("food", ["r0", "r1"])
    one.tag("food", ["r1"])
    assert one.tags.columns.tolist() == ["description", "outputs", "annotator=ann", "annotator=ben"]
    assert one.tags.loc["food"].tolist() == ["", 2, 1, 2]
    one.untag("food", ["r0", "r1"])
    assert one.tags.loc["food"].tolist() == ["", 2, 0, 2]
    assert ben.tagged("food", "ann").empty
    assert ben.tagged("food").index.tolist() == ["r0", "r1"]
    assert one.undo() == "untag ‘food’ on 1 output"


def test_removing_an_unknown_tag_is_an_error() -> None:
    one = lens()
    one.tag("refusal", ["r0"])
    with pytest.raises(KeyError, match="no output has the tag 'refusl'; did you mean 'refusal'"):
        one.untag("refusl", ["r0"])
    assert one.tagged("refusal").index.tolist() == ["r0"]
    one.untag("refusal", ["r1"])
    one.untag("refusal", ["r0"])
    # A notebook cell may run again.
    one.untag("refusal", ["r0"])
    assert one.tags.empty


def test_counts_by_tag_person_cluster_and_column() -> None:
    frame = pd.DataFrame({"response": SAID, "model": list("mmnnn")})
    one = ol.Lens(frame, by="model", vectors=VECTORS, annotator="ann")
    one.tag("food", [0, 1, 4])
    two = ol.Lens(frame, by="model", vectors=VECTORS, annotator="ben")
    two.tag("food", [0])
    two.tag("late", [2])
    cluster = two.frame["cluster"].tolist()
    wanted = {
        (tag, who, cluster[i], model): 0 for tag in ("food", "late") for who in ("(anybody)", "ann", "ben")
        for i, model in enumerate("mmnnn")
    }  # fmt: skip
    given = {"ann": {"food": {0, 1, 4}, "late": set()}, "ben": {"food": {0}, "late": {2}}}
    for tag, who, of, model in wanted:
        people = list(given) if who == "(anybody)" else [who]
        held = set().union(*(given[p][tag] for p in people))
        wanted[tag, who, of, model] = sum(
            i in held and cluster[i] == of and frame["model"][i] == model for i in range(5)
        )
    found = two.tag_counts(by="model")
    assert {(r.tag, r.annotator, r.cluster, r.model): r.outputs for r in found.itertuples()} == {
        key: n for key, n in wanted.items() if n
    }
    assert two.tag_counts()["outputs"].sum() == sum(wanted.values())
    assert lens(store=False).tag_counts().empty


def test_judgements_cover_outputs_that_a_person_tagged_or_noted() -> None:
    one = lens()
    one.tag("food", ["r0"])
    one.note("hm", ["r2"])
    frame = pd.DataFrame({"response": SAID}, index=[f"r{i}" for i in range(5)])
    ben = ol.Lens(frame, vectors=VECTORS, annotator="ben")
    ben.tag("late", ["r2"])
    ben.tag("food", ["r0"])
    table = one.judgements()
    assert table[["output", "annotator", "tags", "note", "star"]].values.tolist() == [
        [0, "ann", ("food",), "", False], [2, "ann", (), "hm", False],
        [0, "ben", ("food",), "", False], [2, "ben", ("late",), "", False],
    ]  # fmt: skip
    assert table.loc[0, ["key", "prompt", "text"]].tolist() == [one._tags.keys[0], "", SAID[0]]
    assert ol.tags.agreement(table).set_index("tag")["agreement"].to_dict() == {"food": 1.0, "late": 0.5}
    labelled = one.judgements(["food", "late"])
    assert labelled[["output", "annotator", "label"]].values.tolist() == [
        [0, "ann", "food"],
        [0, "ben", "food"],
        [2, "ben", "late"],
    ]


def test_tags_from_columns_and_other_programs_are_imported_once(tmp_path: Path) -> None:
    frame = pd.DataFrame({"response": SAID, "human": ["food", None, "late, no", ["no"], " "]})
    one = ol.Lens(frame, vectors=VECTORS, annotator="ann")
    for _ in range(2):
        one.tags_from("human", annotator="ben", sep=",")
    assert one.frame["tags"].tolist() == [("food",), (), ("late", "no"), ("no",), ()]
    assert len(one.tag_log) == 4
    one.note("why?", [3])
    one.star([0])
    ol.tags.write_label_studio(tmp_path / "studio.json", one.judgements())
    ol.tags.write_argilla(tmp_path / "argilla.json", one.judgements())
    for read, name in ((ol.tags.read_label_studio, "studio.json"), (ol.tags.read_argilla, "argilla.json")):
        other = ol.Lens(frame, vectors=VECTORS, annotator="cleo", store=False)
        other.merge_tags(read(tmp_path / name))
        other.merge_tags(read(tmp_path / name))
        pd.testing.assert_frame_equal(other.judgements(), one.judgements())
        assert other.frame["note"].tolist() == ["", "", "", "ann: why?", ""]
        assert len(other.tag_log) == 6


def test_another_persons_file_is_merged_once(tmp_path: Path) -> None:
    ben = ol.Lens(pd.DataFrame({"response": SAID}), vectors=VECTORS, annotator="ben", store=tmp_path / "ben.sqlite")
    ben.tag("food", [0])
    ben.untag("food", [0])
    one = lens()
    one.merge_tags(tmp_path / "ben.sqlite")
    assert one.tags.empty
    ben.tag("food", [0])
    ol.tags.write_events(tmp_path / "ben.jsonl", ol.tags.merge(tmp_path / "ben.sqlite").events())
    for _ in range(2):
        one.merge_tags(tmp_path / "ben.jsonl", tmp_path / "ben.sqlite")
        assert one.tagged("food", "ben").index.tolist() == ["r0"]
    assert len(one.tag_log) == 3
    with pytest.raises(ValueError, match=r"The file .*other\.sqlite does not exist"):
        one.merge_tags(tmp_path / "other.sqlite")


def test_the_agreement_of_two_annotators_matches_the_publication(shared_data: Path) -> None:
    table = pd.read_parquet(shared_data / "tags_xstest_refusal_human.parquet")
    raters = ["annotator_1", "annotator_2"]
    vectors = np.random.default_rng(0).normal(size=(len(table), 4))
    one = ol.Lens(table, text="response", prompt="prompt", vectors=vectors, store=False)
    for column in raters:
        one.tags_from(column, annotator=column)
    kappa = ol.tags.kappas(one.judgements(sorted(set(table[raters[0]]))))["kappa"].item()
    assert kappa == pytest.approx(0.88, abs=0.01)


def test_suggested_outputs_are_listed_first_and_nothing_is_tagged() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], [20, 40])
    texts = [f"{'No, I will not' if g == 0 else 'Yes, of course I'} answer {i}." for i, g in enumerate(group)]
    vectors = np.eye(2)[group] + rng.normal(0, 0.1, (60, 2))
    frame = pd.DataFrame({"response": texts, "n": range(60)}, index=[f"r{i}" for i in range(60)])
    one = ol.Lens(frame, vectors=vectors, annotator="ann")
    with pytest.raises(KeyError, match="no output has the tag 'refusal'; there are no tags"):
        one.suggest("refusal")
    one.tag("refusal", ["r0", "r1", "r2", "r3", "r4"])
    before = len(one.tag_log)
    found = one.suggest("refusal")
    assert set(found.index[:15]) == {f"r{i}" for i in range(5, 20)}
    assert len(found) == 55
    pd.testing.assert_frame_equal(found.drop(columns="score"), frame.loc[found.index])
    assert found["score"].dtype == "float64"
    assert found["score"].between(0, 1).all()
    assert found["score"].is_monotonic_decreasing
    assert len(one.tag_log) == before
    assert one.view.order == "ranked"
    rank = np.frombuffer(one._bridge.widget._ranked["rank"], "<u4")
    assert [f"r{i}" for i in np.argsort(rank, kind="stable")][:55] == found.index.tolist()
    assert rank[:5].tolist() == [55] * 5
    assert found.attrs["says"] == gesture(one, "suggest", "refusal")["says"]
    precision = f"{100 * found.attrs['precision']:.0f} %"
    assert f"at least {precision} of the first 5 had the tag" in found.attrs["says"]
    gesture(one, "unlike")
    first = int(np.frombuffer(one._bridge.widget._ranked["rank"], "<u4").argmin())
    unit = one.vectors
    assert first in np.flatnonzero(np.isclose(unit @ unit[:5].T, (unit @ unit[:5].T).max(1).min()).any(1))


def test_another_persons_name_is_shown_until_you_give_one() -> None:
    group = np.repeat([0, 1], [12, 8])
    texts = [f"{'Bread' if g == 0 else 'Wine'} number {i} is here." for i, g in enumerate(group)]
    vectors = np.eye(2)[group] + np.random.default_rng(0).normal(0, 0.02, (20, 2))
    ol.Lens(texts, vectors=vectors, annotator="ben").rename(0, "the bread")
    one = ol.Lens(texts, vectors=vectors, annotator="ann")
    assert one.clusters["name"].tolist()[0] == "the bread"
    one.rename(0, "what we eat")
    assert ol.Lens(texts, vectors=vectors, annotator="ann").clusters["name"].tolist()[0] == "what we eat"
    assert ol.Lens(texts, vectors=vectors, annotator="ben").clusters["name"].tolist()[0] == "the bread"


def test_soon_after_a_tag_the_store_is_one_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "LISTEN", 0.01)
    one = lens(store=tmp_path / "tags.sqlite")

    gather = Store.gather

    async def tag_and_copy() -> None:
        gathered = asyncio.Event()

        def gather_and_report(store: Store) -> None:
            gather(store)
            gathered.set()

        monkeypatch.setattr(Store, "gather", gather_and_report)
        one._tags.listen()
        one.tag("refusal", ["r2", "r3"])
        await gathered.wait()
        (tmp_path / "copy.sqlite").write_bytes((tmp_path / "tags.sqlite").read_bytes())

    asyncio.run(asyncio.wait_for(tag_and_copy(), 20))
    two = lens()
    two.merge_tags(tmp_path / "copy.sqlite")
    assert two.tagged("refusal").index.tolist() == ["r2", "r3"]


def test_an_id_that_became_a_float_is_the_same_id() -> None:
    frame = pd.DataFrame({"response": SAID[:3], "no": [7, 8, 9]})
    ol.Lens(frame, id="no", vectors=VECTORS[:3], annotator="ann").tag("food", [0])
    # Like the result of a join.
    later = ol.Lens(frame.assign(no=frame["no"].astype(float)), id="no", vectors=VECTORS[:3], annotator="ann")
    assert later.tagged("food").index.tolist() == [0]


def test_events_of_a_table_come_after_existing_ones_whatever_their_time() -> None:
    one = lens()
    ahead = 10**15 * 3
    one._tags.session.store.append(
        [Event("1" * 32, ahead, "ann", one._tags.keys[0], "note", "of a late machine", "2" * 32, "")]
    )
    new = [
        ol.tags.Judgement(one._tags.keys[0], "", "", "ann", note="new"),
        ol.tags.Judgement("id:gone", "", "", "ann", ("a",)),
    ]
    for _ in range(2):
        one.merge_tags(new)
    assert one.frame["note"].tolist()[0] == "new"
    assert len(one._tags.session.store.events()) == 3
    one.undo()
    assert one.frame["note"].tolist()[0] == "of a late machine"


def test_a_lens_keeps_listening_whatever_others_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "LISTEN", 0.01)
    one, ben = lens(), Store(Path(".outlens/tags.sqlite"))

    async def listen() -> None:
        failed, changed = asyncio.Event(), asyncio.Event()

        def refresh() -> bool:
            # The second look already knows the first one's problem.
            if "division" in one._tags.session.problem:
                failed.set()
            raise ZeroDivisionError("division by zero")

        one._tags.listen()
        with monkeypatch.context() as patch:
            patch.setattr(one._tags.session, "refresh", refresh)
            await failed.wait()
        ben.record("ben", [one._tags.keys[0]], "tag", "his")
        one._tags.changed.connect(changed.set)
        while "his" not in one._bridge.widget._tagged["names"]:
            changed.clear()
            await changed.wait()

    asyncio.run(asyncio.wait_for(listen(), 20))
    assert one._tags.session.problem == ""


def test_a_tag_given_in_a_script_is_in_the_file_at_once(tmp_path: Path) -> None:
    one = lens(store=tmp_path / "tags.sqlite")
    one.tag("refusal", ["r2", "r3"])
    (tmp_path / "copy.sqlite").write_bytes((tmp_path / "tags.sqlite").read_bytes())
    assert len(Store(tmp_path / "copy.sqlite").events()) == 2


def test_an_order_reveals_no_hidden_tags() -> None:
    rng = np.random.default_rng(0)
    texts = [f"Output {i} says {'no' if i % 3 else 'yes'} to it." for i in range(60)]
    vectors = rng.normal(size=(60, 4))
    ann, ben, alone = (
        ol.Lens(texts, vectors=vectors, annotator=who, store=store)
        for who, store in (("ann", None), ("ben", None), ("ann", False))
    )
    ann.view.blind = alone.view.blind = True
    for one in (ann, alone):
        one.tag("odd", range(5))
    ben.tag("odd", range(20, 40))
    ben.tag("his", range(1, 3))
    alone._tags.session.define("his")
    ann._tags.refresh()
    assert ann.suggest("odd").index.tolist() == alone.suggest("odd").index.tolist()
    rank = dict(ann._bridge.widget._ranked)
    assert rank["rank"] == alone._bridge.widget._ranked["rank"]
    assert "5 tagged" in rank["says"]
    for one in (ann, alone):
        gesture(one, "unlike")
    assert ann._bridge.widget._ranked["rank"] == alone._bridge.widget._ranked["rank"]
    # An annotator who does not hide tags learns from both.
    ann.view.blind = False
    assert "25 tagged" in ann.suggest("odd").attrs["says"]


def test_suggestions_name_their_score_apart_from_your_column_and_keep_your_frame() -> None:
    frame = pd.DataFrame({"response": [f"Output {i}." for i in range(9)], "score": range(9)}, index=[*"abcdefgh", "a"])
    frame.attrs = {"says": "mine"}
    one = ol.Lens(frame, vectors=np.eye(9), store=False)
    one.tag("odd", [True, False, True] * 3)
    found = one.suggest("odd")
    assert found.columns.tolist() == ["response", "score", "score_lens"]
    assert sorted(found["score"]) == [1, 4, 7]
    assert (frame.columns.tolist(), frame.attrs) == (["response", "score"], {"says": "mine"})


def test_two_quick_changes_of_a_definition_keep_both() -> None:
    one = lens()
    one.tag("food", ["r0"])
    gesture(one, "define", json.dumps({"name": "food", "key": "3"}))
    gesture(one, "define", json.dumps({"name": "food", "description": "eaten"}))
    assert one._bridge.widget._tagged["define"] == [{"color": 0, "description": "eaten", "key": "3"}]


def test_a_tag_saved_during_an_interrupt_is_shown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one = lens()
    write = one._tags.session._write

    def interrupted(pending: Pending) -> None:
        write(pending)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(one._tags.session, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            one.tag("food", ["r0"])
    assert one.tags.loc["food", "outputs"] == 1
    assert bits(one, "food") == [0]


def test_an_interrupted_gesture_gets_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    one = lens()

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(one._tags, "act", interrupted)
    assert gesture(one, "tag", "food", [0])["says"] == "This was interrupted in the kernel; try again."


def test_a_tag_keeps_its_colour_when_another_is_removed() -> None:
    one = lens()

    def colors() -> dict[str, int]:
        tagged = one._bridge.widget._tagged
        return {name: given["color"] for name, given in zip(tagged["names"], tagged["define"], strict=True)}

    for name in ("typo", "food", "refusal"):
        one.tag(name, ["r0"])
    assert colors() == {"typo": 0, "food": 1, "refusal": 2}
    one.untag("typo", ["r0"])
    assert colors() == {"food": 1, "refusal": 2}
    assert one._bridge.widget._tagged["ever"] == 3
    one.tag("law", ["r1"])
    assert colors() == {"food": 1, "refusal": 2, "law": 3}
    one.tag("typo", ["r1"])
    assert colors()["typo"] == 0
    # Also in another session.
    one.undo()
    assert lens()._bridge.widget._tagged["define"] == one._bridge.widget._tagged["define"]


def test_equal_answers_of_two_models_keep_their_own_tags() -> None:
    frame = pd.DataFrame({"response": ["Yes", "Yes", "No"], "model": ["gpt", "claude", "x"]})
    vectors = np.array([[1, 0], [1, 0], [0, 1]])
    ol.Lens(frame, vectors=vectors, annotator="ann").tag("mine", [1])
    for by in (None, "model"):
        for rows in ([2, 1, 0], [1, 2], [1]):
            again = ol.Lens(frame.iloc[rows].assign(length=3), by=by, vectors=vectors[rows], annotator="ann")
            assert again.tagged("mine")["model"].tolist() == ["claude"]
            assert again.tag_log["row"].tolist() == [1]
            assert again.warnings == []
        without = ol.Lens(frame.iloc[[0, 2]], by=by, vectors=vectors[[0, 2]], annotator="ann")
        assert without.tags.index.tolist() == []
    alike = ol.Lens(frame.assign(model="gpt"), vectors=vectors, annotator="bob")
    alike.tag("theirs", [0])
    again = ol.Lens(frame.assign(model="gpt"), vectors=vectors, annotator="bob")
    assert ["follow the order of the rows" in warning for warning in again.warnings] == [True]


def test_equal_answers_keep_their_tags_in_a_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"response": ["Yes", "Yes", "No"], "model": ["gpt", "claude", "x"]})
    vectors = np.array([[1, 0], [1, 0], [0, 1]])
    first = ol.Lens(frame, vectors=vectors, annotator="ann", store=tmp_path / "a.sqlite")
    first.tag("mine", [1])
    # The column is added after the tag: the file has the event as written.
    later = ol.Lens(frame.assign(n=[1, 2, 3]), vectors=vectors, annotator="ann", store=tmp_path / "a.sqlite")
    later.save(tmp_path / "lens.outlens")
    opened = ol.open(tmp_path / "lens.outlens")
    assert opened.tagged("mine")["model"].tolist() == ["claude"]


def test_a_cluster_keeps_its_name_after_its_parent_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[1, 0, 0], [0.9, 0.5, 0], [0, 0, 1]])
    group = np.repeat([0, 1, 2], [14, 8, 10])
    vectors = centres[group] + rng.normal(0, 0.01, (32, 3))
    texts = [f"{['Red', 'Pink', 'Blue'][g]} is colour number {i}." for i, g in enumerate(group)]

    def made() -> ol.Lens:
        return ol.Lens(texts, vectors=vectors, annotator="ann", store=tmp_path / "tags.sqlite")

    def name_of(lens: ol.Lens, granularity: float, row: int) -> str:
        lens.recluster(granularity=granularity)
        return str(lens.frame["cluster_name"].iloc[row])

    lens = made()
    lens.recluster(granularity=1.0)
    red = lens.frame["cluster"].to_numpy()
    lens.recluster(granularity=0.0)
    parent = lens.frame["cluster"].to_numpy()
    assert (red == red[0]).sum() < (parent == parent[0]).sum()
    lens.recluster(granularity=1.0)
    lens.rename(int(red[0]), "red")
    lens.recluster(granularity=0.0)
    lens.rename(int(parent[0]), "warm")
    lens.tag("good", [0])
    lens.undo()
    lens.save(tmp_path / "lens.outlens")
    for again in (lens, made(), ol.open(tmp_path / "lens.outlens")):
        assert name_of(again, 1.0, 0) == "red"
        assert name_of(again, 0.0, 0) == "warm"


@pytest.mark.parametrize("name", ["outputs", "description", "tag"])
def test_an_annotator_named_like_a_column_gets_a_separate_column(name: str) -> None:
    frame = pd.DataFrame({"response": SAID})
    one = ol.Lens(frame, vectors=VECTORS, annotator=name, store=False)
    one.tag("food", [0, 1])
    one._tags.define("food", description="eaten")
    assert one.tags.loc["food"].to_dict() == {"description": "eaten", "outputs": 2, f"annotator={name}": 2}


def test_a_cluster_name_given_by_another_person_appears_in_an_open_lens() -> None:
    group = np.repeat([0, 1], [12, 8])
    texts = [f"{'Bread' if g == 0 else 'Wine'} number {i} is here." for i, g in enumerate(group)]
    vectors = np.eye(2)[group] + np.random.default_rng(0).normal(0, 0.02, (20, 2))
    ann = ol.Lens(texts, vectors=vectors, annotator="ann")
    ben = ol.Lens(texts, vectors=vectors, annotator="ben")
    ann.prepare()
    ben.rename(0, "the bread")
    ann._tags.refresh()
    assert [given["name"] for given in ann._bridge.widget.renames] == ["the bread"]
    assert ann.clusters["name"].tolist()[0] == "the bread"
