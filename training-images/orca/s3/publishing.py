"""What an attempt leaves on S3. A file goes up as soon as it is announced; the rest when the training has ended well."""

import os
import stat
from pathlib import Path

from ..errors import InputError, shown
from ..lines import log
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
    """Uploads what is not there yet, as from a folder that the host reads: regular files, and links to such files of
    the output as the files that they lead to. Other links are left out and told."""
    for parent, folders, files in os.walk(folder):
        for entry in sorted(folders + files):
            path = os.path.join(parent, entry)
            mode = os.lstat(path).st_mode
            name = os.path.relpath(path, folder)
            if stat.S_ISREG(mode) or (stat.S_ISLNK(mode) and _is_file_of(folder, path)):
                publish(access, place, name, path)
            elif stat.S_ISLNK(mode):
                log(f"The output's '{shown(name)}' is a link that leads to no file of the output: it is left out.")
            elif not stat.S_ISDIR(mode):
                raise InputError(f"The output contains '{shown(name)}', which is not a regular file; only files and folders are published.")


def _is_file_of(folder, path):
    target = Path(path).resolve()
    return target.is_relative_to(Path(folder).resolve()) and target.is_file()
