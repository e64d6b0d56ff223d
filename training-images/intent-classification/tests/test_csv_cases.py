import json
import unittest
from pathlib import Path

import orca
from intents.data import read_examples

CASES = json.loads((Path(__file__).parent / "csv_cases.json").read_text(encoding="utf-8"))["cases"]


class SharedCases(unittest.TestCase):
    """The host's reader is held to the same ones."""

    def test_each_file_means_what_the_host_makes_of_it(self):
        for case in CASES:
            if "hasHeader" not in case:
                with self.subTest(case["name"]):
                    self.check(case)

    def check(self, case):
        content = bytes.fromhex(case["bytes"]) if "bytes" in case else case["csv"].encode()

        def read():
            return read_examples("examples.csv", content, case.get("labels"), labelled=case.get("columns", 2) == 2)

        if "rows" in case:
            self.assertEqual([[example.text, example.label] for example in read()], case["rows"])
            return
        with self.assertRaises(orca.InputError) as caught:
            read()
        message = str(caught.exception)
        self.assertIn(f"examples.csv, line {case['refused']['line']}: ", message)
        for words in case["refused"]["says"]:
            self.assertIn(words, message)
