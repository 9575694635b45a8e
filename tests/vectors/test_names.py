from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.vectors.clusters import Tree, cluster
from outlens.vectors.names import Name, name_clusters


def tree_of(groups: list[int]) -> Tree:
    """Return a tree of one level's clusters, the same at every granularity except the coarsest, which holds all."""
    found = np.unique(groups)
    leaf = np.searchsorted(found, groups).astype(np.int32)
    k = len(found)
    levels = np.tile(np.arange(k, dtype=np.int32), (21, 1))
    sizes = np.bincount(leaf, minlength=k).astype(np.int64)
    if k > 1:
        levels[0] = k
        sizes = np.append(sizes, len(groups))
    medoids = np.array([int(np.flatnonzero(leaf == i)[0]) for i in range(k)] + [0] * (k > 1), np.int64)
    return Tree(leaf, np.linspace(0, 1, 21).round(2), levels, sizes, medoids)


def names_of(*groups: list[str], prompt: str | None = None) -> list[Name]:
    """Return the names of clusters with these texts."""
    texts = [text for group in groups for text in group]
    tree = tree_of([i for i, group in enumerate(groups) for _ in group])
    return name_clusters(texts, tree, prompt=prompt)[: len(groups)]


def test_a_name_is_the_phrase_of_the_members_that_others_lack() -> None:
    why = ["because it is warm", "and nothing else", "which I like", "as everyone knows"]
    found = names_of(
        [f"You drew the Queen of Hearts {w}" for w in why],
        [f"You drew the Ten of Spades {w}" for w in why],
        [f"It was a red rubber ball {w}" for w in why[:2]] + ["It was a ball", "It was nothing"],
    )
    assert [name.name for name in found[:2]] == ["Queen of Hearts", "Ten of Spades"]
    assert [name.share for name in found[:2]] == [1, 1]
    assert found[2].name == "red rubber ball"
    assert found[2].share == 0.5
    assert set(found[2].words) >= {"rubber", "ball"}


def test_short_answers_name_themselves() -> None:
    found = names_of(["Paris", "Paris.", "paris", "**Paris**"], ["42"] * 3, ["🌊"] * 2, ["Rome"], prompt="Name one.")
    assert [(name.name, name.share) for name in found] == [("Paris", 1), ("42", 1), ("🌊", 1), ("Rome", 1)]


def test_a_number_is_a_name_only_if_it_is_the_answer() -> None:
    answers = names_of(
        ["I pick **37** today", "My number is 37", "37", "It will be 37."],
        ["I pick **23** today", "My number is 23", "23", "It will be 23."],
    )
    assert [name.name for name in answers] == ["37", "23"]
    listed = names_of(
        [f"1. Flour from {w}\n2. Sugar\n3) Salt" for w in ("mills", "shops", "farms")],
        [f"1. Bricks from {w}\n2. Mortar\n3) Steel" for w in ("mills", "shops", "farms")],
    )
    for name in listed:
        assert not any(part.strip().isdigit() for part in name.name.split(","))
        assert not any(word.isdigit() for word in name.words)


def test_dull_words_are_not_names() -> None:
    ends = [
        "It's good. Let me know!",
        "It’s fine, I'm sure. Let me know.",
        "Here's what I’d say. Don't worry about it's",
    ]
    found = names_of([f"Take an umbrella. {e}" for e in ends], [f"Bring sunscreen. {e}" for e in ends])
    for name, expected in zip(found, ("umbrella", "sunscreen"), strict=True):
        assert expected in name.name
        assert not {"it's", "i'm", "here's", "don't", "let", "know"} & {word.casefold() for word in name.words}


def test_words_of_the_prompt_are_not_names() -> None:
    texts = [f"A good name for a penguin is {n}, says {who}" for n in ("Pip", "Zed") for who in ("Ann", "Bob", "Eve")]
    found = names_of(texts[:3], texts[3:], prompt="What is a good name for a penguin?")
    assert [name.name for name in found] == ["Pip", "Zed"]


def test_marks_are_not_part_of_a_name() -> None:
    found = names_of(
        [f"## **Bold Move**\n- `{w}`" for w in ("x", "y", "z")],
        [f"* _Quiet Life_\n> {w}" for w in ("x", "y", "z")],
    )
    assert [name.name for name in found] == ["Bold Move", "Quiet Life"]


def test_a_possessive_name_loses_its_s() -> None:
    found = names_of(
        [f"The dog’s {w}" for w in ("bed", "toy", "paw")], [f"A cat {w}" for w in ("sleeps", "runs", "sits")]
    )
    assert [name.name for name in found] == ["dog", "cat"]


def test_names_use_the_most_frequent_spelling() -> None:
    found = names_of(
        [f"{w} bought an iPhone" for w in ("Ann", "Bob", "Eve")] + ["Zoe wanted some IPHONE"],
        [f"{w} bought an orange" for w in ("Ann", "Bob", "Eve")],
    )
    assert "iPhone" in found[0].name


def test_blank_outputs() -> None:
    assert names_of(["", " ", "\n"], ["Lima"] * 2)[0] == Name("(blank)", 1, ())
    assert names_of([""])[0] == Name("(blank)", 1, ())
    assert names_of(["\u200b"])[0] == Name("(blank)", 1, ())


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["Lima"], "Lima"),
        (["Lima", "Lima"], "Lima"),
        (["the of and"], "the of and"),
        (["?!"], "?!"),
        (["of the " * 30], "of the of the of the of the of the of…"),
        (["\ud800"], "\ud800"),
    ],
)
def test_sets_with_little_to_say(texts: list[str], name: str) -> None:
    assert names_of(texts)[0].name == name


def test_nothing_to_name() -> None:
    assert name_clusters([], cluster(np.zeros((0, 3), np.float32), [])) == []


def test_japanese_words_are_not_cut() -> None:
    found = names_of(
        ["私は東京タワーが好きです", "東京タワーに行きます", "それは東京タワーだ"],
        ["私は吉田茂が好きです", "吉田茂に会います", "それは吉田茂だ"],
        prompt="何が好きですか",
    )
    assert [name.name for name in found] == ["東京タワー", "吉田茂"]


WORDS = st.sampled_from(
    ["red", "Blue", "green day", "7", "it's", "the", "1.", "🌊", "東京", "don’t", "**x1**", "", "\n"]
)


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(WORDS, max_size=6).map(" ".join)), min_size=1, max_size=24))
@settings(deadline=None)
def test_properties_of_all_names(rows: list[tuple[int, str]]) -> None:
    texts = [text for _, text in rows]
    vectors = np.eye(5, dtype=np.float32)[[group for group, _ in rows]]
    for tree in (tree_of([group for group, _ in rows]), cluster(vectors, texts)):
        names = name_clusters(texts, tree)
        assert len(names) == len(tree.sizes)
        for level, row in enumerate(tree.levels):
            order = tree.order(level)
            assert len({names[node].name for node in order}) == len(order)
            for node in order:
                name = names[node]
                assert name.name.strip() == name.name != ""
                assert 0 < name.share <= 1
                assert len(name.words) <= 6
                members = [texts[i] for i in np.flatnonzero((row == node)[tree.leaf])]
                phrase = name.name.casefold()
                if phrase.isascii() and phrase.replace(" ", "").isalpha():
                    holds = np.mean([phrase in " ".join(text.casefold().split()) for text in members])
                    assert name.share <= holds + 1e-9


def test_the_order_of_the_rows_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["red", "blue", "Green", "sky", "sea", "7"], 5)) for _ in range(60)]
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    order = rng.permutation(60)
    one = name_clusters(texts, cluster(vectors, texts))
    other = name_clusters([texts[i] for i in order], cluster(vectors[order], [texts[i] for i in order]))
    assert one == other


def test_very_many_are_sampled() -> None:
    texts = [f"{'cats' if i % 3 else 'dogs'} are what number{i} says" for i in range(5_000)]
    tree = tree_of([int(i % 3 == 0) for i in range(5_000)])
    names = name_clusters(texts, tree)
    assert [name.name for name in names[:2]] == ["cats", "dogs"]
    assert names[0].share == pytest.approx(1)
