"""Where a training reads and writes."""

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

# Without the host's variables (somebody tries the image by hand) the one place that is always writable.
_OUTPUT_BY_HAND = "/tmp/orca-output"


@dataclass(frozen=True)
class Dataset:
    path: Path
    id: str
    version_hash: str


def dataset(fallback=None):
    """The dataset's folder, id and version. The fallback is a folder to use when the host names none."""
    path = os.environ.get("TRAINING_DATA_PATH") or fallback
    if not path:
        raise InputError("There is no dataset: set TRAINING_DATA_PATH to its folder.")
    if not Path(path).is_dir():
        raise InputError(f"The dataset's folder '{path}' does not exist.")
    return Dataset(Path(path), os.environ.get("TRAINING_DATASET_ID", ""),
                   os.environ.get("TRAINING_DATASET_VERSION_HASH", ""))


def output_path():
    """The folder for what this attempt produces. Nobody else writes there."""
    return _writable("ORCA_OUTPUT_PATH", os.environ.get("ORCA_OUTPUT_PATH") or _OUTPUT_BY_HAND)


def checkpoint_path():
    """The folder that later attempts of the same job find again; None when the host offers none."""
    path = os.environ.get("ORCA_CHECKPOINT_PATH")
    return _writable("ORCA_CHECKPOINT_PATH", path) if path else None


def _writable(variable, path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise InputError(f"{variable} is '{path}', which can't be made: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise InputError(f"{variable} is '{path}', which user {os.getuid()} may not write to.")
    return Path(path)
