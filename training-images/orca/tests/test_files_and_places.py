import contextlib
import os
import resource
import tempfile
import unittest
from pathlib import Path

import orca

from .support import EnvironmentTest, printed


class AtomicFile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_file_appears_whole(self):
        target = self.folder / "new" / "file"
        with orca.atomic_file(target) as file:
            file.write(b"half ")
            file.flush()
            self.assertFalse(target.exists())
            file.write(b"and half")
        self.assertEqual(target.read_bytes(), b"half and half")
        self.assertEqual(os.listdir(target.parent), ["file"])

    def test_an_error_leaves_the_old_one(self):
        target = self.folder / "file"
        target.write_bytes(b"old")
        with self.assertRaises(RuntimeError), orca.atomic_file(target) as file:
            file.write(b"new")
            raise RuntimeError
        self.assertEqual(target.read_bytes(), b"old")
        self.assertEqual(os.listdir(self.folder), ["file"])

    def test_what_a_killed_attempt_left_is_written_over(self):
        (self.folder / ".file.unfinished").write_bytes(b"much longer than what comes now")
        with orca.atomic_file(self.folder / "file", "w", encoding="utf-8") as file:
            file.write("new")
        self.assertEqual((self.folder / "file").read_text(), "new")
        self.assertEqual(os.listdir(self.folder), ["file"])


    def test_a_full_disk_is_told_in_a_sentence_and_leaves_the_old_one(self):
        target = self.folder / "file"
        target.write_bytes(b"old")
        with self.assertRaisesRegex(orca.StorageError, f"^There is no room for '{target}': the disk is full"), full_after(1000):
            with orca.atomic_file(target) as file:
                try:
                    file.write(b"new" * 10_000)
                except OSError as error:  # As torch.save() does.
                    raise RuntimeError("unexpected pos 448 vs 342") from error
        self.assertEqual((target.read_bytes(), os.listdir(self.folder)), (b"old", ["file"]))


@contextlib.contextmanager
def full_after(size):
    """Files can't grow beyond so many bytes: the nearest thing to a full disk that needs no disk of its own."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class FullCheckpoints(EnvironmentTest):
    def test_a_checkpoint_without_room_is_told_and_the_training_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(ORCA_CHECKPOINT_PATH=folder)
            checkpoints = orca.checkpoints()
            with checkpoints.save(1) as file:
                file.write(b"one")

            def save():
                with full_after(1000), checkpoints.save(2) as file:
                    file.write(b"two" * 1000)

            self.assertRegex(printed(save), "^The checkpoint of step 2 was not kept; the training continues. There is no room for")
            latest = orca.checkpoints().latest()
            self.assertEqual((latest.step, latest.path.read_bytes()), (1, b"one"))


class Places(EnvironmentTest):
    def test_dataset(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(TRAINING_DATA_PATH=folder, TRAINING_DATASET_ID="intents",
                             TRAINING_DATASET_VERSION_HASH="abc")
            self.assertEqual(orca.dataset("/elsewhere"), orca.Dataset(Path(folder), "intents", "abc"))
            self.environment()
            self.assertEqual(orca.dataset(folder).path, Path(folder))

    def test_no_dataset(self):
        self.environment()
        with self.assertRaisesRegex(orca.InputError, "set TRAINING_DATA_PATH"):
            orca.dataset()
        self.environment(TRAINING_DATA_PATH="/not/there")
        with self.assertRaisesRegex(orca.InputError, "'/not/there' does not exist"):
            orca.dataset()

    def test_output_and_checkpoint(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(ORCA_OUTPUT_PATH=f"{folder}/out", ORCA_CHECKPOINT_PATH=f"{folder}/checkpoint")
            self.assertTrue(orca.output_path().is_dir())
            self.assertTrue(orca.checkpoint_path().is_dir())
        self.environment()
        self.assertIsNone(orca.checkpoint_path())

    def test_an_output_folder_that_can_t_be(self):
        self.environment(ORCA_OUTPUT_PATH="/proc/output")
        with self.assertRaisesRegex(orca.InputError, "ORCA_OUTPUT_PATH is '/proc/output'"):
            orca.output_path()
