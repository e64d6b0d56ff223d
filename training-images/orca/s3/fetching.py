"""All files of a place into a folder."""

import hashlib
import json
import os
import posixpath
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, StorageError
from . import transfer
from .place import Place

# Of many small files the waits for the server overlap; more would ask one processor for more than it has.
_AT_ONCE = 4


@dataclass(frozen=True)
class File:
    name: str
    size: int | None
    sha256: str | None


def scratch(part):
    """This attempt's folder for what comes from S3 or goes there; below TMPDIR, or /tmp without."""
    job, attempt = os.environ.get("ORCA_JOB_ID", "0"), os.environ.get("ORCA_ATTEMPT", "0")
    try:
        folder = Path(tempfile.gettempdir()) / f"orca-{job}-{attempt}" / part
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    except OSError as error:
        raise InputError(f"Downloads from S3 need a folder below TMPDIR or /tmp: {error.strerror}.") from None


def dataset(access, place, version):
    """The folder with all of a snapshot's files, each of them verified."""
    folder = scratch("data")
    names = access.names(place)
    if names is None:
        fetch(access, place, listed(access, place, version), folder)
    else:
        fetched = fetch(access, place, [File(name, None, None) for name in names], folder)
        if version and version_of(fetched) != version:
            raise StorageError(f"The files of {place.describe('…')} are not the dataset's version {version}: "
                               "one of them has changed since it was stored.")
    return folder


def listed(access, place, version):
    """A snapshot's files, from the manifest that lies beside them."""
    beside = Place(place.part, place.bucket, posixpath.dirname(place.prefix))
    content = transfer.read(access, beside, "manifest.json")
    try:
        files = [File(file["name"], int(file["size"]), file["sha256"]) for file in json.loads(content)["files"]]
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{beside.describe('manifest.json')} is not the manifest of a dataset.") from None
    if version and version_of(files) != version:
        raise StorageError(f"{beside.describe('manifest.json')} is not that of the dataset's version {version}.")
    return files


def version_of(files):
    """A snapshot's version is the hash of its list of files, which holds their hashes."""
    digest = hashlib.sha256()
    # In the order of UTF-16's code units, which is the order of the host's language.
    for file in sorted(files, key=lambda file: file.name.encode("utf-16-be")):
        digest.update(f"{file.sha256} {file.size} {file.name}\n".encode())
    return digest.hexdigest()


def fetch(access, place, files, folder):
    """Downloads the files. Returns them with the sizes and hashes that they have."""
    for file in files:
        if file.name.startswith("/") or ".." in Path(file.name).parts:
            raise StorageError(f"{place.describe(file.name)} would be outside of its folder.")
    _check_room(place, sum(file.size or 0 for file in files), folder)

    def one(file):
        target = folder / file.name
        sha256 = transfer.download(access, place, file.name, target, file.size, file.sha256)
        return File(file.name, target.stat().st_size, sha256)

    with ThreadPoolExecutor(_AT_ONCE, "orca-fetch") as pool:
        arriving = [pool.submit(one, file) for file in files]
        try:
            return [file.result() for file in arriving]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _check_room(place, needed, folder):
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageError(f"The files of {place.describe('…')} have {needed:,} bytes, and '{folder}' has room for "
                           f"{free:,}: give the containers more room there, or the dataset as a folder.")
