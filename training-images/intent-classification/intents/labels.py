"""When two labels are one to people, and how one is shown that can't be read off."""

import re
import unicodedata

from .rows import WHITE

_RUNS_OF_WHITE = re.compile(f"[{WHITE}]+")
# What can't be seen beside the characters of category Cf: joiners, fillers, variation selectors.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def alike(label):
    """What two labels that people take for one have in common."""
    return unicodedata.normalize("NFC", _RUNS_OF_WHITE.sub(" ", visible(label)).strip(" "))


def visible(text):
    if text.isascii():
        return text
    return "".join(c for c in _INVISIBLE.sub("", text) if unicodedata.category(c) != "Cf")


def spelt(label):
    """With the number of each character that can't be seen, or that may be part of the letter before it."""
    return "".join(f"<U+{ord(c):04X}>" if _needs_number(c) else c for c in label[:200])


def control_character(label):
    """The first one; None without."""
    return next((c for c in label if unicodedata.category(c) == "Cc"), None)


class Spellings:
    """The labels of a file so far, each with the place where it was first seen."""

    def __init__(self, known=()):
        self._seen = {}  # by what alike labels have in common: the label and its place
        self._checked = set()
        for label in known:
            self.clash(label, "")

    def clash(self, label, place):
        """Another spelling of the same label and its place; None where there is none."""
        if label in self._checked:
            return None
        other = self._seen.setdefault(alike(label), (label, place))
        if other[0] != label:
            return other
        self._checked.add(label)
        return None


def _needs_number(c):
    if c == " ":
        return False
    return c in WHITE or unicodedata.category(c) in ("Cc", "Cf", "Mn", "Mc", "Me", "Cs") or bool(_INVISIBLE.match(c))
