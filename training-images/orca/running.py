"""How a training starts and ends."""

import os
import signal
import sys

from .errors import InputError

BAD_INPUT = 2
STOPPED = 128 + signal.SIGTERM


def run(train):
    """Runs a training to its exit code: 0 when it returns, 2 with one sentence on standard error when
    parameters or data are wrong, 143 when it was told to stop, and Python's 1 for anything else."""
    exit_when_stopped()
    try:
        train()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_INPUT)


def exit_when_stopped():
    """Makes SIGTERM end the process at once. Call it before slow imports.

    The first process of a container has no default actions: without a handler it ignores SIGTERM and
    is killed when the grace period is over. An exception would not do: raised inside a callback of a
    native library it gets lost. Files are safe, because atomic_file() leaves no half ones.
    """
    signal.signal(signal.SIGTERM, _exit)


def _exit(_signal, _frame):
    # Not through sys.stdout: the signal may have come in the middle of a write to it.
    os.write(2, b"Stopped by SIGTERM.\n")
    os._exit(STOPPED)
