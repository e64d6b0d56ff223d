"""What an attempt leaves on S3. A file goes up as soon as it is announced; the rest when the training has ended well."""

import os
import stat

from ..errors import InputError
from . import transfer

_published = {}  # size and time of change by place and name


def publish(access, place, name, file):
    """Uploads a file, unless it is as it was when it was uploaded last."""
    status = os.stat(file)
    if _published.get((place, name)) == (state := (status.st_size, status.st_mtime_ns)):
        return
    transfer.upload(access, place, name, file)
    _published[place, name] = state


def publish_all(access, place, folder):
    """Uploads what is not there yet. As in a folder that the host reads, only regular files are results."""
    for parent, folders, files in os.walk(folder):
        for entry in sorted(folders + files):
            path = os.path.join(parent, entry)
            mode = os.lstat(path).st_mode
            name = os.path.relpath(path, folder)
            if stat.S_ISREG(mode):
                publish(access, place, name, path)
            elif not stat.S_ISDIR(mode):
                raise InputError(f"The output holds '{name}', which is no regular file; only files and folders are published.")
