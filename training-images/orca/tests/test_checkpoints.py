import json
import tempfile
from pathlib import Path

import orca
from orca.checkpointing import Checkpoints
from orca.checkpointing.places import FolderPlace, ObjectPlace
from orca.checkpointing.rule import Rule
from orca.checkpointing.store import Store
from orca.s3.place import Place

from .fake_s3 import FakeAccess
from .support import EnvironmentTest, printed


class Rules(EnvironmentTest):
    def kept(self, rule, *values):
        """The names under which each of some saves is kept; their steps are 10, 20, 30 …"""
        best, all_names = None, []
        for number, value in enumerate(values, start=1):
            names = Rule.parse(rule).names(number, 10 * number, value, best)
            best = value if best is None or value > best else best
            all_names.append(names)
        return all_names

    def test_last(self):
        self.assertEqual(self.kept("last", 1, 2), [["last"], ["last"]])

    def test_best_is_greater_than_all_before(self):
        self.assertEqual(self.kept("best", 0.5, 0.4, 0.5, 0.6), [["best"], [], [], ["best"]])

    def test_every_so_manieth(self):
        self.assertEqual(self.kept("every 2", None, None, None, None), [[], ["step-20"], [], ["step-40"]])

    def test_several(self):
        self.assertEqual(self.kept(" best, every 3 ,last", 3, 2, 1), [["best", "last"], ["last"], ["step-30", "last"]])

    def test_best_needs_a_value(self):
        self.assert_says("ORCA_CHECKPOINT_KEEP asks for the best checkpoint, and this training saves them without a value.",
                         lambda: self.kept("best", None))

    def test_what_is_no_rule(self):
        for rule in ("all", "every", "every 0", "every -1", "every 2, every 3", "last,", "every ²"):
            with self.subTest(rule):
                self.assert_says(f"ORCA_CHECKPOINT_KEEP is '{rule}'; it must be last, best or every n (n from 1), "
                                 "or several of them with commas.", lambda: Rule.parse(rule))


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it is done."""


class DyingPlace:
    """A place in front of another which is killed after so many writes."""

    def __init__(self, place, writes):
        self._place, self._writes = place, writes

    def __getattr__(self, name):
        return getattr(self._place, name)

    def write(self, name, content):
        self._count()
        self._place.write(name, content)

    def put(self, name, source):
        self._count()
        self._place.put(name, source)

    def _count(self):
        if self._writes == 0:
            raise Killed
        self._writes -= 1


class KeptCheckpoints:
    """In a folder and on S3 alike."""

    def attempt(self, keep="last", writes=None):
        place = self.place()
        return Checkpoints(Store(place if writes is None else DyingPlace(place, writes)), Rule.parse(keep))

    def save(self, checkpoints, step, value=None):
        with checkpoints.save(step, value) as file:
            file.write(f"state of {step}".encode())

    def seen(self, checkpoint):
        return checkpoint and (checkpoint.path.read_text(), checkpoint.step, checkpoint.value)

    def test_a_later_attempt_finds_what_was_kept(self):
        first = self.attempt("last,best,every 2")
        for step, value in ((1, 0.5), (2, 0.9), (3, 0.7), (4, 0.6)):
            self.save(first, step, value)
        self.assertEqual(self.names(), ["best", "index.json", "last", "step-2", "step-4"])

        later = self.attempt("last,best,every 2")
        self.assertEqual(self.seen(later.latest()), ("state of 4", 4, 0.6))
        self.assertEqual(self.seen(later.best()), ("state of 2", 2, 0.9))
        self.save(later, 5, 0.8)
        self.save(later, 6, 0.8)
        self.assertEqual(self.seen(later.best()), ("state of 2", 2, 0.9))
        self.assertIn("step-6", self.names())
        self.assertNotIn("step-5", self.names())

    def test_nothing_yet(self):
        self.assertIsNone(self.attempt().latest())
        self.assertIsNone(self.attempt().best())

    def test_an_error_while_writing_leaves_the_one_before(self):
        checkpoints = self.attempt()
        self.save(checkpoints, 1)
        with self.assertRaises(ZeroDivisionError), checkpoints.save(2) as file:
            file.write(b"half")
            1 / 0
        self.assertEqual(self.seen(self.attempt().latest()), ("state of 1", 1, None))
        self.assertEqual(self.names(), ["index.json", "last"])

    def test_killed_at_any_write_it_is_one_or_the_other(self):
        # A save under two names writes the index, both files and the index.
        for writes in range(5):
            with self.subTest(writes):
                self.renew()
                self.save(self.attempt("best,last"), 1, 0.5)
                try:
                    self.save(self.attempt("best,last", writes), 2, 0.6)
                except Killed:
                    pass
                later = self.attempt("best,last")
                latest, best = self.seen(later.latest()), self.seen(later.best())
                self.assertEqual(latest[1:], (2, 0.6) if writes >= 2 else (1, 0.5))
                self.assertEqual(latest[0], f"state of {latest[1]}")
                self.assertEqual(best, latest)
                # What the best one is worth was not forgotten: a worse one does not take its place.
                self.save(later, 3, latest[2] - 0.01)
                self.assertEqual(self.seen(self.attempt("best").best()), best)

    def test_a_file_that_was_changed_is_no_checkpoint(self):
        self.save(self.attempt("last,every 1"), 1)
        self.save(self.attempt("last,every 1"), 2)
        self.damage("last")
        self.damage("step-2")
        later = self.attempt()
        said = printed(lambda: self.assertEqual(self.seen(later.latest()), ("state of 1", 1, None)))
        self.assertIn("The checkpoint 'last' does not match its entry", said)


class InAFolder(KeptCheckpoints, EnvironmentTest):
    def setUp(self):
        self.renew()

    def renew(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def place(self):
        return FolderPlace(self.folder)

    def names(self):
        return sorted(file.name for file in self.folder.iterdir())

    def damage(self, name):
        (self.folder / name).write_bytes(b"other")

    def test_the_module_s_own_door(self):
        self.environment(ORCA_CHECKPOINT_PATH=str(self.folder), ORCA_CHECKPOINT_KEEP="every 1")
        self.save(orca.checkpoints(), 7)
        self.assertEqual(self.names(), ["index.json", "step-7"])
        self.environment()
        nowhere = orca.checkpoints()
        self.assertFalse(nowhere)
        self.save(nowhere, 1)
        self.assertIsNone(nowhere.latest())


class OnS3(KeptCheckpoints, EnvironmentTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.environment(TMPDIR=folder.name)
        tempfile.tempdir = None
        self.addCleanup(setattr, tempfile, "tempdir", None)
        self.renew()

    def renew(self):
        self.access = FakeAccess()

    def place(self):
        return ObjectPlace(self.access, Place.of("checkpoint", "runs", "a/7/checkpoint"))

    def names(self):
        return sorted(key.removeprefix("a/7/checkpoint/") for _, key in self.access.objects)

    def damage(self, name):
        self.access.objects["runs", f"a/7/checkpoint/{name}"] = b"other"

    def test_a_server_that_says_no_does_not_end_the_training(self):
        from .fake_s3 import REFUSED
        checkpoints = self.attempt()
        self.access.faults = [REFUSED]
        said = printed(lambda: self.save(checkpoints, 1))
        self.assertEqual(said, "The checkpoint of step 1 was not kept; the training continues. The server says no.\n")
        self.save(checkpoints, 2)
        self.assertEqual(self.seen(self.attempt().latest()), ("state of 2", 2, None))

    def test_the_index_is_plain(self):
        self.save(self.attempt(), 3, 0.5)
        files = json.loads(self.access.objects["runs", "a/7/checkpoint/index.json"])["files"]
        self.assertEqual([(f["step"], f["value"], f["number"], f["size"]) for f in files["last"]], [(3, 0.5, 1, 10)])
