"""Checkpoints by the rule that the host sets."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import StorageError
from ..files import needs_room
from ..lines import log
from .rule import BEST, Rule


@dataclass(frozen=True)
class Checkpoint:
    """One that was kept. Where checkpoints lie on S3, `path` is a copy that is there until the next save."""

    path: Path
    step: int
    value: float | None


class Checkpoints:
    """Saves a job's state and finds it again in a later attempt. False where the host offers no place: then
    nothing is saved and nothing is found."""

    def __init__(self, store, rule):
        self._store, self._rule = store, rule
        self._number, self._best = 0, None
        if store:
            records = [saved for any_of in store.index.files.values() for saved in any_of]
            self._number = max((saved.number for saved in records), default=0)
            self._best = self._value_of_best()

    def __bool__(self):
        return self._store is not None

    @contextlib.contextmanager
    def save(self, step, value=None):
        """Opens a file to write the state to. It is kept under the names that the rule gives, when the block
        ends well: whole, or as if it had not been. `value` says how good it is: greater is better.

        Where S3 can't be reached, or the disk is full, the log says so and the training goes on: a checkpoint is there to save
        work, not to lose it."""
        number = self._number + 1
        names = self._rule.names(number, step, value, self._best) if self else []
        if not names:
            with open(os.devnull, "wb") as nothing:
                yield nothing
            self._number = number
            return
        self._store.place.release()
        source = self._store.place.scratch()
        try:
            with needs_room(source):
                with open(source, "wb") as file:
                    yield file
                self._store.put(names, source, step, value, number)
        except StorageError as error:
            log(f"The checkpoint of step {step} was not kept; the training continues. {error}")
            return
        finally:
            source.unlink(missing_ok=True)
        self._number = number
        if BEST in names:
            self._best = value

    def latest(self):
        """The last one that was saved and is kept; None without."""
        return self._first(lambda saved: saved.number, lambda saved: True)

    def best(self):
        """Of those that are kept the one with the greatest value; None without."""
        return self._first(lambda saved: (saved.value, saved.number), lambda saved: saved.value is not None)

    def _first(self, order, fits):
        """Of what may be there, in this order, the first one that is."""
        if not self:
            return None
        records = [(saved, name) for name, any_of in self._store.index.files.items()
                   for saved in any_of if saved.number and fits(saved)]
        looked_at = set()
        for wanted, name in sorted(records, key=lambda record: order(record[0]), reverse=True):
            if name in looked_at:
                continue
            found = self._store.find(name)
            if found and found[1] == wanted:
                return Checkpoint(found[0], wanted.step, wanted.value)
            if not found:
                looked_at.add(name)
        return None

    def _value_of_best(self):
        settled = self._store.index.files.get(BEST, [])
        if len(settled) > 1:
            found = self._store.find(BEST)
            settled = [found[1]] if found else []
        return settled[0].value if settled else None
