"""Write judgements as Label Studio tasks, and read them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from outlens.tags._json import Location, by_output, exported_by, keys_of, prompt_and_text, read_records, write_json
from outlens.tags.events import new_id
from outlens.tags.judgements import Judgement


def write_label_studio(path: Location, judgements: Iterable[Judgement] | pd.DataFrame) -> Path:
    """Write tasks with annotations for Label Studio (JSON of version 1.x) atomically.

    The labeling configuration of the project must have `<Text name="text" value="$text"/>`,
    `<Choices name="tags" toName="text" choice="multiple">`, `<TextArea name="note" toName="text"/>`,
    `<Choices name="star" toName="text">` with the one choice `star`, and `<TextArea name="annotator" toName="text"/>`.
    The annotator is a text because `completed_by` accepts only the ids of Label Studio users.

    Examples
    --------
    `ol.tags.write_label_studio("judged.json", lens.judgements())`
    """
    tasks: list[dict[str, Any]] = []
    for judged in by_output(judgements):
        data = {"key": judged[0].key, "prompt": judged[0].prompt, "text": judged[0].text}
        tasks.append({"data": data, "annotations": [{"result": _results(judgement)} for judgement in judged]})
    return write_json(path, tasks)


def _results(judgement: Judgement) -> list[dict[str, Any]]:
    results = [_result("annotator", "textarea", "text", [judgement.annotator])]
    if judgement.tags:
        results.append(_result("tags", "choices", "choices", list(judgement.tags)))
    if judgement.note:
        results.append(_result("note", "textarea", "text", [judgement.note]))
    if judgement.star:
        results.append(_result("star", "choices", "choices", ["star"]))
    return results


def _result(name: str, kind: str, field: str, value: list[str]) -> dict[str, Any]:
    return {"id": new_id()[:10], "from_name": name, "to_name": "text", "type": kind, "value": {field: value}}


def read_label_studio(path: Location) -> list[Judgement]:
    """Read the JSON export of Label Studio, or a file that `write_label_studio` wrote.

    Tags are the choices named `tags`, notes the text area `note`. The annotator is the text area `annotator`, else the
    email address or number in `completed_by`. A task without `key` in its data gets the key of its prompt and text.
    Skipped annotations and predictions are left out.

    Raises
    ------
    ValueError
        If the file is not JSON of this form.
    """
    tasks = read_records(path)
    with exported_by("Label Studio", path):
        pairs = [prompt_and_text(task["data"]) for task in tasks]
        task_keys = keys_of([task["data"].get("key") for task in tasks], pairs)
        return [
            _judgement(annotation, key, prompt, text)
            for task, key, (prompt, text) in zip(tasks, task_keys, pairs, strict=True)
            for annotation in task.get("annotations", [])
            if not annotation.get("was_cancelled")
        ]


def _judgement(annotation: dict[str, Any], key: str, prompt: str, text: str) -> Judgement:
    answers: dict[str, list[str]] = {"tags": [], "note": [], "star": [], "annotator": []}
    for result in annotation["result"]:
        value = result["value"].get("choices", result["value"].get("text", []))
        answers.setdefault(result["from_name"], []).extend([value] if isinstance(value, str) else value)
    user = annotation.get("completed_by", "")
    user = user.get("email", user.get("id", "")) if isinstance(user, dict) else user
    annotator = answers["annotator"][0] if answers["annotator"] else str(user)
    tags, note = tuple(dict.fromkeys(answers["tags"])), "\n".join(answers["note"])
    return Judgement(key, text, prompt, annotator, tags, note, bool(answers["star"]))
