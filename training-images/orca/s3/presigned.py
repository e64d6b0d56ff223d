"""Access by presigned URLs, with Python alone: for servers that give no temporary credentials."""

import http.client
import json
import os
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field

from ..errors import StorageError
from . import transfer
from .body import Body, extent
from .faults import Absent, code_in, of_answer, of_connection
from .renewal import Renewed, seconds_of

# Of connecting, and of each wait for bytes.
_TIMEOUT = 60
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Document:
    """The URLs of one attempt, all of them secrets."""

    expires: float | None
    content: dict = field(repr=False)

    @staticmethod
    def of(content):
        try:
            document = json.loads(content)
            if document["version"] != 1 or not isinstance(document["self"], str):
                raise ValueError
            return Document(seconds_of(document["expires"]), document)
        except (ValueError, KeyError, TypeError):
            raise StorageError("The document of presigned URLs does not have the expected form.") from None

    def readable(self, part):
        """URLs by name."""
        found = self.content.get(part) or {}
        return (found.get("read") or {}) if part == "checkpoint" else found

    def form(self, part):
        """What a write needs: url, fields and prefix; None without."""
        found = self.content.get(part) or {}
        return found.get("write") if part == "checkpoint" else found


class UrlAccess:
    """Opens and puts objects by URLs that are renewed in the background."""

    def __init__(self, url):
        first = transfer.retried(lambda: _document(url))
        self._urls = Renewed(first, lambda: _document(self._urls.current.content["self"]), "presigned URLs for S3").start()

    @staticmethod
    def from_environment():
        return UrlAccess(os.environ["ORCA_PRESIGNED_URLS"])

    def open(self, place, name, offset=0):
        url = self._urls.current.readable(place.part).get(name)
        if url is None:
            # The host may have learnt of it since, such as of a checkpoint that this attempt wrote.
            self._urls.look()
            url = self._urls.current.readable(place.part).get(name)
        if url is None:
            raise Absent(f"{place.describe(name)} is not among what this training may read.")
        return _open("read", place, name, url, {"Range": f"bytes={offset}-"} if offset else {})

    def put(self, place, name, file):
        form = self._urls.current.form(place.part)
        if not form or not {"url", "fields", "prefix"} <= form.keys():
            raise StorageError(f"{place.describe(name)} is not a place to which this training may write.")
        with open(file, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            boundary = uuid.uuid4().hex
            head, tail = form_around(form["fields"] | {"key": form["prefix"] + name}, boundary)
            headers = {"Content-Type": f"multipart/form-data; boundary={boundary}",
                       "Content-Length": str(len(head) + size + len(tail))}
            with _open("written", place, name, form["url"], headers, _parts(head, stream, tail)) as body:
                body.read(_CHUNK)

    def names(self, place):
        """What there was to be read when the newest document was made."""
        return list(self._urls.current.readable(place.part))


def form_around(fields, boundary):
    """What a form has before and after its file, which is its last field."""

    def field_of(name, value):
        return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'

    head = "".join(field_of(name, value) for name, value in fields.items())
    head += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
             "Content-Type: application/octet-stream\r\n\r\n")
    return head.encode(), f"\r\n--{boundary}--\r\n".encode()


def _parts(head, stream, tail):
    yield head
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield tail


class _Source:
    """The document itself, as something to read and to speak of."""

    @staticmethod
    def open(place, url):
        return _open("read", place, url, url)

    @staticmethod
    def describe(_):
        return "The document of presigned URLs"


def _document(url):
    return Document.of(transfer.read_once(_Source, _Source, url))


def _open(action, place, name, url, headers=None, data=None):
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            raise of_answer(action, place, name, error.code, _code_of(error)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        raise of_connection(action, place, name, reason if isinstance(reason, Exception) else error) from None
    start, total = extent(answer.status, answer.headers.get("Content-Length"), answer.headers.get("Content-Range"))
    return Body(answer, start, total, lambda error: of_connection(action, place, name, error))


def _code_of(error):
    try:
        return code_in(error.read(4096))
    except (OSError, http.client.HTTPException):
        return None
