import json
import unittest
from types import SimpleNamespace
from unittest import mock

from orca.errors import StorageError
from orca.s3.place import Place
from orca.s3.renewal import Renewed, pause, seconds_of

from .support import printed

PLACE = Place.of("credentials", "runs", "a/7/1")


class WhenToLook(unittest.TestCase):
    def looks(self, learnt, expires, until):
        now, times = learnt, []
        while now < until and (seconds := pause(now, learnt, expires)) is not None:
            now += seconds
            times.append(now)
        return times

    def test_first_in_the_middle_then_closer_and_closer(self):
        times = self.looks(0, 3600, 3599)
        self.assertEqual(times[:3], [1800, 2250, 2587.5])
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.assertEqual(gaps, sorted(gaps, reverse=True))
        self.assertLess(len(times), 60)
        self.assertGreaterEqual(min(gaps), 0.25)

    def test_never_after_the_end(self):
        self.assertIsNone(pause(3600, 0, 3600))

    def test_times_of_any_spelling(self):
        self.assertEqual(seconds_of("1970-01-01T00:01:00Z"), 60)
        self.assertEqual(seconds_of("1970-01-01T00:01:00.5000000+00:00"), 60.5)
        self.assertEqual(seconds_of("1970-01-01T00:01:00"), 60)


class Renewing(unittest.TestCase):
    def test_only_what_holds_longer_is_taken(self):
        put = SimpleNamespace(expires=10.0)
        renewed = Renewed(SimpleNamespace(expires=10.0), lambda: put, "thing", clock=lambda: 0.0)
        self.assertFalse(renewed.look())
        put = SimpleNamespace(expires=20.0)
        self.assertTrue(renewed.look())
        self.assertIs(renewed.current, put)

    def test_it_goes_on_by_itself_whatever_fails_in_between(self):
        clock, waits = [0.0], []
        answers = [StorageError("Not now."), SimpleNamespace(expires=10.0), SimpleNamespace(expires=1000.0), None]

        def fetch():
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                renewed.stop()
                return SimpleNamespace(expires=1000.0)
            return answer

        renewed = Renewed(SimpleNamespace(expires=10.0), fetch, "thing", clock=lambda: clock[0])

        def wait(seconds):
            clock[0] += seconds
            waits.append(seconds)
            return not answers

        with mock.patch.object(renewed, "_ended", SimpleNamespace(wait=wait, set=lambda: None)):
            said = printed(renewed._keep)
        self.assertEqual(renewed.current.expires, 1000)
        self.assertIn("The thing could not be renewed yet. Not now.", said)
        self.assertEqual(waits[:3], [5, 1.25, 0.9375])

    def test_the_end_is_told(self):
        clock = [0.0]
        same = SimpleNamespace(expires=10.0)
        renewed = Renewed(same, lambda: same, "thing", clock=lambda: clock[0])

        def wait(seconds):
            clock[0] += seconds
            return False

        with mock.patch.object(renewed, "_ended", SimpleNamespace(wait=wait)):
            self.assertIn("The thing have expired", printed(renewed._keep))


class Credentials(unittest.TestCase):
    DOCUMENT = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S3CRET", "SessionToken": "T0KEN",
                "Expiration": "1970-01-01T00:01:00Z"}

    def test_the_form_is_that_of_a_credential_process(self):
        from orca.s3.credentials import from_document

        found = from_document(json.dumps(self.DOCUMENT), PLACE, "credentials.json")
        self.assertEqual((found.access_key, found.secret_key, found.token, found.expires), ("A", "S3CRET", "T0KEN", 60))
        self.assertNotRegex(repr(found), "S3CRET|T0KEN")

    def test_another_form_is_told_without_its_content(self):
        from orca.s3.credentials import from_document

        with self.assertRaises(StorageError) as caught:
            from_document(json.dumps(self.DOCUMENT | {"Expiration": "S3CRET"}), PLACE, "credentials.json")
        self.assertEqual(str(caught.exception),
                         "'a/7/1/credentials.json' in bucket 'runs' has no credentials in the expected form.")
