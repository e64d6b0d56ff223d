"""Parameters, which are environment variables under their own names, as typed values.

A variable that is missing or empty means the default. Anything else that does not fit is an error that
names the parameter, its value and what would be right: a job that trains for hours with a misread
parameter costs more than one that fails at once.
"""

import math
import os

from .errors import InputError

_REQUIRED = object()
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def integer(name, default=_REQUIRED, minimum=None, maximum=None):
    """A whole number, from minimum to maximum (both included)."""
    return _read(name, default, int, "a whole number" + _range(minimum, maximum), minimum, maximum)


def number(name, default=_REQUIRED, minimum=None, maximum=None):
    """A finite number, from minimum to maximum (both included)."""
    return _read(name, default, _finite, "a number" + _range(minimum, maximum), minimum, maximum)


def text(name, default=_REQUIRED):
    return _read(name, default, str, "a text")


def choice(name, values, default=_REQUIRED):
    """One of some texts."""

    def parse(value):
        if value not in values:
            raise ValueError(value)
        return value

    return _read(name, default, parse, "one of " + ", ".join(values))


def flag(name, default=_REQUIRED):
    """True or false, in the spellings that people use."""

    def parse(value):
        lower = value.lower()
        if lower not in _TRUE + _FALSE:
            raise ValueError(value)
        return lower in _TRUE

    return _read(name, default, parse, "true or false")


def _read(name, default, parse, right, minimum=None, maximum=None):
    raw = os.environ.get(name, "").strip()
    if not raw:
        if default is _REQUIRED:
            raise InputError(f"Parameter {name} is missing; it must be {right}.")
        return default
    try:
        value = parse(raw)
    except ValueError:
        value = None
    if value is None or (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise InputError(f"Parameter {name} is '{raw[:80]}'; it must be {right}.")
    return value


def _finite(raw):
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError(raw)
    return value


def _range(minimum, maximum):
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f" of at least {minimum}"
    if maximum is not None:
        return f" of at most {maximum}"
    return ""
