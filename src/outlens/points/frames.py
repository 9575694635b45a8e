"""Tell frames from what an answer says: greetings, lead-ins, bare headings and closings."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from outlens.text.units import Units

_LEADS_IN = re.compile(r"[:\uff1a][\"'\u201d\u2019)*_]*\s*$")
_OPENS = re.compile(
    r"\W*(?:absolutely|ah|alright|as an ai|below (?:is|are)|certainly|great question|hello|here(?:['\u2019]s| is| are)"
    r"|hey|hi\b|i(?:['\u2019]d| would| am|['\u2019]m) (?:be )?(?:glad|happy)|of course|ok(?:ay)?\b|sure\b|yes\b[,!.]"
    r"|thank(?:s| you))",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\W*(?:best of luck|cheers|does (?:this|that) help|enjoy\b|feel free|good luck|happy \w+ing"
    r"|(?:i )?hope (?:this|that|it|these)|if you (?:have|need|want|would|'d)|is there anything|(?:please )?let me know"
    r"|would you like)",
    re.IGNORECASE,
)


def are_frames(units: Units) -> npt.NDArray[np.bool_]:
    """Return whether each row of the units looks like a frame.

    A frame is a heading that something else follows; a sentence that ends in a colon; a first sentence that greets or
    announces; a last one that takes leave; or what holds no word of letters. Greetings and leave-taking are recognised
    in English only.
    """
    n = len(units.text)
    first = np.diff(units.output, prepend=-1) != 0
    last = np.diff(units.output, append=units.n) != 0
    frames = np.zeros(n, bool)
    for i, (text, kind) in enumerate(zip(units.text, units.kind, strict=True)):
        if not any(map(str.isalpha, text)):
            frames[i] = True
        elif kind == "heading":
            frames[i] = first[i] != last[i] or not (last[i] or units.kind[i + 1] == "heading")
        elif kind == "sentence":
            frames[i] = (
                bool(_LEADS_IN.search(text))
                or (first[i] and not last[i] and bool(_OPENS.match(text)))
                or (last[i] and not first[i] and bool(_CLOSES.match(text)))
            )
    return frames
