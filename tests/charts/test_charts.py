"""Charts hold the numbers of the user's frame and of `outlens.compare`, and are ordinary Altair charts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.charts import theme
from outlens.compare import diversity, likeness_between, trait_values

NAMES = ["map", "clusters", "points", "traits", "likeness", "diversity", "tags", "prompts"]
SAID = ["Water it weekly.", "Give it plenty of sun.", "Never feed it in winter.", "Ask a gardener for help."]
LONG = "a-model-with-a-very-long-name-that-ends-in-"


def frame(n: int = 48, prompts: int = 2, seed: int = 0) -> pd.DataFrame:
    """Return outputs of three sources, which differ in what they say; the index is permuted."""
    rng = np.random.default_rng(seed)
    source = np.arange(n) % 3
    texts = [" ".join(said for k, said in enumerate(SAID) if rng.random() < (0.9 if k == s else 0.3)) or "No."
             for s in source]  # fmt: skip
    return pd.DataFrame({
        "prompt": [f"Question {i % prompts}?" for i in rng.permutation(n)], "response": texts,
        "model": [LONG + "abc"[s] for s in source], "score": rng.random(n),
    }, index=rng.permutation(n) + 100)  # fmt: skip


def lens_of(df: pd.DataFrame, **options: Any) -> ol.Lens:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(len(df), 8)).astype(np.float32)
    return ol.Lens(df, **{"by": "model", "vectors": vectors, "xy": rng.random((len(df), 2)), "store": False, **options})


@pytest.fixture
def lens() -> Iterator[ol.Lens]:
    with lens_of(frame()) as made:
        made.tag("long", made.frame.index[made.frame["response"].str.len() > 60])
        made.tag("<img src=x onerror=alert(1)>", [made.frame.index[0]])
        yield made


def data_of(chart: Any) -> pd.DataFrame:
    """Return the rows of a chart, as they are written into a page."""
    (rows,) = chart.to_dict()["datasets"].values()
    return pd.DataFrame(rows)


def title_of(chart: Any) -> str:
    title = chart.to_dict()["title"]
    return " ".join([*title["text"], *title.get("subtitle", [])])


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_valid_small_joined_and_changed(lens: ol.Lens, name: str) -> None:
    chart = getattr(lens.chart, name)()
    assert isinstance(chart, alt.Chart | alt.LayerChart | alt.FacetChart)
    assert "config" not in chart.copy()._kwds or chart.config is alt.Undefined
    assert 0 < len(data_of(chart)) <= 5_000
    (chart | lens.chart.map()).to_dict()
    (chart & lens.chart.likeness()).to_dict()
    assert chart.properties(title="mine", background="transparent").to_dict()["title"] == "mine"
    chart.configure_axis(labelFontSize=14).to_dict()
    if not isinstance(chart, alt.FacetChart):
        (chart + alt.Chart(pd.DataFrame({"a": [1]})).mark_rule()).to_dict()


def test_charts_change_no_setting_of_altair(lens: ol.Lens) -> None:
    def settings() -> tuple[Any, ...]:
        # Altair 5.4 has them in `themes`.
        themes = alt.theme if hasattr(getattr(alt, "theme", None), "active") else alt.themes
        return themes.active, alt.data_transformers.active, dict(alt.data_transformers.options)

    before = settings()
    for name in NAMES:
        getattr(lens.chart, name)().to_dict()
    assert settings() == before


def test_the_map_has_each_output_of_the_prompt_at_its_place(lens: ol.Lens) -> None:
    of_prompt = lens.frame[lens.frame["prompt"] == lens.prompt]
    drawn = data_of(lens.chart.map())
    assert drawn["row"].tolist() == [str(label) for label in of_prompt.index]
    np.testing.assert_allclose(drawn[["x", "y"]], of_prompt[["x", "y"]], rtol=1e-6)
    assert drawn["output"].tolist() == of_prompt["response"].tolist()
    assert f"Map of {len(of_prompt)} outputs" in title_of(lens.chart.map())
    by_score = data_of(lens.chart.map(color="score"))
    np.testing.assert_allclose(by_score["value"], of_prompt["score"], rtol=1e-6)
    by_model = data_of(lens.chart.map("model"))
    counts = of_prompt["model"].value_counts()
    assert sorted(by_model["value"].value_counts()) == sorted(counts)


def test_the_colours_are_those_of_the_widget() -> None:
    from pathlib import Path

    scheme = Path(__file__).parents[2] / "js" / "src" / "core" / "scheme.ts"
    written = scheme.read_text("utf-8")
    for colors in (theme.CATEGORIES, theme.STEPS):
        assert ", ".join(f'"{color}"' for color in colors) in written
    assert f'light: "{theme.OTHERS}"' in written
    assert f'light: "{theme.NONE}"' in written
    # CSS: hsl(137.5 42% 46%).
    assert theme.cluster_color(9) == "#44a761"


def test_a_source_keeps_its_colour_when_others_are_absent() -> None:
    df = frame(60, prompts=1)
    # The most frequent has the first colour, in whatever prompt.
    df.loc[df["model"].str.endswith("b"), "prompt"] = "Another?"
    with lens_of(df) as lens:
        scale = lens.chart.points().to_dict()["layer"][0]["encoding"]["color"]["scale"]
    values = sorted(df["model"].unique())
    assert scale["range"] == [theme.CATEGORIES[values.index(LONG + end)] for end in "ac"]


def test_clusters_are_counted_as_in_the_frame(lens: ol.Lens) -> None:
    of_prompt = lens.frame[lens.frame["prompt"] == lens.prompt]
    drawn = data_of(lens.chart.clusters())
    wanted = pd.crosstab(of_prompt["cluster_name"], of_prompt["model"])
    made = drawn.groupby(["cluster", "source"])["count"].sum()
    for (cluster, source), count in made.items():
        assert count == wanted.loc[cluster, source]
    assert drawn["count"].sum() == len(of_prompt)
    np.testing.assert_allclose(drawn["value"], drawn["count"] / drawn["source"].map(of_prompt["model"].value_counts()))


def test_shares_of_points_are_those_of_the_lens() -> None:
    df = frame(60, prompts=1)
    with lens_of(df, prompt=False) as lens:
        points = lens.points
        drawn = data_of(lens.chart.points(n=3))
    assert drawn["text"].nunique() == min(3, len(points))
    for each in drawn.to_dict("records"):
        point = points[points["text"] == each["text"]].iloc[0]
        model = each["full"]
        assert each["value"] == pytest.approx(point[f"model={model}"])
        has = df["response"].str.contains(each["text"], regex=False) & (df["model"] == model)
        assert each["count"] == has.sum()
        # Wilson's interval, from its equation: |p - share| = z sqrt(p (1 - p) / n).
        for end in (each["low"], each["high"]):
            if 0 < end < 1:
                assert abs(end - each["value"]) == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / each["n"]), 1e-4)


def test_traits_have_the_quantiles_of_each_source() -> None:
    df = frame(prompts=1)
    with lens_of(df, prompt=False) as lens:
        drawn = data_of(lens.chart.traits(names=["words", "refusal_opening"]))
    words = trait_values(df["response"])["words"].to_numpy()
    for each in drawn[drawn["trait"] == "words"].to_dict("records"):
        own = pd.Series(words[(df["model"] == each["full"]).to_numpy()])
        assert each["mean"] == pytest.approx(own.mean())
        assert [each["q5"], each["q50"], each["q95"]] == pytest.approx(own.quantile([0.05, 0.5, 0.95]).tolist())
        assert (each["least"], each["most"], each["n"]) == (own.min(), own.max(), len(own))


def test_likeness_is_symmetric_and_that_of_compare(lens: ol.Lens) -> None:
    vectors = np.random.default_rng(1).normal(size=(len(lens), 8))
    df = lens.frame
    wanted = likeness_between(vectors, df["model"], df["prompt"]).set_index(["group", "other"])["estimate"]
    drawn = data_of(lens.chart.likeness()).set_index(["one", "other"])["value"]
    assert len(drawn) == 9
    for pair, value in wanted.items():
        assert drawn[pair] == pytest.approx(value, abs=1e-6)
        assert drawn[pair[::-1]] == pytest.approx(value, abs=1e-6)


def test_diversity_is_that_of_compare(lens: ol.Lens) -> None:
    df = lens.frame
    wanted = diversity(df["response"], lens_vectors(len(df)), df["model"], df["prompt"]).set_index(["measure", "group"])
    drawn = data_of(lens.chart.diversity())
    words = {"different outputs, share": "different", "effective outputs (Vendi)": "vendi"}
    for each in drawn[drawn["measure"].isin(words)].to_dict("records"):
        row = wanted.loc[(words[each["measure"]], each["full"])]
        assert each["mean"] == pytest.approx(row["estimate"], rel=1e-4)
        assert each["n"] == row["n"]


def lens_vectors(n: int) -> Any:
    return np.random.default_rng(1).normal(size=(n, 8))


def test_tags_are_counted_by_source(lens: ol.Lens) -> None:
    df = lens.frame
    tagged = df["response"].str.len() > 60
    assert data_of(lens.chart.tags()).set_index("tag").loc["long", "count"] == tagged.sum()
    by_source = data_of(lens.chart.tags(by="model"))
    counts = by_source[by_source["tag"] == "long"].set_index("source")["count"]
    assert counts.to_dict() == df.loc[tagged, "model"].value_counts().reindex(counts.index, fill_value=0).to_dict()


def test_prompts_are_counted(lens: ol.Lens) -> None:
    df = lens.frame
    drawn = data_of(lens.chart.prompts())
    n = drawn[drawn["measure"] == "outputs"].set_index("prompt")["value"]
    assert n.to_dict() == df["prompt"].value_counts().to_dict()
    clusters = drawn[drawn["measure"] == "clusters"].set_index("prompt")["value"]
    assert clusters.to_dict() == df[df["cluster"] >= 0].groupby("prompt")["cluster"].nunique().to_dict()


def test_no_name_of_a_column_makes_a_tooltip_fetch_an_image() -> None:
    # vega-tooltip shows the value of a field called "image" as a picture, which it fetches.
    df = frame(prompts=1).rename(columns={"model": "image"})
    with lens_of(df, by="image", prompt=False) as lens:
        lens.tag("a", df.index[:2])
        charts = [lens.chart.map("image"), lens.chart.clusters(), lens.chart.points(), lens.chart.tags(by="image"),
                  lens.chart.traits(), lens.chart.likeness(), lens.chart.diversity()]  # fmt: skip
        written = [chart.to_json() for chart in charts]
    for chart in written:
        assert '"title": "image"' not in chart.replace('"title": "image (outputs)"', "")


def test_long_names_that_differ_in_the_middle_stay_distinct() -> None:
    names = [f"{'a' * 40}{k}{'b' * 40}" for k in range(3)]
    assert len(set(theme.cut_names(names, 26))) == 3
    assert theme.cut_names(["one\nline\ud800"], 26) == ["one line\ufffd"]


def test_many_sources_are_cut_and_the_title_says_so() -> None:
    df = frame(200, prompts=1)
    df["model"] = [f"m{k % 100}" for k in range(200)]
    with lens_of(df, prompt=False) as lens:
        for name in ("clusters", "points", "traits", "likeness", "diversity"):
            chart = getattr(lens.chart, name)()
            assert "30 of 100 values of model" in title_of(chart)
            assert len(data_of(chart)) <= 5_000


def test_more_than_5000_outputs_are_drawn_as_a_density() -> None:
    n = 5_001
    with lens_of(pd.DataFrame({"response": [f"Text {k}." for k in range(n)]}), by=None) as lens:
        chart = lens.chart.map()
        drawn = data_of(chart)
    assert drawn["outputs"].sum() == n
    assert len(drawn) <= 3_600
    assert "5,001 outputs: density" in title_of(chart)


@pytest.mark.parametrize("name", ["clusters", "points", "traits", "likeness", "diversity"])
def test_a_lens_without_sources_asks_for_by(name: str) -> None:
    with lens_of(frame(), by=None) as lens, pytest.raises(ValueError, match="name the column"):
        getattr(lens.chart, name)()


@pytest.mark.parametrize("rows", [["One."], ["One.", "Two."], ["", ""], [None]])
@pytest.mark.parametrize("name", NAMES)
def test_few_outputs_of_one_source_are_charted_or_said_to_be_few(name: str, rows: list[str | None]) -> None:
    df = pd.DataFrame({"response": rows, "model": ["a"] * len(rows)})
    with lens_of(df) as lens:
        getattr(lens.chart, name)().to_dict()


def test_without_tags_the_title_says_so() -> None:
    with lens_of(frame()) as lens:
        assert title_of(lens.chart.tags()) == "None of 48 outputs to 2 prompts has a tag yet"


def test_outputs_without_a_source_are_left_out_and_counted(lens: ol.Lens) -> None:
    df = frame(prompts=1)
    df.loc[df.index[:5], "model"] = None
    with lens_of(df, prompt=False) as made:
        chart = made.chart.clusters()
    assert data_of(chart)["count"].sum() == 43
    assert "5 outputs without a value are left out" in title_of(chart)


def test_wrong_arguments_name_what_is_known(lens: ol.Lens) -> None:
    with pytest.raises(ValueError, match=r"there is no trait 'wordz'.*words"):
        lens.chart.traits(names="wordz")
    with pytest.raises(KeyError, match="by='modle' is not a column"):
        lens.chart.clusters(by="modle")
    with pytest.raises(ValueError, match="number of points"):
        lens.chart.points(n=0)
    df = frame().assign(own=[f"A text of its own, {k}" for k in range(48)])
    with lens_of(df) as other, pytest.raises(ValueError, match="column of texts"):
        other.chart.map(color="own")


def test_altair_is_imported_when_a_chart_is_made() -> None:
    code = "import sys, outlens; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_chart_is_saved_as_a_picture(lens: ol.Lens, tmp_path: Any) -> None:
    pytest.importorskip("vl_convert")
    lens.chart.clusters().save(tmp_path / "chart.svg")
    assert "<svg" in (tmp_path / "chart.svg").read_text("utf-8")
