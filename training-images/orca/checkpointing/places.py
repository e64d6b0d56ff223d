"""Where checkpoints lie: a folder, or objects on S3. Both put a file whole or not at all, and neither
lists or deletes."""

import os
import shutil

from ..files import atomic_file
from ..s3 import fetching, transfer
from ..s3.faults import Absent, Refused
from ..lines import log


class FolderPlace:
    def __init__(self, folder):
        self._folder = folder

    def read(self, name):
        """A small file's bytes; None without."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name, content):
        with atomic_file(self._folder / name) as file:
            file.write(content)

    def put(self, name, source):
        with atomic_file(self._folder / name) as file, open(source, "rb") as stream:
            shutil.copyfileobj(stream, file, 1 << 20)

    def get(self, name):
        """A path at which the file can be read; None without."""
        path = self._folder / name
        return path if path.is_file() else None

    def others(self):
        """Names beside those that the index has, where the place can tell."""
        return []

    def release(self):
        """Nobody needs the paths from get() any more."""

    def scratch(self):
        """Where to write a file before it is put."""
        return self._folder / ".saving"


class ObjectPlace:
    def __init__(self, access, place):
        self._access, self._place = access, place

    def read(self, name):
        try:
            return transfer.read(self._access, self._place, name)
        except Absent:
            return None
        except Refused as error:
            if os.environ.get("ORCA_ATTEMPT") != "1":
                log(f"There is no checkpoint to continue from, or it can't be read. {error}")
            return None

    def write(self, name, content):
        source = fetching.scratch("saving") / name
        source.write_bytes(content)
        self.put(name, source)

    def put(self, name, source):
        transfer.upload(self._access, self._place, name, source)

    def get(self, name):
        target = fetching.scratch("restored") / name
        try:
            transfer.download(self._access, self._place, name, target)
        except Absent:
            return None
        except Refused as error:
            log(str(error))
            return None
        return target

    def others(self):
        return self._access.names(self._place) or []

    def release(self):
        # What lies below TMPDIR is often memory.
        shutil.rmtree(fetching.scratch("restored"), ignore_errors=True)

    def scratch(self):
        return fetching.scratch("saving") / "file"
