"""The lens without a browser: what a user does from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import outlens as ol


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
def test_select_takes_what_users_have(lens: ol.Lens, frame: pd.DataFrame, kind: str) -> None:
    mask = frame["score"] > 0.8
    rows = {"mask": mask.to_numpy(), "labels": list(frame.index[mask]), "frame": frame[mask], "series": mask}[kind]
    lens.select(rows)
    assert_frame_equal(lens.selected, frame[mask])
    assert lens.selection.tolist() == np.flatnonzero(mask).tolist()
    lens.select(None)
    assert lens.selection.size == 0


def test_selecting_a_label_that_is_not_there_says_which_and_changes_nothing(lens: ol.Lens) -> None:
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


def test_observers_are_called_until_they_are_ended(lens: ol.Lens) -> None:
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


def test_a_name_stays_with_the_members_when_reclustered(lens: ol.Lens) -> None:
    lens.rename(1, "mine")
    members = set(lens.frame.index[lens.frame["cluster"] == 1])
    for granularity in (0.45, 0.55, 0.6):
        lens.recluster(granularity=granularity)
        frame = lens.frame
        for cluster in set(frame["cluster"]):
            now = set(frame.index[frame["cluster"] == cluster])
            named = frame.loc[list(now), "cluster_name"].iloc[0]
            assert (named == "mine") == (len(now & members) / len(now | members) > 0.5)


def test_renaming_what_is_not_there_is_told(lens: ol.Lens) -> None:
    with pytest.raises(KeyError, match="17"):
        lens.rename(17, "x")
    with pytest.raises(ValueError, match="blank"):
        lens.rename(0, "  ")


def test_an_unknown_keyword_names_the_near_one(frame: pd.DataFrame) -> None:
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


def test_a_column_of_ours_never_overwrites_the_users(vectors: np.ndarray) -> None:
    frame = pd.DataFrame({"response": ["a b c"] * 30, "x": "mine"})
    ours = ol.Lens(frame, vectors=vectors).frame
    assert (ours["x"] == "mine").all()
    assert "x_lens" in ours


def test_prompts_are_made_on_demand_and_the_selection_spans_them(vectors: np.ndarray) -> None:
    frame = pd.DataFrame({"prompt": ["p", "q", "q"] * 10, "response": [f"Text {i} here." for i in range(30)]})
    lens = ol.Lens(frame, vectors=vectors)
    assert lens.prompts == ["p", "q"]
    with pytest.warns(UserWarning, match="holds 1 of 2 prompts, 10 of 30 outputs"):
        assert set(lens.frame["prompt"]) == {"p"}
    lens.select(frame["response"].isin(["Text 0 here.", "Text 1 here."]))
    lens.prompt = "q"
    assert set(lens.frame["prompt"]) == {"p", "q"}
    assert lens.clusters["size"].sum() == 20
    assert lens.selected["prompt"].tolist() == ["p", "q"]
    with pytest.raises(ValueError, match="'r'"):
        lens.prompt = "r"


def test_what_does_not_fit_is_told_before_anything_happens(lens: ol.Lens, frame: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="observe takes a function"):
        lens.observe(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rename takes a cluster's number"):
        lens.rename("wine", "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the query is a int"):
        lens.find(3)  # type: ignore[arg-type]
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


def test_the_mimebundle_holds_a_table_for_viewers_without_widgets(vectors: np.ndarray) -> None:
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


def test_a_prompt_that_cannot_be_prepared_leaves_the_one_before() -> None:
    def model(texts: list[str]) -> np.ndarray:
        if "bad" in texts:
            raise RuntimeError("no vectors today")
        return np.eye(3)[: len(texts)]

    lens = ol.Lens({"prompt": ["p", "p", "q"], "response": ["a", "b", "bad"]}, model=model)
    with pytest.raises(RuntimeError, match="no vectors today"):
        lens.prompt = "q"
    assert lens.prompt == "p"
    assert lens._widget._info["prompt"] == 0
    assert len(lens.clusters["size"]) > 0


def test_lone_surrogates_go_through_everything(tmp_path: Path) -> None:
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


def test_by_values_that_print_alike_are_counted_together_and_cells_may_be_lists() -> None:
    lens = small(m=[1, "1", None], where=[{"k": 1}, {"k": 1}, [2]])
    table = lens.clusters
    assert table["m=1"].sum() == 2
    assert table["where={'k': 1}"].sum() == 2
    assert "a typical output" in lens._table()


def test_columns_named_as_ours_keep_theirs() -> None:
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


def test_a_query_with_a_lone_surrogate_can_travel() -> None:
    lens = small()
    lens.view.query = "\ud800"
    assert lens.view.query == "\ufffd"


def test_what_is_shared_distinctive_and_aligned_is_told_by_row() -> None:
    said = ["Take the old road to the sea.", "Take the old road to the lake.", "Never mind."]
    frame = pd.DataFrame({"prompt": ["p", "q", "q", "q"] * 5, "response": ["Hello.", *said] * 5})
    frame["model"] = ["m", "m", "n", "m"] * 5
    lens = ol.Lens(frame, prompt="prompt", by="model", vectors=np.random.default_rng(0).normal(size=(20, 4)))
    lens.prompt = "q"
    for spans in (lens.shared(0.5, 4), lens.aligned()):
        assert set(frame["prompt"].iloc[spans["output"]]) == {"q"}
        assert all(0 <= s < e <= len(frame["response"][o]) for o, s, e in spans[["output", "start", "end"]].to_numpy())
    o, s, e = lens.shared(0.5, 4)[["output", "start", "end"]].to_numpy()[0]
    assert (o, frame["response"][o][s:e]) == (1, "Take the old road to the")
    assert lens.distinctive().query("group == 'n'")["form"].tolist()[0] == "road to the lake"
    assert set(lens.distinctive(by="response")["group"]) <= set(said)
    with pytest.raises(KeyError, match="by='modle' is not a column; did you mean 'model'"):
        lens.distinctive(by="modle")
