class InputError(Exception):
    """What the caller gave can't be trained with. The message is one sentence for a data scientist: what
    is wrong with which value, and what would be right. run() prints it alone, without a traceback."""


class StorageError(Exception):
    """A place behind a network can't be read or written, or a file finds no room. The message is one sentence
    that names bucket and key, or the file, and never a credential: exceptions of the libraries below can hold
    whole signed addresses, so none is ever chained to this one. run() prints it alone, without a traceback."""


def shown(text):
    """A value as it can stand in a sentence: not too long, and without what would end the line or drive a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text[:80])
