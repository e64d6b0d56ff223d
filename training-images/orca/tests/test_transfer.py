import hashlib
import tempfile
import unittest
from pathlib import Path

from orca.errors import StorageError
from orca.s3 import fetching, transfer
from orca.s3.body import extent
from orca.s3.faults import Absent, Refused, Transient, of_answer, of_connection
from orca.s3.fetching import File
from orca.s3.place import Place

from .fake_s3 import GONE, REFUSED, FakeAccess
from .support import EnvironmentTest, printed

PLACE = Place.of("data", "datasets", "news/abc/files")
CONTENT = b"0123456789" * 10


class S3Test(EnvironmentTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.access = FakeAccess()
        self.pauses = []

    def store(self, name, content, place=PLACE):
        self.access.objects[place.bucket, place.key(name)] = content


class Downloading(S3Test):
    def download(self, content=CONTENT, **expected):
        self.store("a", content)
        target = self.folder / "deep" / "a"
        printed(lambda: transfer.download(self.access, PLACE, "a", target, sleep=self.pauses.append, **expected))
        return target.read_bytes()

    def known(self, content=CONTENT):
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def test_a_file_arrives_under_its_name_alone(self):
        self.assertEqual(self.download(**self.known()), CONTENT)
        self.assertEqual([file.name for file in (self.folder / "deep").iterdir()], ["a"])
        self.assertEqual(self.download(b"", **self.known(b"")), b"")

    def test_after_a_break_only_the_rest_is_asked_for(self):
        self.access.faults = [30, GONE, 70]
        self.assertEqual(self.download(**self.known()), CONTENT)
        self.assertEqual(self.access.asked, [("a", 0), ("a", 30), ("a", 30), ("a", 70)])
        self.assertEqual(len(self.pauses), 3)

    def test_without_a_known_size_all_is_asked_for_again(self):
        self.access.faults = [30]
        self.assertEqual(self.download(), CONTENT)
        self.assertEqual(self.access.asked, [("a", 0), ("a", 0)])

    def test_another_content_is_told_and_not_left(self):
        for expected in ({"size": 100, "sha256": "0" * 64}, {"size": 99, "sha256": None}):
            with self.subTest(expected), self.assertRaisesRegex(
                    StorageError, "^'news/abc/files/a' in bucket 'datasets' is not what was stored there"):
                self.download(**expected)
            self.assertEqual(list((self.folder / "deep").iterdir()), [])

    def test_a_server_that_stays_away_is_given_up(self):
        self.access.faults = [GONE] * 50
        with self.assertRaisesRegex(StorageError, "The server is away. It was tried 10 times."):
            self.download(**self.known())
        self.assertEqual(len(self.pauses), 9)

    def test_a_refusal_is_not_tried_again(self):
        self.access.faults = [REFUSED]
        with self.assertRaisesRegex(StorageError, "says no"):
            self.download(**self.known())
        self.assertEqual(self.pauses, [])

    def test_pauses_grow_to_a_bound(self):
        self.assertEqual([transfer.pause_after(tries, 1) for tries in (1, 2, 3, 6, 7, 9)], [0.5, 1, 2, 16, 30, 30])
        self.assertEqual(transfer.pause_after(7, 0), 15)


class Snapshots(S3Test):
    FILES = {"examples.csv": b"a,b\n", "deep/labels.csv": b"b\n"}

    def setUp(self):
        super().setUp()
        self.environment(TMPDIR=str(self.folder))
        tempfile.tempdir = None  # it remembers the first TMPDIR that it saw
        self.addCleanup(setattr, tempfile, "tempdir", None)
        self.version = fetching.version_of(self.listed(self.FILES))
        for name, content in self.FILES.items():
            self.store(name, content)

    @staticmethod
    def listed(files):
        return [File(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items()]

    def manifest(self, files):
        import json
        lines = [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in files]
        self.access.objects["datasets", "news/abc/manifest.json"] = json.dumps({"version": "x", "files": lines}).encode()

    def test_the_version_is_the_one_that_the_host_computes(self):
        # Written down: of "sha256 size name" lines in the order of UTF-16's units, in which U+1F600 comes before U+FB01.
        files = [File("\ufb01", 1, "a" * 64), File("\U0001f600", 2, "b" * 64)]
        self.assertEqual(fetching.version_of(files), hashlib.sha256(
            f"{'b' * 64} 2 \U0001f600\n{'a' * 64} 1 \ufb01\n".encode()).hexdigest())

    def test_all_files_come_by_the_manifest(self):
        self.manifest(self.listed(self.FILES))
        folder = fetching.dataset(self.access, PLACE, self.version)
        self.assertEqual({name: (folder / name).read_bytes() for name in self.FILES}, self.FILES)
        self.assertTrue(folder.is_relative_to(self.folder))

    def test_a_manifest_of_another_version_is_refused(self):
        self.manifest(self.listed({"examples.csv": b"other"}))
        with self.assertRaisesRegex(StorageError, "'news/abc/manifest.json' in bucket 'datasets' is not that of the dataset's"):
            fetching.dataset(self.access, PLACE, self.version)

    def test_without_a_manifest_the_version_tells_a_changed_file(self):
        self.access = FakeAccess(names=list(self.FILES))
        for name, content in self.FILES.items():
            self.store(name, content)
        fetching.dataset(self.access, PLACE, self.version)
        self.store("examples.csv", b"a,x\n")
        with self.assertRaisesRegex(StorageError, "one of them has changed"):
            fetching.dataset(self.access, PLACE, self.version)

    def test_a_name_that_leads_elsewhere_is_refused(self):
        for name in ("../x", "a/../../x", "/etc/x"):
            with self.subTest(name), self.assertRaisesRegex(StorageError, "outside of its folder"):
                fetching.fetch(self.access, PLACE, [File(name, 1, None)], self.folder)

    def test_what_has_no_room_is_told_before_it_is_fetched(self):
        with self.assertRaisesRegex(StorageError, "has room for"):
            fetching.fetch(self.access, PLACE, [File("a", 1 << 60, None)], self.folder)
        self.assertEqual(self.access.asked, [])


class Faults(unittest.TestCase):
    def test_the_answer_says_whether_to_try_again(self):
        for status, code, kind in ((503, "SlowDown", Transient), (500, None, Transient), (400, "RequestTimeout", Transient),
                                   (404, "NoSuchKey", Absent), (403, "AccessDenied", Refused)):
            with self.subTest(status):
                self.assertIs(type(of_answer("read", PLACE, "a", status, code)), kind)

    def test_a_sentence_names_bucket_and_key(self):
        self.assertEqual(str(of_answer("written", PLACE, "a", 403, "AccessDenied")),
                         "'news/abc/files/a' in bucket 'datasets' could not be written: the server answered 403 AccessDenied: "
                         "this training may not, or its credentials have expired.")

    def test_a_code_that_means_more_than_its_status_is_told_in_words(self):
        for status, code, kind, words in ((403, "RequestTimeTooSkewed", Refused, "the clock of the machine"),
                                          (404, "NoSuchBucket", Absent, "there is no such bucket"),
                                          (400, "ExpiredToken", StorageError, "the credentials have expired")):
            fault = of_answer("read", PLACE, "a", status, code)
            self.assertIs(type(fault), kind)
            self.assertIn(words, str(fault))

    def test_no_sentence_holds_what_a_library_said(self):
        error = of_connection("read", PLACE, "a", ValueError("http://host/a?X-Amz-Signature=secret"))
        self.assertNotIn("secret", str(error))
        self.assertNotIn("secret", str(of_answer("read", PLACE, "a", 400, "<a href='secret'>")))

    def test_a_server_may_send_all_instead_of_the_rest(self):
        self.assertEqual(extent(206, "70", "bytes 30-99/100"), (30, 100))
        self.assertEqual(extent(200, "100", None), (0, 100))
        self.assertEqual(extent(200, None, None), (0, None))
