"""What the checkpoint place holds, kept as one small file in it: the place can't be listed, and a file's
name does not say of which step it is.

A save writes the index, the files, and the index again. The first one says what a file is about to
become beside what it was; whichever of the two a later attempt finds, it knows by the hash. So there is
no moment at which being killed leaves a file that is taken for another.
"""

import json
from dataclasses import asdict, dataclass

FILE = "index.json"
# One for the file as it was, one for each save since that was killed before it was confirmed.
_MOST = 8


@dataclass(frozen=True)
class Saved:
    size: int
    sha256: str
    step: int | None = None
    value: float | None = None
    number: int = 0  # counts the job's saves from 1; 0 is a file that is no save()


class Index:
    """By name, what a file may be: one when that is settled."""

    def __init__(self, files=None):
        self.files = files or {}

    def announced(self, name, saved):
        """The file is about to become this."""
        return Index(self.files | {name: ([*self.files.get(name, []), saved])[-_MOST:]})

    def settled(self, name, saved):
        """The file is this, and nothing else."""
        return Index(self.files | {name: [saved]})

    def write(self):
        files = {name: [asdict(saved) for saved in any_of] for name, any_of in self.files.items()}
        return (json.dumps({"version": 1, "files": files}, indent=1) + "\n").encode()

    @staticmethod
    def read(content):
        """None when it is something else."""
        try:
            document = json.loads(content)
            if document["version"] != 1:
                return None
            return Index({name: [Saved(**saved) for saved in any_of] for name, any_of in document["files"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
