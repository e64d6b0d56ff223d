"""Parameters, which are environment variables under their own names, as typed values.

A variable that is missing or empty means the default. Anything else that does not fit is an error that
names the parameter, its value and what would be right: a job that trains for hours with a misread
parameter costs more than one that fails at once. For the same reason a parameter that is given and that
nobody reads is told: mostly it is another one's name, misspelt.
"""

import math
import os
import re

from . import names
from .errors import InputError, shown
from .lines import log

_REQUIRED = object()
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
# Python itself also reads 1_000 and the digits of other scripts. The host does not, and both shall read the same.
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MOST_TOLD = 8
_read_names = set()


def integer(name, default=_REQUIRED, minimum=None, maximum=None):
    """A whole number, from minimum to maximum (both included)."""
    return _read(name, default, _whole, "a whole number" + _range(minimum, maximum), minimum, maximum)


def number(name, default=_REQUIRED, minimum=None, maximum=None):
    """A finite number, from minimum to maximum (both included)."""
    return _read(name, default, _finite, "a number" + _range(minimum, maximum), minimum, maximum)


def text(name, default=_REQUIRED):
    """A text, as it was given: blanks at its ends are part of it."""
    return _read(name, default, str, "a text", strip=False)


def choice(name, values, default=_REQUIRED):
    """One of some texts, to the letter."""

    def parse(value):
        if value not in values:
            raise ValueError(value)
        return value

    return _read(name, default, parse, "one of " + ", ".join(values), strip=False)


def flag(name, default=_REQUIRED):
    """True or false, in the spellings that people use."""

    def parse(value):
        lower = value.lower()
        if lower not in _TRUE + _FALSE:
            raise ValueError(value)
        return lower in _TRUE

    return _read(name, default, parse, "true or false")


def refuse_unread(also=()):
    """Refuses parameters of this job that nobody has read: call it when all have been. `also` names those that
    are read otherwise than by this module, such as by a library from the environment.

    Where the host does not say which variables are parameters, those are refused that look like a misspelt one."""
    given = names.given()
    if given is None:
        given = [name for name in os.environ if names.closest(name, _read_names)]
    if unread := _unread(given, also):
        none = "this training has no such parameter" if len(unread) == 1 else "this training has no such parameters"
        raise InputError(f"{_listed(unread)}: {none}. It reads {', '.join(sorted(_read_names))}.")


def tell_of_unread():
    """At the end of a training, if it reads parameters by this module at all: those that nobody has asked for."""
    try:
        if _read_names and (unread := _unread(names.given() or (), ())):
            log(f"{_listed(unread)}: given, but not read by the module orca. Unless another part of the training reads "
                f"{'it, it' if len(unread) == 1 else 'them, they'} changed nothing.")
    except InputError as error:
        log(error)


def _unread(given, also):
    return sorted(name for name in given if name not in _read_names and name not in also and not names.is_library_s(name))


def _listed(unread):
    told = []
    for name in unread[:_MOST_TOLD]:
        meant = names.closest(name, _read_names)
        told.append(f"{shown(name)} (did you mean {meant}?)" if meant else shown(name))
    more = f" and {len(unread) - _MOST_TOLD} more" if len(unread) > _MOST_TOLD else ""
    return f"Parameter{'s' if len(unread) > 1 else ''} {', '.join(told)}{more}"


def _read(name, default, parse, right, minimum=None, maximum=None, strip=True):
    _read_names.add(name)
    given = os.environ.get(name, "")
    raw = given.strip() if strip else given
    if not raw:
        if default is _REQUIRED:
            raise InputError(f"Parameter {name} is missing; it must be {right}.{_instead_of(name)}")
        return default
    try:
        value = parse(raw)
    except ValueError:
        value = None
    if value is None or (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise InputError(f"Parameter {name} is '{shown(given)}'; it must be {right}.")
    return value


def _instead_of(name):
    misspelt = names.closest(name, _unread(names.given() or (), ()))
    return f" There is {misspelt}: is that the one?" if misspelt else ""


def _whole(raw):
    if not _WHOLE.fullmatch(raw):
        raise ValueError(raw)
    return int(raw)


def _finite(raw):
    if not _NUMBER.fullmatch(raw):
        raise ValueError(raw)
    value = float(raw)
    # What is too large or too small for a number would be another one.
    if not math.isfinite(value) or (value == 0 and re.search("[1-9]", re.split("[eE]", raw)[0])):
        raise ValueError(raw)
    return value + 0.0  # -0 is 0


def _range(minimum, maximum):
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f" of at least {minimum}"
    if maximum is not None:
        return f" of at most {maximum}"
    return ""
