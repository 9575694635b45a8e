"""The lens without a browser, as used from Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import outlens as ol
from outlens.text import Index


@pytest.fixture
def lens(frame: pd.DataFrame, vectors: np.ndarray) -> ol.Lens:
    return ol.Lens(frame, by="model", vectors=vectors)


def test_the_users_frame_is_never_changed(frame: pd.DataFrame, vectors: np.ndarray) -> None:
    before = frame.copy(deep=True)
    lens = ol.Lens(frame, by="model", vectors=vectors)
    lens.select(frame.index[:3])
    lens.recluster(granularity=1)
    for theirs in (lens.frame, lens.selected):
        theirs.loc[:, "response"] = "changed"
    assert_frame_equal(frame, before)


def test_clusters_are_the_three_topics(lens: ol.Lens, frame: pd.DataFrame) -> None:
    topic = np.arange(30) % 3
    cut = lens.frame["cluster"].to_numpy()
    # Each topic is one cluster, and no cluster holds two topics.
    assert len({(a, b) for a, b in zip(topic, cut, strict=True)}) == 3
    assert set(cut) == {0, 1, 2}


def test_clusters_table_counts_every_output_once(lens: ol.Lens) -> None:
    table = lens.clusters
    assert table["size"].sum() == 30
    assert table["share"].sum() == pytest.approx(1)
    assert (table[["model=m0", "model=m1"]].sum(axis=1) == table["size"]).all()
    assert table["name"].is_unique


@pytest.mark.parametrize("kind", ["mask", "labels", "frame", "series"])
def test_select_accepts_every_way_to_name_rows(lens: ol.Lens, frame: pd.DataFrame, kind: str) -> None:
    mask = frame["score"] > 0.8
    rows = {"mask": mask.to_numpy(), "labels": list(frame.index[mask]), "frame": frame[mask], "series": mask}[kind]
    lens.select(rows)
    assert_frame_equal(lens.selected, frame[mask])
    assert lens.selection.tolist() == np.flatnonzero(mask).tolist()
    lens.select(None)
    assert lens.selection.size == 0


def test_selecting_a_missing_label_names_it_and_changes_nothing(lens: ol.Lens) -> None:
    lens.select(["r1"])
    with pytest.raises(KeyError, match="r99"):
        lens.select(["r2", "r99"])
    assert list(lens.selected.index) == ["r1"]


def test_duplicate_labels_and_dtypes_come_back(vectors: np.ndarray) -> None:
    frame = pd.DataFrame(
        {
            "b": pd.array([1, None] * 15, dtype="Int64"),
            "response": ["x y z"] * 30,
            "a": pd.Categorical(["u", "v"] * 15),
        },
        index=[7] * 30,
    )
    lens = ol.Lens(frame, vectors=vectors)
    lens.select(np.arange(30) < 4)
    assert_frame_equal(lens.selected, frame.iloc[:4])


def test_observers_are_called_until_they_are_removed(lens: ol.Lens) -> None:
    seen: list[int] = []
    end = lens.observe(lambda changed: seen.append(len(changed.selection)))
    lens.select(["r1", "r2"])
    lens.select(["r3"])
    end()
    lens.select(None)
    assert seen == [2, 1]


def test_find_selects_and_returns_spans(lens: ol.Lens, frame: pd.DataFrame) -> None:
    spans = lens.find("FLOWERS")
    texts = frame["response"].tolist()
    assert [texts[s.output][s.start : s.end] for s in spans.itertuples()] == ["Flowers"] * 10
    assert lens.selected["response"].str.contains("Flowers").all()
    assert len(lens.selected) == 10
    assert lens.view.query == "FLOWERS"


def test_recluster_moves_between_one_and_many(lens: ol.Lens) -> None:
    coarse = lens.recluster(granularity=0)
    fine = lens.recluster(granularity=1)
    assert len(coarse) <= 3 <= len(fine)
    with pytest.raises(ValueError, match=r"1\.5"):
        lens.recluster(granularity=1.5)
    assert lens.granularity == 1


def test_a_name_follows_its_members_through_reclustering(lens: ol.Lens) -> None:
    lens.rename(1, "mine")
    members = set(lens.frame.index[lens.frame["cluster"] == 1])
    for granularity in (0.45, 0.55, 0.6):
        lens.recluster(granularity=granularity)
        frame = lens.frame
        for cluster in set(frame["cluster"]):
            now = set(frame.index[frame["cluster"] == cluster])
            named = frame.loc[list(now), "cluster_name"].iloc[0]
            assert (named == "mine") == (len(now & members) / len(now | members) > 0.5)


def test_renaming_an_unknown_cluster_is_an_error(lens: ol.Lens) -> None:
    with pytest.raises(KeyError, match="17"):
        lens.rename(17, "x")
    with pytest.raises(ValueError, match="blank"):
        lens.rename(0, "  ")


def test_an_unknown_keyword_error_suggests_the_nearest(frame: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="did you mean 'vectors'"):
        ol.Lens(frame, vector=np.eye(30))


def test_vectors_of_another_length_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="29"):
        ol.Lens(frame, vectors=np.ones((29, 4)))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 15])
def test_small_sets_work(n: int) -> None:
    lens = ol.Lens([f"Answer number {i}, a text." for i in range(n)], vectors=np.eye(16)[:n])
    assert len(lens.frame) == n
    assert lens.clusters["size"].sum() == n
    assert np.isfinite(lens.frame[["x", "y"]].to_numpy()).all()


def test_all_equal_outputs_are_one_cluster() -> None:
    lens = ol.Lens(["The same."] * 12, vectors=np.ones((12, 4)))
    assert lens.clusters["size"].tolist() == [12]


def test_our_columns_never_overwrite_the_users(vectors: np.ndarray) -> None:
    frame = pd.DataFrame({"response": ["a b c"] * 30, "x": "mine"})
    ours = ol.Lens(frame, vectors=vectors).frame
    assert (ours["x"] == "mine").all()
    assert "x_lens" in ours


def test_prompts_are_prepared_on_demand_and_the_selection_spans_them(vectors: np.ndarray) -> None:
    frame = pd.DataFrame({"prompt": ["p", "q", "q"] * 10, "response": [f"Text {i} here." for i in range(30)]})
    lens = ol.Lens(frame, vectors=vectors)
    assert lens.prompts == ["p", "q"]
    assert lens.clusters["size"].sum() == 10
    assert len(lens._study.computed) == 1
    lens.select(frame["response"].isin(["Text 0 here.", "Text 1 here."]))
    lens.prompt = "q"
    assert lens.clusters["size"].sum() == 20
    assert lens.selected["prompt"].tolist() == ["p", "q"]
    with pytest.raises(ValueError, match="'r'"):
        lens.prompt = "r"


def test_invalid_arguments_are_reported_before_anything_happens(lens: ol.Lens, frame: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="observe takes a function"):
        lens.observe(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rename takes a cluster's number"):
        lens.rename("wine", "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the query is an int"):
        lens.find(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="find takes regex=True or regex=False, not 'yes'"):
        lens.find("wine", regex="yes")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="60 values for 30 rows"):
        lens.select(pd.Series([True] * 60))
    with pytest.raises(KeyError, match=r"df\['model'\] == 'm1'"):
        lens.select("m1")
    with pytest.raises(ValueError, match="no columns"):
        ol.Lens(pd.DataFrame())
    lens.granularity = 0
    assert lens.granularity == 0


def test_view_settings_are_checked(lens: ol.Lens) -> None:
    lens.view.color = "model"
    assert lens.view.color == "model"
    with pytest.raises(ValueError, match="'modle'"):
        lens.view.color = "modle"
    with pytest.raises(AttributeError, match="did you mean 'color'"):
        lens.view.colour = "model"


def test_the_mimebundle_contains_a_table_for_viewers_without_widgets(vectors: np.ndarray) -> None:
    lens = ol.Lens(["<script>alert(1)</script> text"] * 30, vectors=vectors)
    bundle = lens._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "<script>" not in data["text/html"]
    assert "&lt;script&gt;" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_clusters_count_every_source() -> None:
    lens = ol.Lens(
        {"response": [f"t {i}" for i in range(300)], "model": [f"m{i % 150}" for i in range(300)]},
        by="model",
        vectors=np.eye(3)[np.arange(300) % 3],
    )
    counts = lens.clusters.filter(like="model=")
    assert counts.shape[1] == 150
    assert (counts.sum() == 2).all()
    assert (counts.sum(axis=1) == lens.clusters["size"]).all()


def test_a_prompt_that_cannot_be_prepared_shows_its_texts_and_the_reason() -> None:
    def model(texts: list[str]) -> np.ndarray:
        if "bad" in texts:
            raise RuntimeError("no vectors today")
        return np.eye(3)[: len(texts)]

    lens = ol.Lens({"prompt": ["p", "p", "q"], "response": ["a", "b", "bad"]}, model=model)
    lens.prompt = "q"
    with pytest.raises(RuntimeError, match="no vectors today"):
        lens.clusters  # noqa: B018
    assert lens._bridge.widget._info["prompt"] == 1
    assert bytes(lens._bridge.widget._texts) == b"bad"
    assert lens._bridge.widget._progress["says"].endswith("no vectors today")
    lens.prompt = "p"
    assert lens.clusters["size"].sum() == 2


def test_lone_surrogates_are_accepted_everywhere(tmp_path: Path) -> None:
    texts = ["<script>", "b", "c", "d", "<b> \ud800 lone", "<b> \ud800 lone"]
    vectors = np.eye(6)[[0, 1, 2, 3, 4, 4]]
    for data in (texts, [{"response": t, "model": t} for t in texts], {"response": texts, "model": texts}):
        lens = ol.Lens(data, by=None if data is texts else "model", vectors=vectors)
        lens.rename(0, "\ud800")
        assert lens.clusters.loc[0, "text"] == texts[4]
        assert lens.find("lone")["output"].tolist() == [4, 5]
        assert lens.selected["response"].tolist() == texts[4:]
        assert lens.frame["response"].tolist() == texts
        assert "&lt;b&gt;" in lens._repr_mimebundle_()[0]["text/html"]
        assert lens.to_html(tmp_path / "page.html").exists()


def small(**columns: object) -> ol.Lens:
    return ol.Lens(pd.DataFrame({"response": ["a", "b", "c"], **columns}), by=list(columns), vectors=np.eye(3))


def test_by_values_with_the_same_text_are_counted_together_and_cells_may_be_lists() -> None:
    lens = small(m=[1, "1", None], where=[{"k": 1}, {"k": 1}, [2]])
    table = lens.clusters
    assert table["m=1"].sum() == 2
    assert table["where={'k': 1}"].sum() == 2
    assert "a typical output" in lens._repr_mimebundle_()[0]["text/html"]


def test_user_columns_with_our_names_are_kept() -> None:
    lens = small(cluster=["u", "v", "u"], cluster_lens=["x", "y", "x"])
    assert lens.frame["cluster"].tolist() == ["u", "v", "u"]
    assert lens.frame["cluster_lens"].tolist() == ["x", "y", "x"]
    assert lens.frame["cluster_lens2"].dtype == "int64"
    lens.view.color = "cluster (yours)"
    assert lens.view.color == "cluster (yours)"


def test_an_observer_that_raises_does_not_stop_the_others() -> None:
    lens, seen = small(), []

    def fail(_lens: ol.Lens) -> None:
        raise RuntimeError("theirs")

    lens.observe(fail)
    lens.observe(seen.append)
    with pytest.raises(RuntimeError, match="theirs"):
        lens.select([0])
    assert seen == [lens]
    assert np.frombuffer(lens._bridge.widget.selection, "<u4").tolist() == [0]


def test_a_query_with_a_lone_surrogate_can_be_sent() -> None:
    lens = small()
    lens.view.query = "\ud800"
    assert lens.view.query == "\ufffd"


def test_shared_distinctive_and_aligned_spans_name_rows() -> None:
    answers = ["Take the old road to the sea.", "Take the old road to the lake.", "Never mind."]
    frame = pd.DataFrame({"prompt": ["p", "q", "q", "q"] * 5, "response": ["Hello.", *answers] * 5})
    frame["model"] = ["m", "m", "n", "m"] * 5
    lens = ol.Lens(frame, prompt="prompt", by="model", vectors=np.random.default_rng(0).normal(size=(20, 4)))
    lens.prompt = "q"
    for spans in (lens.shared(0.5, 4), lens.aligned()):
        assert set(frame["prompt"].iloc[spans["output"]]) == {"q"}
        assert all(0 <= s < e <= len(frame["response"][o]) for o, s, e in spans[["output", "start", "end"]].to_numpy())
    o, s, e = lens.shared(0.5, 4)[["output", "start", "end"]].to_numpy()[0]
    assert (o, frame["response"][o][s:e]) == (1, "Take the old road to the")
    assert lens.distinctive().query("group == 'n'")["form"].tolist()[0] == "road to the lake"
    assert set(lens.distinctive(by="response")["group"]) <= set(answers)
    with pytest.raises(KeyError, match="by='modle' is not a column; did you mean 'model'"):
        lens.distinctive(by="modle")


# The reader: the view, layers, and requests of the browser

SAID = [
    "Take the old road to the sea.",
    "Take the old road 😀 to the lake.",
    "Never mind.",
    "take the old road to rest.",
]


def reader(**more: object) -> ol.Lens:
    """Return two prompts with five and eight outputs, two of the latter equal."""
    frame = pd.DataFrame(
        {
            "prompt": ["p"] * 5 + ["Which old road?"] * 8,
            "response": [f"Hello number {i}." for i in range(5)] + SAID + SAID[:1] + ["", "\ud800 é road", "Hello."],
            "model": list("mnmnm") + list("mnmnmnmn"),
            "score": range(13),
        },
        index=[f"r{i}" for i in range(13)],
        dtype=object,  # Arrow's strings cannot hold a lone surrogate
    ).astype({"score": "int64"})
    return ol.Lens(frame, by="model", vectors=np.random.default_rng(0).normal(size=(13, 4)), **more)


def ask(lens: ol.Lens, **message: object) -> list[tuple[dict, list[bytes]]]:
    """Return the lens's answer to a message of the browser."""
    sent: list[tuple[dict, list[bytes]]] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append((content, buffers))
    lens._bridge.widget._handle_custom_msg(message, [])
    return sent


def numbers(data: bytes, kind: str = "<u4") -> list[int]:
    return np.frombuffer(data, kind).tolist()


VIEW = {
    "color": ["score", "model", "tags", "point", "sets", "cluster"],
    "order": ["unusual", "untagged", "disputed", "complete", "alone", "row"],
    "blind": [True, False],
    "query": ["road", ""],
    "regex": [True, False],
    "tool": ["pan"],
    "mode": ["grid", "interleaved", "points", "cards"],
    "scope": ["selected", "all"],
    "layers": [["aligned", "echo"], [], ["common", "points"]],
    "min_outputs": [0.5, 1.0, 2, None, 40],
    "min_words": [1, 9],
    "context": ["selection", "all"],
    "markdown": [True],
    "fold": [True],
    "rows": ["model", None],
    "columns": ["model", None],
    "filter": [{"column": "model", "value": "n"}, None],
    "pins": [["r8", "r2"], ["r5"], []],
    "scroll_to": ["r7", "r7", None],
    "panel": ["phrases", "openings", "tags", ""],
    "side": ["map", "sources", "groups"],
    "side_width": [0.5, 1.0, 0.0, None],
    "points_granularity": [0.0, 1.0, 0.25],
    "points_order": ["place", "differ", "rare", "made"],
    "omissions": [False, True],
    "tagged": [{"tag": "good", "annotator": None}, {"tag": None, "annotator": "ann"}, None],
}


def test_every_setting_of_the_view_can_be_set_and_read() -> None:
    lens = reader(annotator="ann")
    with pytest.raises(ValueError, match="while nothing is tagged"):
        lens.view.tagged = {"tag": "good"}
    lens.tag("good", ["r1"])
    assert set(VIEW) == set(lens._bridge.widget.view) == set(dir(lens.view))
    for name, values in VIEW.items():
        for value in values:
            before = dict(lens._bridge.widget.view)
            setattr(lens.view, name, value)
            assert getattr(lens.view, name) == value
            assert type(getattr(lens.view, name)) is type(value)
            assert {**before, name: None} == {**lens._bridge.widget.view, name: None}
            assert repr(value) in repr(lens.view)
            json.dumps(lens._bridge.widget.view)


def test_rows_are_sent_as_positions_and_read_as_labels() -> None:
    lens = reader()
    lens.view.pins = ["r4", "r1"]
    lens.view.scroll_to = "r11"
    assert lens._bridge.widget.view["pins"] == [4, 1]
    assert lens._bridge.widget.view["scroll_to"] == 11
    lens.view.pins = np.arange(13) == 6
    assert lens.view.pins == ["r6"]
    lens.view.pins = None
    assert lens.view.pins == []
    # Values set by the browser are read as well; an unknown row is dropped.
    lens._bridge.widget.view = {**lens._bridge.widget.view, "pins": [12, 99], "scroll_to": 0, "min_outputs": 1}
    assert lens.view.pins == ["r12"]
    assert lens.view.scroll_to == "r0"
    assert isinstance(lens.view.min_outputs, float)


def test_scrolling_to_the_same_row_again_is_a_change() -> None:
    lens, seen = reader(), []
    lens._bridge.widget.observe(lambda change: seen.append(change["new"]["scroll_to"]), "view")
    lens.view.scroll_to = "r3"
    lens.view.scroll_to = "r3"
    assert seen == [3, None, 3]


def test_a_column_can_form_the_rows_or_columns_of_the_grid() -> None:
    lens = reader()
    name = next(c["name"] for c in lens._bridge.widget._info["columns"] if c["kind"] == "category")
    lens.view.rows = name
    lens.view.columns = name
    assert (lens.view.rows, lens.view.columns) == (None, name)
    lens.view.rows = name
    assert (lens.view.rows, lens.view.columns) == (name, None)


@pytest.mark.parametrize(
    ("name", "value", "kind", "message"),
    [
        ("mode", "gird", ValueError, "did you mean 'grid'"),
        ("mode", np.array(["a", "b"]), ValueError, "one of 'cards'"),
        ("scope", None, ValueError, "'all', 'selected', not None"),
        ("context", "selected", ValueError, "did you mean 'selection'"),
        ("panel", "phrase", ValueError, "did you mean 'phrases'"),
        ("layers", "shared", TypeError, r"takes a list of names, not 'shared'; write \['shared'\]"),
        ("layers", ["shard"], ValueError, "not 'shard'; did you mean 'shared'"),
        ("layers", ["search"], ValueError, "'search'"),
        ("layers", [["shared"]], ValueError, r"\['shared'\]"),
        ("min_outputs", 1, ValueError, r"up to 1\.0, or a number of them from 2, not 1"),
        ("min_outputs", 0.0, ValueError, "above 0"),
        ("min_outputs", 2.5, ValueError, "2.5"),
        ("min_outputs", True, ValueError, "True"),
        ("min_outputs", float("nan"), ValueError, "nan"),
        ("min_outputs", "0.3", ValueError, "'0.3'"),
        ("min_words", 0, ValueError, "1 or more, not 0"),
        ("min_words", 2.0, ValueError, "2.0"),
        ("min_words", True, ValueError, "True"),
        ("markdown", 1, TypeError, "takes a bool"),
        ("fold", None, TypeError, "takes a bool"),
        ("rows", "score", ValueError, "None or one of 'model', not 'score'"),
        ("columns", "modle", ValueError, "did you mean 'model'"),
        ("filter", "model", TypeError, '"column"'),
        ("filter", {"column": "model"}, TypeError, '"value"'),
        ("filter", {"column": "modl", "value": "n"}, ValueError, "did you mean 'model'"),
        ("filter", {"column": "model", "value": "q"}, ValueError, "'m', 'n', not 'q'"),
        ("pins", ["r1", "r99"], KeyError, "r99"),
        ("pins", [f"r{i}" for i in range(7)], ValueError, "at most 6 rows, not 7"),
        ("scroll_to", "r99", KeyError, "r99"),
        ("scroll_to", ["r1", "r2"], ValueError, "stands for 2"),
    ],
)
def test_a_wrong_setting_is_an_error_and_changes_nothing(name: str, value: object, kind: type, message: str) -> None:
    lens = reader()
    before = dict(lens._bridge.widget.view)
    with pytest.raises(kind, match=message):
        setattr(lens.view, name, value)
    assert lens._bridge.widget.view == before


def test_values_read_from_the_view_are_copies() -> None:
    lens = reader()
    lens.view.layers.append("echo")
    assert lens.view.layers == ["shared", "only"]
    lens.view.layers += ["echo"]
    assert lens.view.layers == ["shared", "only", "echo"]
    assert reader().view.layers == ["shared", "only"]


def test_a_paged_text_opens_without_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlens.widget.wire.PAGED_ABOVE", 40)
    assert reader().view.layers == []


def test_a_long_lens_is_described_with_separators() -> None:
    lens = ol.Lens(["x"] * 1500, vectors=np.ones((1500, 1)), store=False)
    lens.select(range(1200))
    assert lens.clusters["size"].sum() == 1500
    assert repr(lens) == "Lens of 1,500 outputs: 1 cluster at granularity 0.5, 1,200 selected"


def test_selecting_in_python_lists_the_selection() -> None:
    lens = reader()
    seen = []
    lens.observe(lambda lens: seen.append(lens.view.scope))
    lens.select(["r1"])
    assert lens.view.scope == "selected"
    lens.select(None)
    assert lens.view.scope == "all"
    lens.find("number 3")
    assert lens.view.scope == "selected"
    assert lens.view.query == "number 3"
    lens.find("nowhere")
    assert lens.view.scope == "all"
    assert seen == ["selected", "all", "selected", "all"]


def test_equal_outputs_share_a_variant() -> None:
    lens = reader()
    assert numbers(lens._bridge.widget._variant) == [0, 1, 2, 3, 4]
    lens.prompt = 1
    assert numbers(lens._bridge.widget._variant) == [0, 1, 2, 3, 0, 4, 5, 6]


def test_the_index_of_a_prompt_is_computed_once_and_shown_with_it(
    monkeypatch: pytest.MonkeyPatch, settled: Callable[[ol.Lens], None]
) -> None:
    made = []
    monkeypatch.setattr("outlens.part.Index", lambda *a, **k: made.append(a) or Index(*a, **k))
    lens = reader()
    settled(lens)
    assert len(numbers(lens._bridge.widget._index["variant"])) == 5
    lens.prompt = 1
    settled(lens)
    # An answer about a prompt that is no longer shown changes nothing.
    ask(lens, kind="index", prompt=0)
    lens.shared(2, 4)
    ask(lens, kind="index", prompt=1)
    texts = [*SAID, SAID[0], "", "\ud800 é road", "Hello."]
    arrays = Index(texts, prompt="Which old road?").arrays()
    kinds = {name: "<u2" if name in ("lcp", "echo") else "<u4" for name in arrays}
    assert {name: numbers(lens._bridge.widget._index[name], kind) for name, kind in kinds.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }
    lens.prompt = 0
    assert len(numbers(lens._bridge.widget._index["variant"])) == 5
    ask(lens, kind="index", prompt=0)
    ask(lens, kind="index", prompt=7)
    ask(lens, kind="index", prompt=-1)
    assert len(made) == 2


def test_the_alignment_is_computed_once_and_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    align = ol.text.align
    monkeypatch.setattr(ol.text, "align", lambda *a, **k: made.append(a) or align(*a, **k))
    lens = reader()
    lens.prompt = 1
    table = lens.aligned()
    assert lens._bridge.widget._aligned == {}
    ask(lens, kind="aligned", prompt=1)
    known = lens._bridge.widget._aligned
    assert numbers(known["group"], "<i4") == table["rank"].tolist()
    assert known["strength"] == ol.text.alignment_strength(table)
    lens.prompt = 0
    assert lens._bridge.widget._aligned == {}
    lens.prompt = 1
    assert lens._bridge.widget._aligned == known
    lens.aligned()
    assert len(made) == 1


def test_the_reason_for_a_missing_result_is_shown(
    monkeypatch: pytest.MonkeyPatch, settled: Callable[[ol.Lens], None]
) -> None:
    monkeypatch.setattr("outlens.widget.parts.MOST_ALIGNED", 7)

    def fail(*_args: object, **_more: object) -> None:
        raise MemoryError

    lens = reader()
    ask(lens, kind="aligned", prompt=1)
    monkeypatch.setattr("outlens.part.Index", fail)
    lens.prompt = 1
    settled(lens)
    assert lens._bridge.widget._aligned == lens._bridge.widget._index == {}
    ask(lens, kind="aligned", prompt=1)
    assert lens._bridge.widget._aligned["error"].startswith("The sentences of 8 outputs are too many")
    assert set(lens.aligned()["output"]) <= set(range(5, 13))

    ask(lens, kind="index", prompt=1)
    assert lens._bridge.widget._index == {"error": "MemoryError"}
    monkeypatch.undo()
    ask(lens, kind="index", prompt=1)
    assert "error" not in lens._bridge.widget._index


def test_a_users_layer_can_be_shown_replaced_and_removed() -> None:
    lens = reader()
    spans = pd.DataFrame(
        {"output": [6, 5, 0, 5], "start": [18, 0, 0, 2], "end": [19, 4, 5, 8], "kind": ["s", "e", "e", "s"]}
    )
    before = spans.copy(deep=True)
    lens.highlight(spans, "  mine\ud800 ", by="kind")
    assert_frame_equal(spans, before)
    assert lens.view.layers == ["shared", "only", "mine\ufffd"]
    [first] = lens._bridge.widget._layers
    assert (first["name"], first["types"]) == ("mine\ufffd", ["e", "s"])
    assert numbers(first["pieces"]) == [0, 5, 1]
    lens.prompt = 1
    [second] = lens._bridge.widget._layers
    # The smiling face is two UTF-16 units.
    assert numbers(second["pieces"]) == [0, 2, 1, 2, 4, 9, 4, 8, 2, 18, 20, 2]
    assert numbers(second["first"]) == [0, 3, 4, 4, 4, 4, 4, 4, 4]
    lens.view.layers = ["mine\ufffd"]
    lens.highlight(spans.iloc[:1], "mine\ufffd")
    [third] = lens._bridge.widget._layers
    assert numbers(third["pieces"]) == [18, 20, 0]
    assert lens.view.layers == ["mine\ufffd"]
    lens.highlight(None, "mine\ufffd")
    assert lens._bridge.widget._layers == []
    assert lens.view.layers == []


def test_an_invalid_layer_changes_nothing() -> None:
    lens = reader()
    good = pd.DataFrame({"output": [0], "start": [0], "end": [5]})
    lens.highlight(good, "mine")
    before = lens._bridge.widget._layers, lens.view.layers
    with pytest.raises(ValueError, match=r"row 1 of the spans \(output 0, start 2, end 99\).* 15 characters"):
        lens.highlight(pd.DataFrame({"output": [0, 0], "start": [0, 2], "end": [5, 99]}), "mine")
    for name in ("shared", "common", "only", "echo", "aligned", "search", "Shared"):
        with pytest.raises(ValueError, match=f"{name!r} is the name of a built-in layer"):
            lens.highlight(good, name)
    with pytest.raises(ValueError, match="not blank, not ' '"):
        lens.highlight(good, " ")
    with pytest.raises(KeyError, match="you have no layer 'other' to remove; the layers are 'mine'"):
        lens.highlight(None, "other")
    with pytest.raises(KeyError, match="no column 'kind'"):
        lens.highlight(good, "more", by="kind")
    assert (lens._bridge.widget._layers, lens.view.layers) == before


def marked_texts(lens: ol.Lens, frame: pd.DataFrame) -> list[tuple]:
    texts = lens._study.outputs.texts
    return [(row.layer, row.output, texts[row.output][row.start : row.end], row.value) for row in frame.itertuples()]


def test_visible_lists_the_marks_of_the_layers() -> None:
    lens = reader()
    lens.prompt = 1
    lens.view.layers = ["shared"]
    lens.view.min_outputs, lens.view.min_words = 4, 3
    # "old road" is in the prompt, but no three of these words are.
    assert marked_texts(lens, lens.visible) == [
        ("shared", 5, "Take the old road to", 1),
        ("shared", 6, "Take the old road 😀 to", 1),
        ("shared", 8, "take the old road to", 1),
        ("shared", 9, "Take the old road to", 1),
    ]
    lens.view.min_outputs, lens.view.min_words = 3, 1
    assert ("shared", 5, "Take the", 1 + min(2, 3 * (4 - 3) // 6)) in marked_texts(lens, lens.visible)
    lens.view.layers = ["echo"]
    lens.view.min_words = 2
    assert marked_texts(lens, lens.visible) == [("echo", row, "old road", 0) for row in (5, 6, 8, 9)]
    lens.view.layers = ["only"]
    assert marked_texts(lens, lens.visible) == [
        ("only", 6, "lake", 0),
        ("only", 7, "Never mind", 0),
        ("only", 8, "rest", 0),
        ("only", 11, "é", 0),
        ("only", 12, "Hello", 0),
    ]
    lens.view.layers = []
    assert lens.visible.empty
    lens.view.query = "(ROAD)|é"
    assert lens.visible.empty
    lens.view.regex = True
    assert {span[2] for span in marked_texts(lens, lens.visible)} == {"road", "é"}
    with pytest.raises(ValueError, match=r"'\('"):
        lens.view.query = "("
    assert lens.view.query == "(ROAD)|é"
    # In the browser the user types it.
    lens._bridge.widget.view = {**lens._bridge.widget.view, "query": "("}
    assert lens.visible.empty


def test_visible_follows_the_selection() -> None:
    lens = reader()
    lens.prompt = 1
    lens.view.layers = ["only", "aligned"]
    lens.select(["r0", "r5", "r9"])
    assert set(lens.visible["output"]) <= {5, 9}
    lens.view.scope = "all"
    assert {6, 7, 8} <= set(lens.visible["output"])
    lens.view.context = "selection"
    words = lens.visible.query("layer == 'only'")
    assert words.empty  # r5 and r9 are equal
    assert {6, 8} <= set(lens.visible["output"])  # sentences are grouped as before
    lens.select(["r5", "r6"])
    lens.view.scope = "all"
    only = lens.visible.query("layer == 'only'")
    assert marked_texts(lens, only) == [("only", 5, "sea", 0), ("only", 6, "lake", 0)]
    lens.select(["r5"])
    assert lens.visible.query("layer == 'only'").empty  # a single output is compared with nothing


def test_visible_includes_groups_and_types() -> None:
    lens = reader()
    lens.prompt = 1
    lens.highlight(
        pd.DataFrame({"output": [6, 0], "start": [18, 0], "end": [19, 1], "kind": ["face", "x"]}), "mine", by="kind"
    )
    lens.view.layers = ["aligned", "mine"]
    found = lens.visible
    assert marked_texts(lens, found.query("layer == 'mine'")) == [("mine", 6, "😀", "face")]
    aligned = found.query("layer == 'aligned'")[["output", "start", "end", "value"]].astype(int)
    table = lens.aligned().query("rank >= 0")[["output", "start", "end", "rank"]]
    assert aligned.to_numpy().tolist() == table.to_numpy().tolist()
    assert found.columns.tolist() == ["layer", "output", "start", "end", "value"]
    assert (found.dtypes[["output", "start", "end"]] == np.int64).all()


@pytest.mark.parametrize("texts", [[], [""], ["", " \n", "\u200b"], ["\ud800"]])
def test_outputs_with_nothing_to_compare(texts: list[str], tmp_path: Path) -> None:
    lens = ol.Lens(texts, vectors=np.eye(4)[: len(texts)])
    lens.highlight(pd.DataFrame({"output": [], "start": [], "end": []}), "mine")
    lens.view.layers = ["shared", "common", "only", "echo", "aligned", "mine"]
    assert lens.visible.empty
    ask(lens, kind="index", prompt=0)
    ask(lens, kind="aligned", prompt=0)
    assert len(numbers(lens._bridge.widget._index["variant"])) == len(texts)
    assert len(numbers(lens._bridge.widget._aligned["first"])) == len(texts) + 1
    assert lens.to_html(tmp_path / "page.html").exists()


def prompts(n: int = 3) -> tuple[ol.Lens, list[list[str]]]:
    """Return a lens of several prompts, and the list of texts that its model was given."""
    asked: list[list[str]] = []

    def model(texts: list[str]) -> np.ndarray:
        asked.append(texts)
        return np.eye(9)[[int(text.split()[-1]) for text in texts]]

    answers = [f"Output number {i}" for i in range(2 * n)]
    return ol.Lens({"prompt": list("pqr")[:n] * 2, "response": answers}, model=model, store=False), asked


def test_the_frame_holds_every_prompt_and_computes_only_what_is_missing() -> None:
    lens, asked = prompts()
    for prompt in "pr":
        lens.prompt = prompt
        assert lens.clusters["size"].sum() == 2
    assert len(asked) == 2
    table = lens.frame
    assert table["prompt"].tolist() == list("pqrpqr")
    assert table.index.tolist() == list(range(6))
    assert (table["cluster"] >= -1).all()
    assert len(asked) == 3
    assert lens.prompt == "r"
    lens.prepare()
    assert lens.frame["x"].notna().all()
    assert len(asked) == 3


def test_an_interrupted_preparation_keeps_finished_results(monkeypatch: pytest.MonkeyPatch) -> None:
    lens, asked = prompts()
    assert lens.clusters["size"].sum() == 2
    engine = lens._study.engine

    class Interrupted:
        def landscape(self, texts: list[str], **more: object) -> object:
            if "number 2" in texts[0]:
                raise KeyboardInterrupt
            return engine.landscape(texts, **more)

    with monkeypatch.context() as patch:
        patch.setattr(lens._study, "engine", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            lens.prepare()
    assert [part.label for part in lens._study.computed] == ["p", "q"]
    lens.prepare()
    assert len(asked) == 3


def test_a_lens_has_a_length_and_selects_a_cluster(lens: ol.Lens, frame: pd.DataFrame) -> None:
    assert len(lens) == 30
    cut = lens.frame["cluster"]
    lens.select(cluster=1)
    assert lens.selection.tolist() == np.flatnonzero(cut == 1).tolist()
    for wrong in (9, 11, "wine", True):
        with pytest.raises(KeyError, match=f"there is no cluster {wrong!r}; the clusters are 0, 1, 2"):
            lens.select(cluster=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only one of them"):
        lens.select(["r1"], cluster=1)
    assert lens.selection.tolist() == np.flatnonzero(cut == 1).tolist()


def test_a_cluster_of_the_current_prompt_is_selected_in_the_whole_frame() -> None:
    lens, _ = prompts()
    lens.prompt = "q"
    number = int(lens.clusters.index[0])
    lens.select(cluster=number)
    assert set(lens.selected["prompt"]) == {"q"}


def test_the_text_of_spans_keeps_their_order_and_index(lens: ol.Lens) -> None:
    spans = lens.find("Flowers|wine", regex=True).iloc[::-1]
    words = lens.text_of(spans)
    assert words.index.equals(spans.index)
    assert words.str.casefold().isin(["flowers", "wine"]).all()
    assert words.tolist() == [lens._study.outputs.texts[o][a:b] for o, a, b in spans.to_numpy().tolist()]
    with pytest.raises(KeyError, match="no column 'start'"):
        lens.text_of(pd.DataFrame({"output": [0]}))
    with pytest.raises(ValueError, match="row 0"):
        lens.text_of(pd.DataFrame({"output": [0], "start": [0], "end": [999]}))


def test_select_takes_a_function_of_the_frame_and_the_selection_itself(
    vectors: np.ndarray, frame: pd.DataFrame
) -> None:
    data = frame.set_axis(range(29, -1, -1), axis=0)
    lens = ol.Lens(data, vectors=vectors, store=False)
    lens.select(lambda df: df["score"] > 0.9)
    chosen = lens.selection.tolist()
    assert chosen == np.flatnonzero(data["score"] > 0.9).tolist()
    lens.select(lens.selection)
    assert lens.selection.tolist() == chosen


def test_an_unknown_attribute_cannot_be_set(lens: ol.Lens) -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'color' to set; write lens\.view\.color = 'model'"):
        lens.color = "model"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'granularty'.* did you mean 'granularity'"):
        lens.granularty = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="'tags' to set"):
        lens.tags = 3  # type: ignore[misc]
    lens.granularity = 0.75
    assert lens.granularity == 0.75


def test_two_clusters_with_the_same_name_stay_separate(
    vectors: np.ndarray, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    lens = ol.Lens(frame, vectors=vectors, store=False)
    assert len(lens.clusters) == 3
    before = lens.distinctive()
    monkeypatch.setattr("outlens.tables.names", lambda *_: ["same", "same", "other"])
    after = lens.distinctive()
    pd.testing.assert_frame_equal(after.drop(columns="group"), before.drop(columns="group"))
    assert set(after["cluster"]) == {0, 1, 2}
    assert set(after.loc[after["cluster"] < 2, "group"]) == {"same"}


def test_pins_can_be_set_to_their_value_even_with_repeated_labels() -> None:
    lens = ol.Lens(pd.DataFrame({"response": list("abc")}, index=[7, 7, 8]), vectors=np.eye(3), store=False)
    lens._state.show(pins=[2, 0], scroll_to=1)
    for _ in range(2):
        lens.view.pins = lens.view.pins
        lens.view.scroll_to = lens.view.scroll_to
        assert (lens._state.view["pins"], lens._state.view["scroll_to"]) == ([2, 0], 1)
        kept = lens.view.pins
        lens.view.pins = None
        lens.view.pins = kept
    assert lens._state.view["pins"] == [2, 0]


def test_every_setting_can_be_set_to_its_value_whatever_the_browser_sent() -> None:
    lens = reader()
    lens._bridge.widget.view = {
        **lens._state.view, "color": "gone", "rows": "gone", "filter": {"column": "gone", "value": "x"},
        "tagged": {"tag": "gone", "annotator": None}, "layers": ["gone"], "query": "(", "regex": True,
    }  # fmt: skip
    before = dict(lens._state.view)
    for name in dir(lens.view):
        setattr(lens.view, name, getattr(lens.view, name))
    assert lens._state.view == before


def test_a_column_keeps_its_name_and_values_in_every_prompt() -> None:
    data = {"prompt": ["p", "p", "q", "q"], "response": list("abcd"), "model": ["m", "n", "n", "o"]}
    lens = ol.Lens(data, by="model", vectors=np.eye(4), store=False)
    lens.view.color = "model"
    lens.view.filter = {"column": "model", "value": "m"}
    lens.prompt = "q"
    lens.view.filter = lens.view.filter
    lens.view.filter = {"column": "model", "value": "m"}
    assert lens._bridge.widget._info["columns"][0]["categories"] == ["n", "m", "o"]
    assert np.frombuffer(lens._bridge.widget._columns["model"], "<u2").tolist() == [0, 2]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda lens: setattr(lens.view, "color", "models"), ValueError, r"not 'models'; did you mean 'model'\?$"),
        (lambda lens: lens.highlight("mine", pd.DataFrame()), TypeError, r"lens\.highlight\(spans, 'name'\)"),
        (lambda lens: lens.tag(["r0"], "x"), TypeError, r"rows: lens\.tag\('x', \['r0'\]\)"),
        (lambda lens: lens.tagged("n", "bobb"), KeyError, "no annotator 'bobb'.* did you mean 'bob'"),
        (lambda lens: lens.tag_columns("bobb"), KeyError, "no annotator 'bobb'"),
        (lambda lens: lens.judgements(["nope"]), KeyError, "no output has the tag 'nope'; the tags are 'n'"),
        (lambda lens: lens.merge_tags(None), TypeError, "the source is None; give the path"),
        (lambda lens: lens.merge_tags(["a.sqlite"]), TypeError, "list of paths.*'a.sqlite'"),
        (lambda lens: lens.tag_counts(by="lists"), TypeError, "lists"),
        (lambda lens: lens.suggest("n"), ValueError, "only on outputs of other prompts"),
    ],
)
def test_a_wrong_call_raises_a_one_sentence_error(call: object, kind: type, message: str) -> None:
    data = {"prompt": ["p", "p", "q"], "response": list("abc"), "model": list("mno"), "lists": [[1], [2], [3]]}
    lens = ol.Lens(pd.DataFrame(data, index=["r0", "r1", "r2"]), by="model", vectors=np.eye(3), annotator="bob")
    lens.tag("n", ["r2"])
    with pytest.raises(kind, match=message) as caught:
        call(lens)  # type: ignore[operator]
    assert "\n" not in str(caught.value)
    assert not str(caught.value).startswith('"')
    assert "\\" not in str(caught.value)


def test_a_star_import_does_not_shadow_the_builtin_open() -> None:
    names: dict[str, object] = {}
    exec("from outlens import *", names)
    assert "open" not in names
    assert names["Lens"] is ol.Lens
    assert "open" in dir(ol)
    assert ol.open == ol.Lens.open


def test_vectors_with_the_labels_of_the_data_in_another_order_are_refused() -> None:
    data = pd.DataFrame({"response": ["a", "b", "c"]}, index=[2, 0, 1])
    by_label = pd.DataFrame(np.eye(3))
    for vectors in (by_label, pd.Series(by_label.to_numpy().tolist())):
        with pytest.raises(ValueError, match=r"another order; write vectors\.loc\[df\.index\] .* or vectors\.to_numpy"):
            ol.Lens(data, vectors=vectors, store=False)
    assert ol.Lens(data, vectors=by_label.loc[data.index], store=False).vectors.argmax(axis=1).tolist() == [2, 0, 1]
    assert ol.Lens(data.set_axis(list("xyz")), vectors=by_label, store=False).vectors.argmax(axis=1).tolist() == [
        0,
        1,
        2,
    ]


def test_a_prompt_is_named_by_its_text_or_by_any_kind_of_integer() -> None:
    lens = ol.Lens({"prompt": ["p", "q"], "response": ["a", "b"]}, vectors=np.eye(2), store=False)
    for prompt in (np.int64(1), "q", 1):
        lens.prompt = 0
        lens.prompt = prompt
        assert lens.prompt == "q"
    with pytest.raises(ValueError, match=r"there is no prompt True; give .* or a number from 0 to 1"):
        lens.prompt = True


def test_columns_of_tags_never_double_the_users() -> None:
    lens = ol.Lens({"response": ["a", "b"], "tag=x": [1, 2]}, vectors=np.eye(2), store=False)
    lens.tag("x", [0])
    table = lens.tag_columns()
    assert table.columns.tolist() == ["response", "tag=x", "tag=x_lens"]
    assert table["tag=x"].tolist() == [1, 2]
    assert table["tag=x_lens"].tolist() == [True, False]


def test_labels_read_from_the_view_have_python_types() -> None:
    lens = small()
    lens.view.pins, lens.view.scroll_to = [2, 0], 1
    assert repr(lens.view.pins) == "[2, 0]"
    assert repr(lens.view.scroll_to) == "1"
    lens.view.pins = []
    assert lens.view.pins == []


def test_the_widget_is_told_the_name_of_the_notebooks_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ol.Lens(["a"], vectors=[[1]], store=False), ol.Lens(["b"], vectors=[[1]], store=False)
    shell = SimpleNamespace(user_ns={"_1": one, "answers": one})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    for lens, name in ((one, "answers"), (other, "")):
        lens._repr_mimebundle_()
        assert lens._bridge.widget._variable == name
