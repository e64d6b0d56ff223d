import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# Small sizes: the tests are about what happens, not about how good the model is.
QUICK = {"EPOCHS": "3", "DIM": "16", "HIDDEN": "16", "BUCKETS": "512", "BATCH_SIZE": "8"}

WORDS = {"lights": ["lamp", "bulb", "bright", "dim", "glow"], "money": ["bank", "cash", "pay", "account", "loan"],
         "travel": ["flight", "train", "hotel", "trip", "luggage"]}


def rows(each=12):
    """A little language in which each label has its own words."""
    return [(f"{('please', 'can you', 'now')[n % 3]} {words[n % 5]} {words[(n * 2 + 1) % 5]} {n}", label)
            for label, words in WORDS.items() for n in range(each)]


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / "data"
        self.data.mkdir()

    def write(self, name, content):
        """Rows as CSV, text as UTF-8, or bytes as they are."""
        file = self.data / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif isinstance(content, str):
            file.write_text(content, encoding="utf-8")
        else:
            with open(file, "w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(content)

    def start(self, output="output", arguments=(), **variables):
        environment = {name: os.environ[name] for name in
                       ("PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY")
                       if name in os.environ}
        environment |= {"TRAINING_DATA_PATH": str(self.data), "ORCA_OUTPUT_PATH": str(self.folder / output),
                        **QUICK, **variables}
        return subprocess.Popen([sys.executable, "-m", "intents", *arguments], text=True, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def train(self, *arguments, **options):
        """Runs the image's command to its end: exit code, the objects it printed, its errors."""
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=300)
        return process.returncode, [json.loads(line) for line in output.splitlines() if line.startswith('{"orca"')], errors
