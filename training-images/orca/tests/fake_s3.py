import contextlib

from orca.errors import StorageError
from orca.s3.faults import Absent, Transient


class FakeAccess:
    """Objects in a dictionary by (bucket, key), and what goes wrong with the next requests, in their order:
    None for nothing, an exception, or a number of bytes after which a body breaks off."""

    def __init__(self, names=None, objects=None):
        self.objects, self.faults, self.asked, self._names = objects or {}, [], [], names

    def put(self, place, name, file):
        self._fail()
        self.objects[place.bucket, place.key(name)] = file.read_bytes()

    def open(self, place, name, offset=0):
        self.asked.append((name, offset))
        breaks = self._fail()
        content = self.objects.get((place.bucket, place.key(name)))
        if content is None:
            raise Absent(f"{place.describe(name)} is not there.")
        return FakeBody(content, offset, breaks)

    def names(self, place):
        return self._names

    def _fail(self):
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault


class FakeBody(contextlib.nullcontext):
    def __init__(self, content, start, breaks):
        super().__init__(self)
        self.start, self.total = start, len(content)
        self._content, self._at = content[:breaks] if breaks is not None else content, start
        self._broken = breaks is not None

    def read(self, size):
        chunk = self._content[self._at:self._at + size]
        self._at += len(chunk)
        if not chunk and self._broken:
            raise Transient("The connection broke.")
        return chunk


GONE = Transient("The server is away.")
REFUSED = StorageError("The server says no.")
