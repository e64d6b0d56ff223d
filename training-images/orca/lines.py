"""Lines on standard output. Each leaves at once and in one piece: a line that waits in a buffer is lost when the container
is killed, and two threads' halves of lines are nobody's JSON. And each begins on a fresh line, whatever a progress bar has
left open on the one before."""

import os
import select
import sys
import threading
import weakref


def log(message):
    """A line for people."""
    _write("stdout", " ".join(str(message).splitlines()))


def log_error(message):
    """A line on standard error, where the host looks for why a training failed."""
    _write("stderr", " ".join(str(message).splitlines()))


def begin_fresh(descriptor):
    """Ends the line that is open on a descriptor. For a signal's handler: it waits for no lock and no buffer."""
    target = _by_file.get(_file_of(descriptor))
    if target and target.is_open:
        os.write(descriptor, b"\n")


class _Target:
    """Where streams lead: a pipe, a terminal, a file. Standard output and standard error often share one."""

    is_open = False  # whether the last line on it has no end yet


_by_file = {}
_by_stream = weakref.WeakKeyDictionary()
# Reentrant, since a signal's handler may log while the line that it interrupts is being written.
_lock = threading.RLock()


def _renew_lock():
    global _lock
    _lock = threading.RLock()


# A thread of the parent may have held it at the fork, and is not there to give it back.
os.register_at_fork(after_in_child=_renew_lock)


def _write(name, line):
    # Half a character, as names of files can have, must not end the training.
    content = f"{line}\n".encode("utf-8", "backslashreplace")
    with _lock:
        stream = getattr(sys, name)
        if stream is None:  # The process was started without it.
            return
        target = _watch(stream)
        for other in (sys.stdout, sys.stderr):
            if other is stream or (other is not None and _watch(other) is target):
                other.flush()
        if target.is_open:
            content = b"\n" + content
        lowest = _lowest(stream)
        if lowest is stream:
            stream.write(content.decode())
            stream.flush()
        else:
            _write_all(lowest, content)


def _write_all(lowest, content):
    """A pipe that a signal interrupts, or that another process made non-blocking, takes a part at a time."""
    left = memoryview(content)
    while left:
        written = lowest.write(left)
        if written is None:
            select.select([], [lowest], [])
        else:
            left = left[written:]


def _lowest(stream):
    """The one among a stream's layers through which all that is written leaves. What stands in for standard output, such
    as a text in memory, may have no layers."""
    buffer = getattr(stream, "buffer", None)
    lowest = getattr(buffer, "raw", buffer)
    return stream if lowest is None else lowest


def _watch(stream):
    """From now on it is known where the stream's last line ends."""
    lowest = _lowest(stream)
    try:
        if target := _by_stream.get(lowest):
            return target
        target = _Target()
        if (file := _file_of_stream(lowest)) is not None:
            target = _by_file.setdefault(file, target)
        lowest.write = _watched(lowest.write, target)
        _by_stream[lowest] = target
        return target
    except (AttributeError, TypeError):  # An object that takes no attribute, or has no hash: it stays unknown.
        return _Target()


def _watched(write, target):
    def watched(content):
        with _lock:
            count = write(content)
            if content:
                last = content[-1:] if isinstance(content, str) else bytes(memoryview(content).cast("B")[-1:])
                target.is_open = last not in ("\n", b"\n")
            return count

    return watched


def _file_of_stream(lowest):
    try:
        return _file_of(lowest.fileno())
    except (AttributeError, OSError, ValueError):
        return None


def _file_of(descriptor):
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


for _stream in (sys.stdout, sys.stderr):
    if _stream is not None:
        _watch(_stream)
