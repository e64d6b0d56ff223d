"""Text to numbers: the n-grams of a text, each hashed to one of the rows of a table.

Words say what is meant, word pairs in which order, and character n-grams that run across words catch
spelling, endings and what words have in common. Hashing needs no dictionary, so the model is complete
with its settings; two n-grams that meet in one row are rare enough for training to live with.
"""

import re
import unicodedata
import zlib

# Stored in the model file: a model is only right with the features that it was trained on.
VERSION = 1
SHORTEST, LONGEST = 2, 5

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")


def tokens(text):
    """Words in lower case, signs one by one; a number is a number, whichever."""
    text = unicodedata.normalize("NFKC", text).lower()
    return ["0" if token.isdigit() else token for token in _TOKEN.findall(text)]


def ngrams(text):
    # The first sign keeps the kinds apart, so that the word "to" and the characters "to" differ.
    words = tokens(text)
    yield from ("w" + word for word in words)
    edged = ["<", *words, ">"]
    yield from (f"p{first} {second}" for first, second in zip(edged, edged[1:]))
    line = f" {' '.join(words)} "
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(line) - length + 1):
            yield "c" + line[start:start + length]


def rows(text, buckets):
    """The table's row of each n-gram. CRC-32 is the same on every machine, unlike Python's hash()."""
    return [zlib.crc32(ngram.encode()) % buckets for ngram in ngrams(text)]
