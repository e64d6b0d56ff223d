"""Text to numbers: the n-grams of a text, each hashed to one of the rows of a table.

Words say what is meant, word pairs in which order, and character n-grams that run across words catch
spelling, endings and what words have in common. Hashing needs no dictionary, so the model is complete
with its settings; two n-grams that meet in one row are rare enough for training to live with.
"""

import re
import unicodedata
import zlib
from array import array

# Stored in the model file: a model is only right with the features that it was trained on.
VERSION = 1
SHORTEST, LONGEST = 2, 5

# Of one text; what follows is passed over. It is the n-grams of some 2,400 characters: what these do not say about
# what a text wants, the rest seldom does, and without a bound one text can cost what a whole dataset may.
MOST_NGRAMS = 10_000

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")


def tokens(text):
    """Words in lower case, signs one by one; a number is a number, whichever."""
    text = unicodedata.normalize("NFKC", text).lower()
    return ["0" if token.isdigit() else token for token in _TOKEN.findall(text)]


def ngrams(words):
    """Of a text's tokens."""
    # The first sign keeps the kinds apart, so that the word "to" and the characters "to" differ.
    yield from ("w" + word for word in words)
    edged = ["<", *words, ">"]
    yield from (f"p{first} {second}" for first, second in zip(edged, edged[1:]))
    line = f" {' '.join(words)} "
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(line) - length + 1):
            yield "c" + line[start:start + length]


def beginning(words):
    """The tokens from the first on whose n-grams there is room for; the last of them may be a part of one."""
    # At most: one for each token, one for each pair and the edges, and one for each length at each character of the line.
    room, lengths = MOST_NGRAMS - 5, LONGEST - SHORTEST + 1
    for count, word in enumerate(words):
        cost = 2 + lengths * (len(word) + 1)
        if cost > room:
            part = word[:max(0, (room - 2) // lengths - 1)]
            return [*words[:count], *([part] if part else [])]
        room -= cost
    return words


def rows(text, buckets):
    """The table's row of each n-gram, and whether the text had more than there is room for. CRC-32 is the same on every
    machine, unlike Python's hash()."""
    words = tokens(text)
    kept = beginning(words)
    return array("i", (zlib.crc32(ngram.encode()) % buckets for ngram in ngrams(kept))), kept is not words
