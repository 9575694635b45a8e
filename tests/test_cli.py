"""The command line: pages from files, and one-sentence errors."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from outlens.cli import main


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str, **columns: list[object]) -> str:
    pd.DataFrame(columns).to_csv(name, index=False)
    return name


@pytest.mark.model
def test_a_file_becomes_a_page_with_all_its_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    file = table("answers.csv", prompt=["a", "a", "b", "b"], reply=["Yes.", "No.", "Red.", "Blue."], who=list("xyxy"))
    assert main(["view", file, "--text", "reply", "--by", "who"]) == 0
    page = Path("answers-outlens.html")
    assert page.stat().st_size > 100_000
    assert "Wrote answers-outlens.html: Lens of 4 outputs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["view", "gone.csv"], "outlens: the file 'gone.csv' does not exist; give the path of a .csv, .tsv, .jsonl,"),
        (["view", "plain.csv"], "outlens: no column is named response, output, completion, generation, answer, text; "),
        (["view", "plain.csv", "--text", "b"], "outlens: text='b' is not a column; the columns are 'a'."),
        (["view", "plain.csv", "--text", "a", "--by", "c"], "outlens: by='c' is not a column; the columns are 'a'."),
        (["view", "notes.txt"], "outlens: 'notes.txt' "),
    ],
)
def test_an_error_prints_one_sentence_and_sets_the_status(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    table("plain.csv", a=["Yes.", "No."])
    Path("notes.txt").write_text("x")
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith(message)
    assert error.count("\n") == 1
    assert '"' not in error[:10]
    assert not list(Path().glob("*.html"))


def test_an_unknown_command_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["viw", "x.csv"])
    assert stopped.value.code == 2
    assert "choose from" in capsys.readouterr().err
