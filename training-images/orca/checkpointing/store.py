"""A job's checkpoint files, each under a name, with what is known of them."""

import hashlib

from ..lines import log
from .index import FILE, Index, Saved


class Store:
    def __init__(self, place):
        self.place = place
        content = place.read(FILE)
        self.index = Index.read(content) if content else Index()
        if self.index is None:
            log(f"The checkpoint's {FILE} can't be read; the checkpoints in it are ignored.")
            self.index = Index()

    def put(self, names, source, step=None, value=None, number=0):
        """One file under each of these names. Killed at any moment, each is what it was or what it shall be."""
        with open(source, "rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            saved = Saved(stream.tell(), sha256, step, value, number)
        for name in names:
            self.index = self.index.announced(name, saved)
        self._write_index()
        for name in names:
            self.place.put(name, source)
            self.index = self.index.settled(name, saved)
        self._write_index()

    def find(self, name):
        """The file's path and what it is; None when it is not there or not what it was saved as."""
        path, known = self.place.get(name), self.index.files.get(name, [])
        if path is None:
            if len(known) == 1:
                log(f"The checkpoint '{name}' no longer exists.")
            return None
        with open(path, "rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        found = next((saved for saved in known if saved.sha256 == sha256), None)
        if found is None:
            log(f"The checkpoint '{name}' does not match its entry; it is ignored.")
            return None
        return path, found

    def _write_index(self):
        self.place.write(FILE, self.index.write())
