"""Places on S3, for a training that knows folders alone."""

import os
import threading

from ..errors import InputError

_lock = threading.Lock()
_access = None


def access():
    """The way in that the host offers: presigned URLs or credentials. One for the whole process, because it
    renews itself in the background."""
    global _access
    with _lock:
        if _access is None:
            _access = _from_environment()
        return _access


def _from_environment():
    if os.environ.get("ORCA_PRESIGNED_URLS"):
        from .presigned import UrlAccess

        return UrlAccess.from_environment()
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        from .credentials import CredentialAccess, from_environment

        return CredentialAccess(from_environment())
    raise InputError("The dataset or the output is on S3, and nothing says how to get there: "
                     "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ORCA_PRESIGNED_URLS.")
