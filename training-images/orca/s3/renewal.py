"""What expires is renewed while it still holds, however long nobody asks for it.

A training may read its dataset at its start and write its model days later; in between the host renews,
in time, and only what has not expired yet can read what the host put.
"""

import threading
import time
from datetime import datetime, timezone

from ..errors import StorageError
from ..lines import log

_LEAST_PAUSE = 0.25


def pause(now, learnt, expires):
    """Seconds until the next look for something newer, all times in seconds; None when it is too late.

    First in the middle of the time that was left when it was learnt; from then on after a quarter of what
    is left, so that looks come closer together as the end does."""
    left = expires - now
    if left <= 0:
        return None
    middle = learnt + (expires - learnt) / 2
    return max(middle - now, left / 4, _LEAST_PAUSE)


def seconds_of(text):
    """A time such as 2026-01-31T12:00:00Z in seconds since 1970."""
    time_of = datetime.fromisoformat(text)
    return (time_of if time_of.tzinfo else time_of.replace(tzinfo=timezone.utc)).timestamp()


class Renewed:
    """Holds the newest of something that has `expires` in seconds since 1970, or None when it never does.
    `fetch` brings the one that the host has put, which may still be the same."""

    def __init__(self, first, fetch, what, clock=time.time):
        self.current = first
        self._fetch, self._what, self._clock = fetch, what, clock
        self._learnt = clock()
        self._ended = threading.Event()

    def start(self):
        """Renews in the background from now on."""
        if self.current.expires is not None:
            # A daemon: it never holds up the end of the training.
            threading.Thread(target=self._keep, name="orca-renewal", daemon=True).start()
        return self

    def stop(self):
        self._ended.set()

    def look(self):
        """Takes over what the host has put, if it holds for longer. Returns whether it does."""
        found = self._fetch()
        if found.expires is not None and found.expires <= self.current.expires:
            return False
        self.current, self._learnt = found, self._clock()
        return True

    def _keep(self):
        while (seconds := pause(self._clock(), self._learnt, self.current.expires)) is not None:
            if self._ended.wait(seconds):
                return
            try:
                self.look()
            except StorageError as error:
                log(f"The {self._what} could not be renewed yet. {error}")
            if self.current.expires is None:
                return
        log(f"The {self._what} have expired, and no newer ones arrived in time.")
