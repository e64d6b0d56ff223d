import hashlib
import json
import os
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import orca

from .support import EnvironmentTest, printed


class Output(EnvironmentTest):
    def test_lines_are_the_contract_s(self):
        self.assertEqual(printed(lambda: orca.metric(step=3, epoch=3, loss=0.41, accuracy=0.87)),
                         '{"orca":"metric","step":3,"epoch":3,"loss":0.41,"accuracy":0.87}\n')
        self.assertEqual(printed(lambda: orca.progress(3, 20)), '{"orca":"progress","done":3,"total":20}\n')

    def test_values_that_json_has_no_number_for(self):
        line = printed(lambda: orca.metric(step=1, a=float("nan"), b=float("inf"), c=float("-inf")))
        refuse = self.fail  # Called by json for NaN and Infinity without quotes, which are not JSON.
        self.assertEqual(json.loads(line, parse_constant=refuse),
                         {"orca": "metric", "step": 1, "a": "NaN", "b": "Infinity", "c": "-Infinity"})

    def test_array_scalars_are_numbers(self):
        class Scalar:
            def item(self):
                return 0.5

        self.assertEqual(json.loads(printed(lambda: orca.metric(loss=Scalar())))["loss"], 0.5)

    def test_what_is_no_number_is_refused_by_name(self):
        for value in ("0.5", None, True, [1], 1j):
            with self.assertRaisesRegex(TypeError, "loss must be a number"):
                orca.metric(step=1, loss=value)
        with self.assertRaises(ValueError):
            orca.metric(step=1)

    def test_a_log_message_stays_on_its_line(self):
        self.assertEqual(printed(lambda: orca.log("one\ntwo\rthree\u2028four\n")), "one two three four\n")

    def test_numbers_beyond_a_double_are_infinite(self):
        line = printed(lambda: orca.metric(a=10**400, b=-(10**5000), c=Decimal("0.5"), d=Fraction(1, 4)))
        self.assertEqual(json.loads(line), {"orca": "metric", "a": "Infinity", "b": "-Infinity", "c": 0.5, "d": 0.25})

    def test_a_name_that_the_host_would_not_take_is_refused(self):
        for name in ("orca", "", "a\0b", "a\nb", "\udcff", "x" * 129):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "give a name of 1 to 128 printable characters"):
                orca.metric(step=1, **{name: 1})

    def test_progress_that_says_nothing_is_refused(self):
        for done, total in ((-1, 2), (0, 0), (float("nan"), 1), (1, float("inf"))):
            with self.subTest(total), self.assertRaisesRegex(ValueError, "done must be a number from 0, total a number above 0"):
                orca.progress(done, total)

    def test_artifact_tells_size_and_hash(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(ORCA_OUTPUT_PATH=folder)
            (Path(folder) / "deep").mkdir()
            (Path(folder) / "deep" / "modèle.bin").write_bytes(b"weights")
            line = printed(lambda: orca.artifact("deep/modèle.bin"))
        self.assertEqual(json.loads(line), {"orca": "artifact", "name": "deep/modèle.bin", "size": 7,
                                            "sha256": hashlib.sha256(b"weights").hexdigest()})

    def test_an_artifact_whose_name_is_no_utf_8(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(ORCA_OUTPUT_PATH=folder)
            name = os.fsdecode(b"model\xff.bin")
            (Path(folder) / name).write_bytes(b"weights")
            self.assert_says(r"The file name 'model\udcff.bin' is not UTF-8; use another file name to publish it.",
                             lambda: orca.artifact(name))

    def test_an_artifact_that_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            self.environment(ORCA_OUTPUT_PATH=folder)
            with self.assertRaises(FileNotFoundError):
                orca.artifact("model.bin")
