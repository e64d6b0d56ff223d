class InputError(Exception):
    """What the caller gave can't be trained with. The message is one sentence for a data scientist: what
    is wrong with which value, and what would be right. run() prints it alone, without a traceback."""
