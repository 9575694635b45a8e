"""Find the row that an event is about: keys that identify an output even if the rows around it change.

The key of an output in the log is one of

    id:<id>                              with `id=`
    text:<hash>                          the first output with this prompt and text; no columns were known
    text:<hash>#2                        the second one
    text:<hash>/<columns>                the only output with this prompt and text
    text:<hash>#2/<columns>              the second one with this prompt and text, and these <columns>
    text:<hash>#2/<columns>#2            the second one that is also alike in all its columns

`<columns>` has three sections, separated by colons: source columns (`by=`), columns with few or whole values, and
columns of fractions. A section has ten characters for each column: four for the hash of its name and six for that of
the value; `......` means a missing value. Each column is hashed separately, so columns can be added, removed or moved
between the sections.

An output has one current key, but the log may hold older ones: its columns changed, or the events come from another
frame. `Keys.resolve` finds the row for an older key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from outlens.tags.columns import no_collection
from outlens.tags.describe import FRACTIONS, MISSING, NAME, OTHER, SOURCE, describe
from outlens.tags.events import keys as plain_keys
from outlens.tags.parsed_keys import Comparison, ParsedKey, body_of, cells_of, compare, parse, stem_of

FEW = 64
"""Renamed columns are not searched for among more equal outputs than this."""


def identify(
    texts: Sequence[str],
    prompts: Sequence[str] | None = None,
    ids: Iterable[Hashable] | None = None,
    columns: Mapping[Any, Sequence[Any]] | None = None,
    sources: Iterable[Any] = (),
    no_prompt: str | None = None,
) -> Keys:
    """Return the keys of outputs, which can also find an output by its earlier keys.

    Parameters
    ----------
    texts : sequence of str, length n
    prompts : sequence of str, length n, optional
        The prompt of each output.
    ids : iterable, length n, optional
        Your own identifiers. If given, texts and columns are not used.
    columns : mapping of name to sequence of length n, optional
        The other columns of the rows, which distinguish equal outputs.
    sources : iterable of names, optional
        Columns of `columns` with the source of each output (`by=`): outputs with different sources are different.
    no_prompt : str, optional
        The value in `prompts` for outputs without a prompt. A key made without a prompt finds these outputs too.

    Raises
    ------
    ValueError
        If lengths differ, or two ids are equal or print alike.

    Examples
    --------
    >>> then = identify(["Yes.", "Yes."], columns={"model": ["a", "b"]})
    >>> now = identify(["No.", "Yes."], columns={"model": ["b", "b"]})
    >>> [now.position(key) for key in then.keys]
    [None, 1]
    """
    if ids is not None:
        return Keys(plain_keys(texts, prompts, ids))
    plain = plain_keys(texts, prompts)
    stems = [key.partition("#")[0] for key in plain]
    other_stems: dict[str, str] = {}
    if prompts is not None and no_prompt is not None:
        rows = [row for row, prompt in enumerate(prompts) if prompt == no_prompt]
        without = plain_keys([texts[row] for row in rows])
        known = set(stems)
        pairs = zip(without, rows, strict=True)
        other_stems = {key: stems[row] for key, row in pairs if "#" not in key and key not in known}
    for name, cells in (columns or {}).items():
        if len(cells) != len(texts):
            raise ValueError(
                f"{len(texts)} texts but {len(cells)} cells in column {name!r}; give one cell for each text."
            )
    described = describe(stems, columns or {}, set(sources))
    if not described:
        return Keys(plain, stems, other_stems=other_stems)
    sections = []
    for kind in (SOURCE, OTHER, FRACTIONS):
        of_kind = [[name + value for value in c.values] for name, c in described if c.kind == kind]
        sections.append(list(map("".join, zip(*of_kind, strict=True))) if of_kind else [""] * len(texts))
    bodies = [f"{a}:{b}:{c}" for a, b, c in zip(*sections, strict=True)]
    count = Counter(stems)
    place: Counter[str] = Counter()
    rank: Counter[tuple[str, str]] = Counter()
    keys = []
    for stem, body in zip(stems, bodies, strict=True):
        if count[stem] == 1:
            keys.append(f"{stem}/{body}")
            continue
        place[stem] += 1
        rank[stem, body] += 1
        k = rank[stem, body]
        keys.append(f"{stem}#{place[stem]}/{body}" + (f"#{k}" if k > 1 else ""))
    names = {name: column.label for name, column in described}
    varying = frozenset(name for name, column in described if column.varies)
    return Keys(keys, stems, names, varying, other_stems)


class Keys:
    """The keys of the outputs of one frame, and the row for each key of the log.

    Parameters
    ----------
    keys : sequence of str
        The current key of each output; they must be distinct.
    stems : sequence of str, optional
        The key of each output without its columns. Without stems, only current keys are found.
    columns : mapping, optional
        Hash of each column that the keys describe -> its name.
    varying : set of str, optional
        Hashes of the columns that have more than one value here.
    other_stems : mapping, optional
        Alternative stems of the outputs -> their stems.

    Attributes
    ----------
    keys : list of str
        The keys for new events.
    columns : mapping of str to str
        Hash of each column that the keys describe -> its name.
    """

    def __init__(
        self,
        keys: Sequence[str],
        stems: Sequence[str] = (),
        columns: Mapping[str, str] | None = None,
        varying: frozenset[str] = frozenset(),
        other_stems: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.keys = list(keys)
        self.columns = columns or {}
        self._varying = varying
        self._stems = stems
        self._other_stems = other_stems
        self._positions: dict[str, int | None] = {key: i for i, key in enumerate(self.keys)}
        self._settled: set[str] = set()
        self._equals: dict[str, _Equals] = {}
        # Keys matched by `_match_unchanged`, by their stem, until another key needs a comparison.
        self._unchanged: dict[str, list[str]] = {}
        self._by_order: set[int] = set()
        self._refused: dict[str, tuple[str, ...]] = {}

    def after(self, before: Sequence[str]) -> Keys:
        """Return keys of the same rows in which the first ones keep the keys that they had without the others.

        The key of an output depends on whether there is an equal one. In the log, both keys of a row mean this row.

        Parameters
        ----------
        before : sequence of str
            The keys that the first rows had without the others.
        """
        keys = [*before, *self.keys[len(before) :]]
        made = Keys(keys, self._stems, self.columns, self._varying, self._other_stems)
        for row, key in enumerate(self.keys[: len(before)]):
            made._positions.setdefault(key, row)
        return made

    def position(self, key: str) -> int | None:
        """Return the row for a key of the log; None if the output is not here."""
        self.resolve([key])
        return self._positions.get(key)

    def resolve(self, keys: Iterable[str]) -> dict[str, str]:
        """Find the rows for keys of the log.

        Pass all known keys at once if possible: then different outputs are never resolved to the same row.

        Returns
        -------
        dict
            Key of the log -> current key of its output, for the outputs that are here.
        """
        if not self._stems:
            return {key: key for key in keys if key in self._positions}
        wanted = list(keys)
        older: dict[str, list[str]] = {}
        for key in wanted:
            if key in self._settled:
                continue
            self._settled.add(key)
            row = self._positions.setdefault(key, None)
            stem = stem_of(key) if row is None else self._stems[row]
            stem = self._other_stems.get(stem, stem)
            if stem in self._rows and (row is None or len(self._rows[stem]) > 1):
                older.setdefault(stem, []).append(key)
        with no_collection():
            self._match_unchanged(older)
            for stem, of_stem in older.items():
                self._resolve(stem, of_stem)
        return {key: self.keys[row] for key in wanted if (row := self._positions[key]) is not None}

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user about the resolved keys, one sentence each."""
        sentences = []
        if n := len(self._by_order):
            sentences.append(
                f"{n} tagged output{'s' if n > 1 else ''} cannot be distinguished from others with the same text, so"
                f" {'their' if n > 1 else 'its'} tags follow the order of the rows; pass id= to distinguish equal"
                " outputs."
            )
        for names, n in Counter(self._refused.values()).items():
            # It cannot be known whether a row was left out or changed.
            are, a_row, s = ("are", "rows", "s") if n > 1 else ("is", "a row", "")
            columns = f"another value in column {names[0]!r}; if only that changed"
            if len(names) > 1:
                columns = f"other values in columns {', '.join(map(repr, names))}; if only those changed"
            sentences.append(
                f"{n} tagged output{s} of the store {are} not among these rows: {a_row} with the same text {are}, but"
                f" with {columns}, pass id= to keep the tag{s}."
            )
        return sentences

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The rows of each prompt and text."""
        rows: dict[str, list[int]] = {}
        for row, stem in enumerate(self._stems):
            rows.setdefault(stem, []).append(row)
        return rows

    @cached_property
    def _cells(self) -> list[list[str]]:
        """The cells described by the current key of each row."""
        return list(map(cells_of, self.keys))

    def _match_unchanged(self, older: dict[str, list[str]]) -> None:
        """Match the keys that agree with one row in all columns that both describe; remove them from `older`.

        If a column was added or removed, these are nearly all keys. `_match` would find the same rows one by one.
        """
        # Columns that a key describes -> its values in those that are here too -> keys.
        groups: dict[tuple[str, ...], dict[str, list[tuple[str, str]]]] = {}
        for stem, keys in older.items():
            if stem in self._equals or stem in self._unchanged:
                continue
            for key in keys:
                if self._positions[key] is not None:
                    continue
                cells = cells_of(key)
                if not cells and ("#" in key or len(self._rows[stem]) > 1):
                    continue
                names = tuple(sorted(cell[:NAME] for cell in cells))
                says = stem + "".join(sorted(cell for cell in cells if cell[:NAME] in self.columns))
                groups.setdefault(names, {}).setdefault(says, []).append((stem, key))
        matched: dict[str, set[str]] = {}
        for names, keys_of in groups.items():
            shared = self.columns.keys() & set(names)
            for says, row in self._rows_that_say(shared, {pair[0][0] for pair in keys_of.values()}).items():
                of_row = keys_of.get(says, [])
                if row is None or len(of_row) != 1:
                    continue
                ((stem, key),) = of_row
                if len(shared) == len(names) == len(self.columns) and self.keys[row] in self._settled:
                    # That row may be another output, already logged under the row's current key.
                    continue
                self._positions[key] = row
                self._unchanged.setdefault(stem, []).append(key)
                matched.setdefault(stem, set()).add(key)
        for stem, of_stem in matched.items():
            older[stem] = [key for key in older[stem] if key not in of_stem]
            if not older[stem]:
                del older[stem]

    def _rows_that_say(self, names: Collection[str], stems: Collection[str]) -> dict[str, int | None]:
        """Return the rows of some stems by their values in some columns; None if several rows have them."""
        rows: dict[str, int | None] = {}
        for stem in stems:
            for row in self._rows[stem]:
                says = stem + "".join(sorted(cell for cell in self._cells[row] if cell[:NAME] in names))
                rows[says] = None if says in rows else row
        return rows

    def _resolve(self, stem: str, keys: list[str]) -> None:
        """Resolve keys of one prompt and text."""
        if stem not in self._equals:
            self._equals[stem] = _Equals({row: self.keys[row] for row in self._rows[stem]})
            for key in self._unchanged.pop(stem, []):
                # Claim the row that was found without a comparison.
                self._match(self._equals[stem], key, parse(key))
        equals = self._equals[stem]
        older = []
        for key in keys:
            row = self._positions[key]
            if row is None:
                older.append((key, parse(key)))
            elif equals.alike[body_of(key)] > 1:
                self._by_order.add(row)
        if not older:
            return
        # A current key is its row; the other keys share the remaining rows.
        if len(equals.order) > 1:
            for row, now in equals.rows.items():
                if self.keys[row] in self._settled:
                    self._choice(equals, now).taken.add(row)
        for key, then in sorted(older, key=lambda pair: (pair[1].place, pair[1].rank, pair[0])):
            self._positions[key] = row = self._match(equals, key, then)
            if row is not None and self._refused:
                self._refused.pop(key, None)

    def _match(self, equals: _Equals, key: str, then: ParsedKey) -> int | None:
        rows = equals.order
        if not then.cells and self.columns and (then.place or len(rows) > 1):
            # The log had no columns. The key may mean any of these rows, and there may have been others.
            row = rows[max(then.place, 1) - 1] if then.place <= len(rows) and len(rows) > 1 else None
            if row is not None:
                self._by_order.add(row)
            return row
        if then.place == 0 and len(rows) == 1:
            now = equals.rows[rows[0]]
            if then.cells.items() <= now.cells.items():
                return rows[0]
            compared = compare(then, now, self._varying)
            if compared.same_but_changed:
                return rows[0]
            # The text occurred once then and now, so it is the same output, unless the source differs.
            if not compared.other_source:
                self._refused.setdefault(key, tuple(self.columns[name] for name in compared.differing))
            return None
        choice = self._choice(equals, then)
        if not choice.candidates and len(rows) <= FEW:
            for now in equals.rows.values():
                self._refuse(key, compare(then, now, self._varying))
        row = choice.pick(self._preferred(then, equals, choice), shared=then.place == 0)
        if row is not None and len(choice.candidates) > 1:
            self._by_order.add(row)
        return row

    def _choice(self, equals: _Equals, then: ParsedKey) -> _Choice:
        """Return the candidate rows of an output, shared by the keys with the same values in this frame's columns."""
        signature = frozenset(then.cells), frozenset(c for c in then.cells.items() if c[0] in self.columns)
        few = len(equals.order) <= FEW
        gone = frozenset(then.cells.items() - signature[1]) if few else frozenset()
        if (signature, gone) not in equals.choices:
            ranked = []
            for row in equals.near(then, self.columns):
                compared = compare(then, equals.rows[row], self._varying, renamed=few)
                if not compared.differing:
                    ranked.append((compared.ranking, row))
            best = min(ranked, default=((0, 0), 0))[0]
            candidates = [row for ranking, row in ranked if ranking == best]
            # A value that appears in a column of another name may be chance.
            others = [row for ranking, row in ranked if ranking[0] == best[0] and ranking != best]
            taken = equals.taken.setdefault(signature, set())
            equals.choices[signature, gone] = _Choice(candidates, others, taken)
        return equals.choices[signature, gone]

    def _preferred(self, then: ParsedKey, equals: _Equals, choice: _Choice) -> int | None:
        """Return the row with the same place among its equals as the output had."""
        if then.cells and then.cells.keys() <= self.columns.keys():
            return choice.candidates[then.rank - 1] if then.rank <= len(choice.candidates) else None
        place = max(then.place, 1)
        return equals.order[place - 1] if place <= len(equals.order) else None

    def _refuse(self, key: str, compared: Comparison) -> None:
        """Remember an output that may be here with changes; one from another source is a different output."""
        if not compared.other_source and compared.agree >= len(compared.differing) > 0:
            self._refused.setdefault(key, tuple(self.columns[name] for name in compared.differing))


class _Equals:
    """The rows of one prompt and text."""

    def __init__(self, keys: dict[int, str]) -> None:
        self._keys = keys
        self.order = list(keys)
        self.alike = Counter(map(body_of, keys.values()))
        self.choices: dict[Hashable, _Choice] = {}
        self.taken: dict[Hashable, set[int]] = {}

    @cached_property
    def rows(self) -> dict[int, ParsedKey]:
        return {row: parse(key) for row, key in self._keys.items()}

    @cached_property
    def _holders(self) -> dict[tuple[str, str], list[int]]:
        """Column and value -> rows."""
        holders: dict[tuple[str, str], list[int]] = {}
        for row, key in self.rows.items():
            for cell in key.cells.items():
                holders.setdefault(cell, []).append(row)
        return holders

    def near(self, then: ParsedKey, columns: Mapping[str, str]) -> list[int]:
        """Return rows that may agree with a key in every column: all, or those of the most selective column."""
        if len(self.order) <= FEW:
            return self.order
        holders = self._holders
        fewest, names = len(self.order), None
        fractions = then.fractions | self.rows[self.order[0]].fractions
        for name, value in then.cells.items():
            if name not in columns or value == MISSING or name in fractions:
                continue
            count = len(holders.get((name, value), ())) + len(holders.get((name, MISSING), ()))
            if count < fewest:
                fewest, names = count, (name, value)
        if names is None:
            return self.order
        return sorted([*holders.get(names, ()), *holders.get((names[0], MISSING), ())])


class _Choice:
    """Rows that cannot be distinguished; each is assigned to one output."""

    def __init__(self, candidates: list[int], others: list[int], taken: set[int]) -> None:
        self.candidates = candidates
        self.members = frozenset(candidates)
        self.taken = taken
        self._left = iter(candidates + others)

    def pick(self, preferred: int | None, shared: bool) -> int | None:
        """Return a free row, if possible the preferred one; with `shared`, it need not be free."""
        row = preferred if preferred in self.members else None
        if shared and self.candidates:
            return self.candidates[0] if row is None else row
        if row is None or row in self.taken:
            row = next((row for row in self._left if row not in self.taken), None)
        if row is not None:
            self.taken.add(row)
        return row
