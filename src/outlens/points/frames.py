"""Tell frames from what an answer says: greetings, lead-ins, bare headings and closings."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from outlens.text.units import Units

_LEADS_IN = re.compile(r"[:\uff1a][\"'\u201d\u2019)*_]*\s*$")
_OPENS = re.compile(
    r"\W*(?:absolutely|alright|as an ai|below (?:is|are)|certainly|great question|hello"
    r"|here(?:['\u2019]s| is| are) (?:a|an|some|the|my|one|two|three|four|five|\d+)|hey|hi"
    r"|i(?:['\u2019]d| would| am|['\u2019]m) (?:be )?(?:glad|happy)|of course|ok(?:ay)?|sure|thank(?:s| you))\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\W*(?:best of luck|cheers|does (?:this|that) help|enjoy (?:your|it|the)|feel free|good luck"
    r"|(?:i )?hope (?:this|that|it|these)|is there anything|(?:please )?let me know|would you like"
    r"|if you (?:have|need|want|would like|['\u2019]d like)\b.*\b(?:ask|help|know|questions?))\b",
    re.IGNORECASE,
)


def are_frames(units: Units) -> npt.NDArray[np.bool_]:
    """Return whether each row of the units looks like a frame.

    A frame is a heading that something else follows; a sentence that ends in a colon; a first sentence that greets or
    announces; a last one that takes leave; or, beside others, what holds no word of letters. Greetings and
    leave-taking are recognised in English only.
    """
    n = len(units.text)
    first = np.diff(units.output, prepend=-1) != 0
    last = np.diff(units.output, append=units.n) != 0
    frames = np.zeros(n, bool)
    for i, (text, kind) in enumerate(zip(units.text, units.kind, strict=True)):
        if kind != "code" and not any(map(str.isalpha, text)):
            frames[i] = not (first[i] and last[i])
        elif kind == "heading":
            frames[i] = first[i] != last[i] or not (last[i] or units.kind[i + 1] == "heading")
        elif kind == "sentence":
            frames[i] = (
                bool(_LEADS_IN.search(text))
                or (first[i] and not last[i] and bool(_OPENS.match(text)))
                or (last[i] and not first[i] and bool(_CLOSES.match(text)))
            )
    return frames
