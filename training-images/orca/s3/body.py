"""An object's bytes as they come."""

import re


class Body:
    """Closes what it reads from. `start` is the first byte's offset, `total` the size of the whole object or
    None. Errors while reading are turned into faults."""

    def __init__(self, stream, start, total, fault):
        self.start, self.total = start, total
        self._stream, self._fault = stream, fault

    def read(self, size):
        try:
            return self._stream.read(size)
        except Exception as error:  # Each library breaks off in a dozen ways; all mean that the rest did not come.
            raise self._fault(error) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()


def extent(status, content_length, content_range):
    """Start and total of what an answer brings, by its headers. A server may ignore that only a part was asked for."""
    if status == 206 and (found := re.match(r"bytes (\d+)-\d+/(\d+)", content_range or "")):
        return int(found[1]), int(found[2])
    return 0, None if content_length is None else int(content_length)
