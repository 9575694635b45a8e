"""Write judgements as Argilla records, and read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from outlens.tags._json import Location, by_output, exported_by, keys_of, prompt_and_text, read_records, write_json
from outlens.tags.judgements import Judgement


def write_argilla(
    path: Location, judgements: Iterable[Judgement] | pd.DataFrame, users: Mapping[str, str] | None = None
) -> Path:
    """Write records for Argilla (2.x, the JSON of `dataset.records.to_json`) atomically.

    The fields are `prompt` and `text`, the questions `tags` (several labels), `note` (text) and `star` (a label
    `star`). The names of the annotators are in the metadata `annotators`, which the server must allow
    (`allow_extra_metadata`). Argilla servers refuse an answer without a label; the file still holds such judgements,
    and `read_argilla` reads them.

    Parameters
    ----------
    path : path
    judgements : iterable of Judgement
        As `lens.judgements()` returns.
    users : mapping of str to str, optional
        The UUID of each annotator on the server. An annotator without one gets a UUID made from the name.
    """
    records = []
    for judged in by_output(judgements):
        responses: dict[str, list[dict[str, Any]]] = {"tags": []}
        names = []
        for judgement in judged:
            user = (users or {}).get(judgement.annotator) or str(
                uuid5(NAMESPACE_URL, judgement.annotator.encode("utf-8", "surrogatepass").hex())
            )
            names.append(f"{user} {judgement.annotator}")
            responses["tags"].append({"value": list(judgement.tags), "user_id": user})
            if judgement.note:
                responses.setdefault("note", []).append({"value": judgement.note, "user_id": user})
            if judgement.star:
                responses.setdefault("star", []).append({"value": "star", "user_id": user})
        fields = {"prompt": judged[0].prompt, "text": judged[0].text}
        record = {"id": judged[0].key, "fields": fields, "metadata": {"annotators": names}, "suggestions": {}}
        records.append({**record, "responses": responses, "vectors": {}})
    return write_json(path, records)


def read_argilla(path: Location, users: Mapping[str, str] | None = None) -> list[Judgement]:
    """Read records of Argilla 2.x (`dataset.records.to_json`), or a file that `write_argilla` wrote.

    The id of a record is the key. The name of an annotator comes from `users` (name to UUID) or from the metadata
    `annotators`; otherwise it is the UUID.

    Raises
    ------
    ValueError
        If the file is not JSON of this form.
    """
    records = read_records(path)
    with exported_by("Argilla", path):
        pairs = [prompt_and_text(record["fields"]) for record in records]
        record_keys = keys_of([record.get("id") for record in records], pairs)
        return [
            judgement
            for record, key, (prompt, text) in zip(records, record_keys, pairs, strict=True)
            for judgement in _judgements(record, key, prompt, text, users or {})
        ]


def _judgements(
    record: dict[str, Any], key: str, prompt: str, text: str, users: Mapping[str, str]
) -> Iterable[Judgement]:
    names = dict(name.split(" ", 1) for name in (record.get("metadata") or {}).get("annotators", []))
    names.update({user: name for name, user in users.items()})
    answers: dict[str, dict[str, Any]] = {}
    for question in ("tags", "note", "star"):
        for response in record["responses"].get(question, []):
            answers.setdefault(response["user_id"], {})[question] = response["value"]
    for user, answer in answers.items():
        tags = answer.get("tags") or []
        tags = (tags,) if isinstance(tags, str) else tuple(dict.fromkeys(tags))
        note, star = answer.get("note") or "", bool(answer.get("star"))
        yield Judgement(key, text, prompt, names.get(user, user), tags, note, star)
