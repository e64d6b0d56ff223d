"""Files that are there whole or not at all."""

import contextlib
import errno
import os
from pathlib import Path

from .errors import StorageError


@contextlib.contextmanager
def atomic_file(path, mode="wb", **options):
    """Opens a file for writing which gets its name only when it is complete and on the disk.

    A checkpoint is written over the last good one while the container may be killed at any moment: a
    reader sees the old one or the new one, never a half. The unfinished file has a fixed name, so that
    the next attempt writes over what a killed one left.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with needs_room(path), open(unfinished, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):  # What went wrong first is what is to be told.
            unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    for folder, action in _listeners.items():
        if path.is_relative_to(folder):
            action(path)


@contextlib.contextmanager
def needs_room(path):
    """Says in a sentence that a file found no room, whatever a library made of it."""
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        raise StorageError(f"There is no room for '{path}': the disk is full, or the training has written as much "
                           "as it may.") from None


def is_full(error):
    """Whether there was no room, at the bottom of it."""
    while error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        error = error.__cause__ or error.__context__
    return False


def when_written(folder, action):
    """From now on, whatever atomic_file() has written below the folder is handed to the action."""
    _listeners[Path(folder)] = action


_listeners = {}


def _sync_folder(folder):
    # The new name is an entry of the folder, and survives a power cut only when that is on the disk too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
