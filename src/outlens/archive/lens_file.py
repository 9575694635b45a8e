"""Write a lens as one file, and read it."""

from __future__ import annotations

import errno
import os
import warnings
from pathlib import Path

from outlens._files import check_target, replacing
from outlens.archive.container import NotReadable, Packer, Unpacker
from outlens.archive.frames import pack_frame
from outlens.archive.parts import Parts, is_kept, label, pack_parts, unpack_parts
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.tags.events import Event
from outlens.tags.session import Session


def check(path: str | os.PathLike[str], study: Study, tags: TagBook) -> None:
    """Raise ValueError if `save` would fail for what is known before anything is computed: path, tags and columns."""
    check_target(path, "lens")
    tags.check_open()
    # At 100 000 outputs this takes half a second, which is only worth it before a wait.
    if len(study.computed) < len(study.parts):
        pack_frame(study.outputs.frame, Packer())


def save(path: str | os.PathLike[str], study: Study, state: LensState, tags: TagBook) -> Path:
    """Write the study, state and tags of a lens with `write`; warn if prompts are left that need its model."""
    computed, count = len(study.computed), len(study.parts)
    if computed < count and study.vectors is None and not is_kept(study.engine.model):
        warnings.warn(
            f"the file holds the clusters of {computed} of {count} prompts, and not the model; call lens.prepare()"
            " before you save to have all of them.",
            stacklevel=3,
        )
    with state.lock:
        tags.check_open()
        parts = Parts(
            outputs=study.outputs,
            vectors=study.vectors,
            xy=study.xy,
            model=study.engine.model,
            seed=study.engine.seed,
            lands=study.landscapes(),
            layers=state.layers,
            events=events_of(tags.session),
            prompt=state.prompt,
            granularity=float(state.granularity),
            selection=state.selection,
            view=state.view,
        )
        return write(path, parts)


def write(path: str | os.PathLike[str], parts: Parts) -> Path:
    """Write the parts of a lens, whole or not at all; the same parts give the same bytes. Return the path.

    Raises
    ------
    ValueError
        If a column (named in the message) holds values that a file cannot hold without code, or no file can be written
        at the path.
    """
    packer = Packer()
    with replacing(path, "lens") as file:
        pack_parts(parts, packer)
        seed = None if parts.seed is None else int(parts.seed)
        parameters = {"model": label(parts.model), "seed": seed, "own_vectors": parts.vectors is not None}
        packer.write(file, parameters)
        file.flush()
        try:
            with Path(file.name).open("rb") as written:
                unpack_parts(Unpacker(written, "it"))
        except Exception as error:
            # Better to fail now than when the file is opened.
            raise ValueError(f"this lens cannot be saved: it would not open again ({_reason(error)}).") from error
    return Path(path)


def read(path: str | os.PathLike[str]) -> Parts:
    """Read a file that `write` wrote, in this or an earlier version. Nothing in the file is executed.

    Raises
    ------
    ValueError
        If the file does not exist, is of another kind or damaged, or was written by a newer outlens.
    """
    name = repr(str(path))
    if not Path(path).is_file():
        raise ValueError(f"the file {name} does not exist; give the path of a file written by lens.save.")
    try:
        with Path(path).open("rb") as file:
            return unpack_parts(Unpacker(file, name))
    except NotReadable as error:
        raise ValueError(f"{error} The file is left as it is.") from None
    except Exception as error:
        # A damaged or forged file can fail in any library that reads it; EINVAL is an offset before its beginning.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise ValueError(f"{name} could not be read: {error.strerror or error}.") from error
        raise ValueError(
            f"{name} is damaged or cut off ({_reason(error)}); use a copy of it, or save the lens again. The file is"
            " left as it is."
        ) from error


def events_of(session: Session) -> list[Event]:
    """Return the events about the outputs of a session in order, including those that are not on disk yet.

    Undo and redo are included only for these events, and definitions of tags always.
    """
    session.retry()
    known = session.events()
    gestures = {event.gesture for event in known if event.action not in ("undo", "redo")}
    gestures |= {gesture.gesture for gesture in session.pending}
    kept = [event for event in known if event.action not in ("undo", "redo") or event.value in gestures]
    return kept + session.waiting(max((event.time for event in kept), default=0))


def _reason(error: Exception) -> str:
    reason = str(error).splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    return reason[:200]
