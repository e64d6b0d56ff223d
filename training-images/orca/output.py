"""What a training says: one JSON object a line on standard output. Every other line is log."""

import hashlib
import json
import math
import numbers
from pathlib import Path

from . import s3
from .places import output_path, output_place
from .s3.publishing import publish
from .lines import log


def metric(step=None, **values):
    """Numbers measured at a step: metric(step=3, epoch=3, loss=0.41, accuracy=0.87).

    JSON has no NaN and no infinity, yet a loss that became NaN is what one wants to see: such values are
    written as the texts "NaN", "Infinity" and "-Infinity", which .NET's JSON reader takes for numbers
    when told to (JsonNumberHandling.AllowNamedFloatingPointLiterals).
    """
    if not values:
        raise ValueError("metric() needs at least one value, such as metric(step=1, loss=0.5)")
    record = {} if step is None else {"step": _number("step", step)}
    record.update((name, _number(name, value)) for name, value in values.items())
    _emit("metric", record)


def progress(done, total):
    """How much of the work is done, in any unit, such as epochs."""
    _emit("progress", {"done": _number("done", done), "total": _number("total", total)})


def artifact(path, name=None):
    """Announces a finished file. A relative path is one below the output folder; the name by which others
    know it is its path there. Where the output lies on S3 it is there when this returns. Returns what was
    announced."""
    folder = output_path()
    file = folder / path
    if name is None:
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else Path(path).name
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
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
