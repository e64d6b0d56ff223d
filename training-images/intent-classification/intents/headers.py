"""Whether a row is a header line. The host's reader has the same rules, and both are held to tests/csv_cases.json."""

import re

from .labels import alike

_TEXTS = frozenset("utterance utterances text texts sentence sentences query queries question message phrase example input".split())
_LABELS = frozenset("label labels intent intents category categories class classes target tag tags".split())
_MOST_WORDS = 3

# Words end at whatever is no letter and no digit, and before a capital that follows a small letter.
_WORD_ENDS = re.compile(r"[\W_]+")


def is_header(fields):
    """A row of usual names: a text's, and a label's where there are two columns."""
    names = _names(fields)
    return names[0] in _TEXTS and (len(names) == 1 or (len(names) == 2 and names[1] in _LABELS))


def is_swapped(fields):
    names = _names(fields)
    return len(names) == 2 and names[0] in _LABELS and names[1] in _TEXTS


def looks_like_header(fields):
    """Few words, among them a usual name. It is for the caller to see that no other row has its label."""
    words = [_words(field) for field in fields]
    return all(len(of_one) <= _MOST_WORDS for of_one in words) and any(
        word in _TEXTS or word in _LABELS for of_one in words for word in of_one)


def _names(fields):
    return [alike(field).lower() for field in fields]


def _words(field):
    parted, before = [], ""
    for c in field:
        if c.isupper() and before.islower():
            parted.append(" ")
        parted.append(c)
        before = c
    return [word.lower() for word in _WORD_ENDS.split("".join(parted)) if word]
