"""How a training starts and ends."""

import os
import signal
import sys

from . import s3
from .errors import InputError, StorageError
from .lines import begin_fresh, log_error
from .parameters import tell_of_unread
from .places import on_s3, output_path, output_place
from .s3.publishing import publish_all

FAILED, BAD_INPUT = 1, 2
STOPPED = 128 + signal.SIGTERM


def run(train):
    """Runs a training to its exit code: 0 when it returns and what it left is published, 2 with one sentence
    on standard error when parameters or data are wrong, 1 with one when S3 can't be reached, 143 when it was
    told to stop, and Python's 1 for anything else."""
    exit_when_stopped()
    try:
        # At once, since what opens the places expires and is renewed from here on, however late it is used.
        if on_s3():
            s3.access()
        end = _end_of(train)
        if place := output_place():
            publish_all(s3.access(), place, output_path())
    except InputError as error:
        _say_and_exit(error, BAD_INPUT)
    except StorageError as error:
        _say_and_exit(error, FAILED)
    if end:
        raise end


def _end_of(train):
    """Runs it. A sys.exit() that means success is returned, for there is something left to do before."""
    try:
        train()
        end = None
    except SystemExit as stopped:
        if stopped.code not in (None, 0):
            raise
        end = stopped
    tell_of_unread()
    return end


def _say_and_exit(error, code):
    log_error(error)
    sys.exit(code)


def exit_when_stopped():
    """Makes SIGTERM end the process at once. Call it before slow imports.

    The first process of a container has no default actions: without a handler it ignores SIGTERM and
    is killed when the grace period is over. An exception would not do: raised inside a callback of a
    native library it gets lost. Files are safe, because atomic_file() leaves no half ones.
    """
    signal.signal(signal.SIGTERM, _exit)


def _exit(_signal, _frame):
    # Not through sys.stdout: the signal may have come in the middle of a write to it.
    begin_fresh(2)
    os.write(2, b"Stopped by SIGTERM.\n")
    os._exit(STOPPED)
