"""What can go wrong on the way to a server, by what there is to do about it."""

import re

from ..errors import StorageError

# Statuses after which the same request may well succeed.
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
# Some servers say these with a status that sounds final.
_TRANSIENT_CODES = {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling"}
# What a code means to who reads it, where the status alone would mislead.
_MEANING = {
    "NoSuchBucket": "there is no such bucket.",
    "RequestTimeTooSkewed": "the clock of the machine that the training runs on differs from the server's.",
    "ExpiredToken": "the credentials have expired.",
    "TokenRefreshRequired": "the credentials have expired.",
    "InvalidAccessKeyId": "the server does not know the access key.",
    "SignatureDoesNotMatch": "the secret key is another one, or something on the way changes requests.",
    "EntityTooLarge": "the server takes no file of this size.",
    "QuotaExceeded": "the server has no room left for this bucket.",
}


class Transient(StorageError):
    """May succeed when it is tried again."""


class Absent(StorageError):
    """There is no such object."""


class Refused(StorageError):
    """The server says no. To who may not list, some servers also answer so where nothing is."""


def of_answer(action, place, name, status, code):
    """The fault that a server's answer means. Of the answer itself only the code goes into the sentence."""
    what = f"{place.describe(name)} could not be {action}: the server answered {status}"
    what += f" {code}" if code and re.fullmatch(r"\w{1,60}", str(code)) else ""
    if status in _TRANSIENT or code in _TRANSIENT_CODES:
        return Transient(f"{what}.")
    if status == 404:
        return Absent(f"{what}: {_MEANING.get(code, 'it is not there.')}")
    if status in (401, 403):
        return Refused(f"{what}: {_MEANING.get(code, 'this training may not, or its credentials have expired.')}")
    if code in _MEANING:
        return StorageError(f"{what}: {_MEANING[code]}")
    return StorageError(f"{what}.")


def of_connection(action, place, name, error):
    """The fault when no answer came, or not all of it. The error's own text may hold a signed address."""
    return Transient(f"{place.describe(name)} could not be {action}: the connection to the server failed "
                     f"({type(error).__name__}).")


def code_in(body):
    """The code in an answer's XML; None without."""
    found = re.search(rb"<Code>(\w{1,60})</Code>", body)
    return found and found[1].decode()
