"""Objects to files and back: streamed, tried again, verified."""

import hashlib
import os
import random
import time
from pathlib import Path

from ..errors import StorageError
from ..files import is_full
from ..lines import log
from .faults import Transient

CHUNK = 1 << 20
# Two minutes or so in all: a server that restarts is waited for, one that is gone is not for ever.
TRIES = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


def pause_after(tries, draw):
    """Seconds to wait after so many tries; draw is a random number from 0 to 1, so that many containers
    that failed together don't come back together."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (tries - 1)) * (0.5 + 0.5 * draw)


def retried(action, sleep=time.sleep):
    for tries in range(1, TRIES + 1):
        try:
            return action()
        except Transient as error:
            if tries == TRIES:
                raise StorageError(f"{error} It was tried {TRIES} times.") from None
            pause = pause_after(tries, random.random())
            log(f"{error} Trying again in {pause:.1f} s.")
            sleep(pause)


def upload(access, place, name, file, sleep=time.sleep):
    """One object, which appears whole or not at all."""
    retried(lambda: access.put(place, name, Path(file)), sleep)


def read(access, place, name, sleep=time.sleep):
    """A small object's bytes."""
    return retried(lambda: read_once(access, place, name), sleep)


def read_once(access, place, name, limit=1 << 26):
    with access.open(place, name) as body:
        content = body.read(limit + 1)
    if len(content) > limit:
        raise StorageError(f"{place.describe(name)} is larger than {limit} bytes, so it is not what was expected.")
    if body.total is not None and len(content) < body.total:
        raise Transient(f"{place.describe(name)} ended after {len(content)} of {body.total} bytes.")
    return content


def download(access, place, name, target, size=None, sha256=None, sleep=time.sleep):
    """The object under its name at the target, once it is whole and what it should be. Returns its SHA-256.
    What a broken connection has brought is kept, and the rest asked for."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            arriving = _Arriving(access, place, name, file, size, sha256)
            retried(arriving.go_on, sleep)
        os.replace(unfinished, target)
        return arriving.sha256
    except OSError as error:
        if not is_full(error):
            raise
        raise StorageError(f"There is no room for {place.describe(name)} below '{target.parent}'.") from None
    finally:
        unfinished.unlink(missing_ok=True)


class _Arriving:
    """A download under way, across connections."""

    def __init__(self, access, place, name, file, size, sha256):
        self._access, self._place, self._name, self._file = access, place, name, file
        self._size, self._expected = size, sha256
        self._spoilt = False
        self._begin()

    @property
    def sha256(self):
        return self._digest.hexdigest()

    def go_on(self):
        if self._size is None or self._have != self._size:
            self._receive()
        if self._expected and self.sha256 != self._expected:
            self._spoil()

    def _receive(self):
        # Where the size is not known, a part could not be told from another object's part.
        with self._access.open(self._place, self._name, self._have if self._size is not None else 0) as body:
            if body.start != self._have:
                self._begin()
            total = self._size if self._size is not None else body.total
            while chunk := body.read(CHUNK):
                self._file.write(chunk)
                self._digest.update(chunk)
                self._have += len(chunk)
        if total is not None and self._have < total:
            raise Transient(f"{self._place.describe(self._name)} ended after {self._have} of {total} bytes.")
        if total is not None and self._have > total:
            self._spoil()

    def _spoil(self):
        # Once may be the network's fault, and then all of it is fetched anew. Twice, it is another object.
        sentence = f"{self._place.describe(self._name)} is not what was stored there: its size or SHA-256 is another."
        if self._spoilt:
            raise StorageError(sentence)
        self._spoilt = True
        self._begin()
        raise Transient(sentence)

    def _begin(self):
        self._file.seek(0)
        self._file.truncate()
        self._digest, self._have = hashlib.sha256(), 0
