"""Runs test packages and counts: python3 -m orca.tests FOLDER…

unittest's own last line does not say how many tests passed. Without arguments: the module's own tests.
"""

import sys
import unittest
from pathlib import Path

root = Path(__file__).parents[2]


def load(package):
    # A package below another folder (folder/tests) is loaded with that folder as its top.
    folder = root / package.replace(".", "/")
    top = root if "." in package else folder.parent
    return unittest.TestLoader().discover(str(folder), top_level_dir=str(top))


suite = unittest.TestSuite(load(package) for package in sys.argv[1:] or ["orca.tests"])
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
failed = len({str(test) for test, _ in result.failures + result.errors})
print(f"{max(0, result.testsRun - failed - len(result.skipped))} passed, {failed} failed")
sys.exit(0 if failed == 0 and result.testsRun > 0 else 1)
