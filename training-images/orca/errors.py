class InputError(Exception):
    """What the caller gave can't be trained with. The message is one sentence for a data scientist: what
    is wrong with which value, and what would be right. run() prints it alone, without a traceback."""


class StorageError(Exception):
    """A place behind a network can't be read or written. The message is one sentence that names bucket and
    key, and never a credential: exceptions of the libraries below can hold whole signed addresses, so none
    is ever chained to this one. run() prints it alone, without a traceback."""
