"""What a training says: one JSON object a line on standard output. Every other line is log."""

import hashlib
import json
import math
import numbers
from decimal import Decimal
from pathlib import Path

from . import s3
from .errors import InputError, shown
from .places import output_path, output_place
from .s3.publishing import publish
from .lines import log

_LONGEST_NAME = 128


def metric(step=None, **values):
    """Numbers measured at a step: metric(step=3, epoch=3, loss=0.41, accuracy=0.87).

    JSON has no NaN and no infinity, yet a loss that became NaN is what one wants to see: such values are
    written as the texts "NaN", "Infinity" and "-Infinity", which .NET's JSON reader takes for numbers
    when told to (JsonNumberHandling.AllowNamedFloatingPointLiterals).
    """
    if not values:
        raise ValueError("metric() needs at least one value, such as metric(step=1, loss=0.5)")
    for name in values:
        if name == "orca" or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
            raise ValueError(f"a metric can't be called '{shown(name)}': give a name of 1 to {_LONGEST_NAME} printable "
                             "characters other than 'orca'")
    record = {} if step is None else {"step": _number("step", step)}
    record.update((name, _number(name, value)) for name, value in values.items())
    _emit("metric", record)


def progress(done, total):
    """How much of the work is done, in any unit, such as epochs."""
    done, total = _number("done", done), _number("total", total)
    if isinstance(done, str) or isinstance(total, str) or done < 0 or total <= 0:
        raise ValueError(f"progress({done}, {total}) is not valid: done must be a number from 0, total a number above 0")
    _emit("progress", {"done": done, "total": total})


def artifact(path, name=None):
    """Announces a finished file. A relative path is one below the output folder; the name by which others
    know it is its path there. Where the output lies on S3 it is there when this returns. Returns what was
    announced."""
    folder = output_path()
    file = folder / path
    if name is None:
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else Path(path).name
    if any("\ud800" <= c <= "\udfff" for c in name):  # how Python holds bytes of a name that are no UTF-8
        raise InputError(f"The file name '{shown(name)}' is not UTF-8; use another file name to publish it.")
    with open(file, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if place := output_place():
        publish(s3.access(), place, name, file)
    record = {"name": name, "size": file.stat().st_size, "sha256": digest}
    _emit("artifact", record)
    return record


def _emit(kind, record):
    log(json.dumps({"orca": kind, **record}, allow_nan=False, ensure_ascii=False, separators=(",", ":")))


def _number(name, value):
    # Tensors and array scalars hide their number behind item().
    if not isinstance(value, numbers.Number) and hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, (numbers.Real, Decimal)) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    try:
        if isinstance(value, numbers.Integral) and abs(value) < 1 << 63:
            return int(value)
        value = float(value)
    except OverflowError:
        value = math.inf if value > 0 else -math.inf
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
