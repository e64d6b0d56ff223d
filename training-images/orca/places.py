"""Where a training reads and writes: always folders. What the host keeps on S3 comes to a folder and goes
from a folder; the training need not know."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import s3
from .checkpointing import Checkpoints
from .checkpointing.index import FILE as INDEX
from .checkpointing.places import FolderPlace, ObjectPlace
from .checkpointing.rule import LAST, Rule
from .checkpointing.store import Store
from .errors import InputError, StorageError
from .files import when_written
from .lines import log
from .s3 import fetching
from .s3.place import Place, is_address

# Without the host's variables (somebody tries the image by hand) the one place that is always writable.
_OUTPUT_BY_HAND = "/tmp/orca-output"


@dataclass(frozen=True)
class Dataset:
    path: Path
    id: str
    version_hash: str


def dataset(fallback=None):
    """The dataset's folder, id and version. The fallback is a folder to use when the host names none. From
    S3 the files are downloaded at the first call, each of them verified."""
    path = os.environ.get("TRAINING_DATA_PATH") or fallback
    version = os.environ.get("TRAINING_DATASET_VERSION_HASH", "")
    if not path:
        raise InputError("There is no dataset: set TRAINING_DATA_PATH to its folder.")
    if bucket := os.environ.get("TRAINING_DATA_BUCKET"):
        path = _dataset_from(Place.of("data", bucket, path), version)
    if not Path(path).is_dir():
        raise InputError(f"The dataset's folder '{path}' does not exist.")
    return Dataset(Path(path), os.environ.get("TRAINING_DATASET_ID", ""), version)


def model():
    """The folder of the model that this job was given, such as one to evaluate; None without one. From S3 its
    files are downloaded at the first call, each of them verified."""
    path = os.environ.get("ORCA_MODEL_PATH")
    if not path:
        return None
    if is_address(path):
        return _model_from(Place.at("model", "ORCA_MODEL_PATH", path), os.environ.get("ORCA_MODEL_FILES", ""))
    if not Path(path).is_dir():
        raise InputError(f"The model's folder '{path}' does not exist.")
    return Path(path)


def output_path():
    """The folder for what this attempt produces. Nobody else writes there. With S3 a file goes up when it is
    announced as an artifact, and what else is there when run() ends well."""
    if place := output_place():
        return _writable("ORCA_OUTPUT_PATH", fetching.scratch("output"))
    return _writable("ORCA_OUTPUT_PATH", os.environ.get("ORCA_OUTPUT_PATH") or _OUTPUT_BY_HAND)


def checkpoint_path():
    """The folder that later attempts of the same job find again; None when the host offers none. With S3 it
    is filled at the first call, and what atomic_file() writes there goes up at once."""
    path = os.environ.get("ORCA_CHECKPOINT_PATH")
    if not path:
        return None
    if is_address(path):
        return _checkpoint_from(path)
    return _writable("ORCA_CHECKPOINT_PATH", path)


def checkpoints():
    """The job's checkpoints, kept by the host's rule: see Checkpoints."""
    rule = Rule.parse(os.environ.get("ORCA_CHECKPOINT_KEEP") or LAST)
    path = os.environ.get("ORCA_CHECKPOINT_PATH")
    return Checkpoints(_checkpoint_store(path) if path else None, rule)


def output_place():
    """The output's place on S3; None when it is a folder."""
    path = os.environ.get("ORCA_OUTPUT_PATH", "")
    return Place.at("output", "ORCA_OUTPUT_PATH", path) if is_address(path) else None


def on_s3():
    """Whether any of the places is there."""
    return bool(os.environ.get("TRAINING_DATA_BUCKET")) or any(
        is_address(os.environ.get(name, "")) for name in ("ORCA_MODEL_PATH", "ORCA_OUTPUT_PATH", "ORCA_CHECKPOINT_PATH"))


@cache
def _dataset_from(place, version):
    return fetching.dataset(s3.access(), place, version)


@cache
def _model_from(place, files):
    try:
        listed = [fetching.File(file["name"], int(file["size"]), file["sha256"]) for file in json.loads(files)]
    except (ValueError, KeyError, TypeError):
        raise InputError("ORCA_MODEL_FILES must be a JSON list of objects with name, size and sha256.") from None
    folder = fetching.scratch("model")
    fetching.fetch(s3.access(), place, listed, folder)
    return folder


@cache
def _checkpoint_store(path):
    if is_address(path):
        return Store(ObjectPlace(s3.access(), Place.at("checkpoint", "ORCA_CHECKPOINT_PATH", path)))
    return Store(FolderPlace(_writable("ORCA_CHECKPOINT_PATH", path)))


@cache
def _checkpoint_from(path):
    store, folder = _checkpoint_store(path), fetching.scratch("checkpoint")
    listed = store.index.files
    restored = {name: store.find(name) for name in listed}
    paths = {name: found[0] for name, found in restored.items() if found}
    # What a training without this module left has no entry, and can be seen only where the place tells names.
    paths |= {name: store.place.get(name) for name in store.place.others() if name not in listed and name != INDEX}
    for name, source in paths.items():
        if source:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, folder / name)
    when_written(folder, lambda file: _keep(store, file.relative_to(folder).as_posix(), file))
    return folder


def _keep(store, name, file):
    try:
        store.put([name], file)
    except StorageError as error:
        log(f"'{name}' was not kept as a checkpoint; the training continues. {error}")


def _writable(variable, path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise InputError(f"{variable} is '{path}', which can't be created: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise InputError(f"{variable} is '{path}', to which user {os.getuid()} may not write.")
    return Path(path)
