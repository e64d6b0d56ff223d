import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import orca
from orca import s3
from orca.checkpointing.places import ObjectPlace
from orca.checkpointing.store import Store
from orca.s3.place import Place

from .fake_s3 import REFUSED, FakeAccess
from .support import EnvironmentTest, printed


class OutputOnS3(EnvironmentTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # Another attempt for each test: what a process has published it remembers by its place.
        self.prefix = f"a/7/{self.id()}/output"
        self.environment(TMPDIR=folder.name, ORCA_OUTPUT_PATH=f"s3://runs/{self.prefix}", ORCA_CHECKPOINT_PATH=f"s3://runs/{self.id()}")
        tempfile.tempdir = None
        self.addCleanup(setattr, tempfile, "tempdir", None)
        self.access = FakeAccess()
        patch = mock.patch.object(s3, "access", lambda: self.access)
        patch.start()
        self.addCleanup(patch.stop)

    def stored(self, prefix=None):
        prefix = f"{prefix or self.prefix}/"
        return {key.removeprefix(prefix): content for (_, key), content in self.access.objects.items() if key.startswith(prefix)}

    def write(self, name, content):
        with orca.atomic_file(orca.output_path() / name) as file:
            file.write(content)

    def test_an_artifact_is_there_when_it_is_announced(self):
        self.write("model.pt", b"weights")
        self.assertEqual(self.stored(), {})
        self.assertIn('"name":"model.pt","size":7', printed(lambda: orca.artifact("model.pt")))
        self.assertEqual(self.stored(), {"model.pt": b"weights"})

    def test_the_rest_is_there_when_the_training_has_ended_well(self):
        def train():
            self.write("model.pt", b"weights")
            printed(lambda: orca.artifact("model.pt"))
            self.write("deep/notes.txt", b"notes")
            self.write("changed.txt", b"one")
            printed(lambda: orca.artifact("changed.txt"))
            self.write("changed.txt", b"three")
            del self.access.objects["runs", f"{self.prefix}/model.pt"]  # to see that it does not go up twice
            sys.exit(0)

        with mock.patch("orca.running.exit_when_stopped"), self.assertRaises(SystemExit) as end:
            orca.run(train)
        self.assertEqual(end.exception.code, 0)
        self.assertEqual(self.stored(), {"deep/notes.txt": b"notes", "changed.txt": b"three"})

    def test_a_training_that_fails_leaves_nothing(self):
        def train():
            self.write("model.pt", b"weights")
            raise orca.InputError("No.")

        with mock.patch("orca.running.exit_when_stopped"), mock.patch("sys.stderr"), self.assertRaises(SystemExit) as end:
            orca.run(train)
        self.assertEqual((end.exception.code, self.stored()), (2, {}))

    def test_what_is_no_file_is_refused_as_in_a_folder(self):
        os.mkfifo(orca.output_path() / "pipe")
        with (mock.patch("orca.running.exit_when_stopped"), mock.patch("sys.stderr", io.StringIO()) as errors,
              self.assertRaises(SystemExit) as end):
            orca.run(lambda: None)
        self.assertEqual(end.exception.code, 2)
        self.assertIn("The output contains 'pipe', which is not a regular file", errors.getvalue())

    def test_a_link_to_a_file_of_the_output_is_that_file_and_others_are_told(self):
        self.write("deep/model.pt", b"weights")
        for name, target in (("last.pt", "deep/model.pt"), ("outside", "/etc/passwd"), ("gone", "nothing"), ("latest", "deep")):
            os.symlink(target, orca.output_path() / name)
        with mock.patch("orca.running.exit_when_stopped"):
            said = printed(lambda: orca.run(lambda: None))
        self.assertEqual(self.stored(), {"deep/model.pt": b"weights", "last.pt": b"weights"})
        self.assertEqual(said.splitlines(), [f"The output's '{name}' is a link that leads to no file of the output: it is left out."
                                             for name in ("gone", "latest", "outside")])

    def test_a_file_below_the_checkpoint_path_is_kept_as_it_is_written(self):
        with orca.atomic_file(orca.checkpoint_path() / "state.txt", "w") as file:
            file.write("state")
        self.assertEqual(self.stored(self.id())["state.txt"], b"state")
        self.assertEqual((orca.checkpoint_path() / "state.txt").read_text(), "state")

    def test_what_an_earlier_attempt_left_is_there(self):
        source = Path(os.environ["TMPDIR"]) / "source"
        source.write_bytes(b"state")
        place = Place.of("checkpoint", "runs", self.id())
        Store(ObjectPlace(self.access, place)).put(["deep/state"], source)
        self.access.objects["runs", place.key("by-a-shell-script")] = b"3"
        self.access.objects["runs", place.key("by-nobody")] = b"4"
        self.access = FakeAccess(["deep/state", "by-a-shell-script", "index.json"], self.access.objects)
        folder = orca.checkpoint_path()
        self.assertEqual({file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()},
                         {"deep/state": b"state", "by-a-shell-script": b"3"})

    def test_a_server_that_says_no_to_a_checkpoint_does_not_end_the_training(self):
        folder = orca.checkpoint_path()
        self.access.faults = [REFUSED]

        def write():
            with orca.atomic_file(folder / "state.txt", "w") as file:
                file.write("state")

        self.assertEqual(printed(write), "'state.txt' was not kept as a checkpoint; the training continues. The server says no.\n")

    def test_a_server_that_says_no_is_a_sentence_and_1(self):
        program = ("import orca\nfrom orca import s3\nfrom orca.tests.fake_s3 import REFUSED, FakeAccess\n"
                   "access = FakeAccess()\naccess.faults = [REFUSED]\ns3.access = lambda: access\n"
                   "orca.run(lambda: (orca.output_path() / 'a').write_text('a'))")
        process = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, timeout=20,
                                 env={**os.environ, "PYTHONPATH": str(Path(orca.__file__).parents[1])})
        self.assertEqual((process.returncode, process.stderr), (1, "The server says no.\n"))


class NoWayIn(EnvironmentTest):
    def test_an_address_without_credentials(self):
        self.environment()
        s3.access.cache_clear()
        self.assert_says("The dataset or the output is on S3, but the container has no credentials for it: set AWS_ACCESS_KEY_ID and "
                         "AWS_SECRET_ACCESS_KEY, or ORCA_PRESIGNED_URLS.", s3.access)

    def test_what_is_no_address(self):
        self.environment(ORCA_OUTPUT_PATH="s3://bucket")
        self.assert_says("ORCA_OUTPUT_PATH is 's3://bucket'; it must be an address such as s3://bucket/prefix.", orca.output_path)
