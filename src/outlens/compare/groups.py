"""Which group each output is in, within which prompt, and which groups are compared with which."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from outlens._errors import hint
from outlens.text.distinctive import check_two, labels

Int64s = npt.NDArray[np.int64]

FEW_PROMPTS = 5
"""With fewer prompts, intervals are over outputs: so few prompts cannot stand for others."""

FEW = 3
"""Groups with fewer outputs are not tested: no labels of theirs would be improbable enough."""

REST = -1
"""The code of all groups but one."""


class Groups(NamedTuple):
    """n outputs in groups, within prompts."""

    codes: Int64s
    """(n,): the group of each output, -1 for those in none."""
    names: list[Any]
    """The labels, sorted."""
    block: Int64s
    """(n,): the prompt of each output; -1 for outputs in no group whose prompt is missing."""
    prompts: list[Any]
    """The prompts, sorted; [None] if none were given."""

    @property
    def unit(self) -> str:
        """What intervals are over: "prompts" if labelled outputs have at least 5 of them, else "outputs"."""
        used = np.unique(self.block[self.codes >= 0])
        return "prompts" if len(used) >= FEW_PROMPTS else "outputs"

    def sizes(self) -> Int64s:
        """Count the outputs in each group."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    def cells(self) -> Int64s:
        """Count the outputs in each group (row) and prompt (column)."""
        kept, width = self.codes >= 0, len(self.prompts)
        cell = self.codes[kept] * width + self.block[kept]
        return np.bincount(cell, minlength=len(self.names) * width).reshape(-1, width)


def grouped(groups: Iterable[Any], n: int, prompts: Iterable[Any] | None = None, *, fewest: int = 1) -> Groups:
    """Check the labels of n outputs and number them.

    Parameters
    ----------
    groups : n labels, such as a model. Outputs whose label is None or NaN are in no group.
    n : the number of outputs.
    prompts : n values, the prompt of each output; None if all have the same.
    fewest : how many groups there must be at least: 1 or 2.

    Raises
    ------
    TypeError
        If a label is not hashable.
    ValueError
        If there is not one label per output, an output in a group has no prompt, or there are too few groups.

    Examples
    --------
    >>> made = grouped(["b", "a", None, "b"], 4)
    >>> made.names, made.codes.tolist(), made.sizes().tolist()
    (['a', 'b'], [1, 0, -1, 1], [1, 2])
    """
    codes, names = labels(groups, n, "groups")
    block, blocks = np.zeros(n, np.int64), [None]
    if prompts is not None:
        block, blocks = labels(prompts, n, "prompts")
        if len(missing := np.flatnonzero((block < 0) & (codes >= 0))):
            raise ValueError(f"prompts[{missing[0]}] is missing; give a value for each output.")
    if fewest > 1:
        check_two(names)
    elif not names:
        raise ValueError("groups holds no label; give at least one that is not None or NaN.")
    return Groups(codes, names, block, blocks)


def comparisons(groups: Groups, against: Hashable = "pairs") -> list[tuple[int, int]]:
    """Return the codes of the groups to compare, the other one being `REST` for all groups but the first.

    Parameters
    ----------
    against : "pairs" for every two groups, "rest" for each group and all other outputs, or the label of the baseline,
        for each other group and the baseline.

    Raises
    ------
    ValueError
        If `against` is no label, or could be both a label and one of the words.

    Examples
    --------
    >>> comparisons(grouped(["a", "b", "c"], 3), "b")
    [(0, 1), (2, 1)]
    """
    count = len(groups.names)
    known = next((code for code, name in enumerate(groups.names) if name == against), None)
    if against in ("pairs", "rest"):
        if known is not None:
            raise ValueError(f"a group is called {against!r}, which is also a value of against; rename the group.")
        if against == "rest":
            return [(code, REST) for code in range(count)]
        return [(one, other) for one in range(count) for other in range(one + 1, count)]
    if known is None:
        raise ValueError(
            f'against is {against!r}; give "pairs", "rest" or a label: {hint(against, groups.names, "groups")}'
        )
    return [(code, known) for code in range(count) if code != known]


def name_of(groups: Groups, code: int) -> Any:
    """Return the label of a code of `comparisons`; that of `REST` is "rest"."""
    return "rest" if code == REST else groups.names[code]


def repeated(labels: list[Any], times: list[int]) -> npt.NDArray[np.object_]:
    """Return a column of labels, each several times; numpy alone would take tuples apart."""
    column = np.empty(len(labels), object)
    column[:] = labels
    return np.repeat(column, times)


def too_few(counts: Iterable[tuple[Any, int]], least: int) -> str:
    """Return the note for groups with fewer outputs than a measure needs; "" if all have enough.

    Examples
    --------
    >>> too_few([("gpt", 1), ("claude", 7)], 2)
    "too few: 1 output in 'gpt'"
    """
    parts = [f"{n} output{'s' if n != 1 else ''} in {name!r}" for name, n in counts if n < least]
    return f"too few: {', '.join(parts)}" if parts else ""
