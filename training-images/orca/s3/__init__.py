"""Places on S3, for a training that knows folders alone."""

import os
from functools import cache

from ..errors import InputError


@cache
def access():
    """The way in that the host offers: presigned URLs or credentials. One for the whole process, because it
    renews itself in the background; run() asks for it first."""
    return _from_environment()


def _from_environment():
    if os.environ.get("ORCA_PRESIGNED_URLS"):
        from .presigned import UrlAccess

        return UrlAccess.from_environment()
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        from .credentials import CredentialAccess, from_environment

        return CredentialAccess(from_environment())
    raise InputError("The dataset or the output is on S3, but the container has no credentials for it: "
                     "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ORCA_PRESIGNED_URLS.")
