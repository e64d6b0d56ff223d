"""Files that are there whole or not at all."""

import contextlib
import os
from pathlib import Path


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
        with open(unfinished, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    for folder, action in _listeners.items():
        if path.is_relative_to(folder):
            action(path)


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
