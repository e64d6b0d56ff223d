"""The dataset's files.

    examples.csv    utterance,label or utterance,label;label in each row; UTF-8, quotes as in RFC 4180
    labels.csv      optional: one label a line; without it the labels are those of examples.csv, sorted
    validation.csv  optional, like examples.csv
    test.csv        optional, like examples.csv

What a file means is the same here and in the host's reader: tests/csv_cases.json holds both to it.
"""

import hashlib
from dataclasses import dataclass, replace

from orca import InputError, log

from .headers import is_header, is_swapped, looks_like_header
from .labels import Spellings, control_character, spelt, visible
from .rows import WHITE, rows

SEPARATOR = ";"  # between the labels of one utterance


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    label: str  # several with semicolons between them

    @property
    def labels(self):
        return self.label.split(SEPARATOR)


@dataclass(frozen=True)
class Data:
    examples: list | None
    labels: list | None
    validation: list | None
    test: list | None
    sha256: str  # of all the files that were read


def read_data(folder):
    """What a model can be trained with: there are examples, and labels for all of them."""
    data = read_files(folder)
    if data.examples is None:
        raise InputError(f"The dataset has no file examples.csv (looked in '{folder}').")
    used = labels_of(data.examples)
    labels = used if data.labels is None else data.labels
    if unknown := sorted(set(used) - set(labels)):
        raise InputError(f"Label '{unknown[0]}' in examples.csv is not in labels.csv.")
    if len(used) < 2:
        raise InputError(f"examples.csv has {len(used)} label; a classifier needs at least 2.")
    for name, part in (("validation", data.validation), ("test", data.test)):
        warn_of_strange(f"{name}.csv", part, labels)
    return replace(data, labels=labels)


def read_files(folder):
    """Whatever files of a dataset there are."""
    digest = hashlib.sha256()
    contents = {name: _content(folder / f"{name}.csv", digest) for name in ("examples", "labels", "validation", "test")}
    labels = read_labels("labels.csv", contents.pop("labels"))
    examples = read_examples("examples.csv", contents.pop("examples"), labels)
    known = labels if labels is not None or examples is None else labels_of(examples)
    others = {name: read_examples(f"{name}.csv", content, known) for name, content in contents.items()}
    return Data(examples, labels, **others, sha256=digest.hexdigest())


def read_texts(folder):
    """The utterances of examples.csv, with or without labels."""
    content = _content(folder / "examples.csv", hashlib.sha256())
    if content is None:
        raise InputError(f"The dataset has no file examples.csv (looked in '{folder}').")
    return [example.text for example in read_examples("examples.csv", content, labelled=False)]


def labels_of(examples):
    return sorted({label for example in examples for label in example.labels})


def one_each(examples):
    """An example of several labels as one for each: it is learnt as each, and judged by each."""
    return [each for example in examples for each in
            ([example] if SEPARATOR not in example.label else [Example(example.text, label) for label in example.labels])]


def warn_of_strange(where, examples, labels):
    known = set(labels)
    if strange := len([example for example in examples or () if not known.issuperset(example.labels)]):
        log(f"{strange} rows of {where} have labels that are not in the training data: they count as wrong.")


def read_examples(name, content, known=None, labelled=True):
    """A file's examples; None without the file. `known` are labels that are known before it is read."""
    if content is None:
        return None
    reader = _Reader(name, known, labelled)
    examples = [example for line, fields in rows(name, content) if (example := reader.read(line, fields))]
    reader.end()
    if not examples:
        raise InputError(f"{name} has no examples.")
    return examples


def read_labels(name, content):
    if content is None:
        return None
    labels, spellings = {}, Spellings()
    for line, fields in rows(name, content):
        label = fields[0].strip(WHITE)
        if len(fields) != 1 or not visible(label):
            raise InputError(f"{name}, line {line}: expected one label.")
        if label in labels:
            raise InputError(f"{name}: label '{label}' appears twice.")
        _check_label(name, line, fields[0], label, spellings)
        labels[label] = line
    return list(labels)


class _Reader:
    """The rows of one file, one after another."""

    def __init__(self, name, known, labelled):
        self._name, self._known, self._labelled = name, frozenset(known or ()), labelled
        self._spellings = Spellings(known or ())
        self._texts = {}  # a label of many rows is one object
        self._first, self._first_labels = None, set()  # of a first row that looks like a header, until its label comes again
        self._rows = 0

    def read(self, line, fields):
        """The example of a row; None for a header line."""
        if len(fields) != 2 and (self._labelled or len(fields) != 1):
            raise self._wrong(line, f"expected {'utterance,label' if self._labelled else 'utterance[,label]'} but found "
                              f"{len(fields)} {'column' if len(fields) == 1 else 'columns'}; an utterance with a comma needs quotes.")
        self._rows += 1
        if self._is_header(line, fields):
            return None
        text = self._text(line, fields[0])
        if not self._labelled:
            return Example(text, "")
        labels = self._labels(line, fields[1])
        self._look_for_header(line, fields, labels)
        label = SEPARATOR.join(labels)
        return Example(text, self._texts.setdefault(label, label))

    def end(self):
        if self._first:
            line, fields = self._first
            raise self._wrong(line, f"'{spelt(','.join(fields))}' looks like a header, and no other row has its label. If it is one, "
                              "remove it or call the columns utterance,label; if it is none, list its label in labels.csv.")

    def _is_header(self, line, fields):
        if self._rows > 1 and (len(fields) == 1 or not self._labelled):
            return False
        swapped = is_swapped(fields)
        if not (swapped or is_header(fields)) or (len(fields) == 2 and self._all_known(fields[1])):
            return False
        if self._rows > 1:
            raise self._wrong(line, "the header is there again; were two files put together? Remove the line.")
        if swapped:
            raise self._wrong(line, "by its header the columns are swapped: the utterance comes first, then its label.")
        return True

    def _all_known(self, field):
        return bool(self._known) and all(label.strip(WHITE) in self._known for label in field.split(SEPARATOR))

    def _look_for_header(self, line, fields, labels):
        if self._rows == 1:
            if not self._known.issuperset(labels) and looks_like_header(fields):
                self._first, self._first_labels = (line, fields), set(labels)
        elif self._first and not self._first_labels.isdisjoint(labels):
            self._first = None

    def _text(self, line, field):
        text = field.strip(WHITE)
        if not visible(text):
            raise self._wrong(line, "the utterance is empty.")
        if _is_quoted(field, text) and text.endswith('"'):
            raise self._wrong(line, "a space before the quote of the utterance would make the quote a part of it: "
                              "remove the space.")
        return text

    def _labels(self, line, field):
        labels = field.split(SEPARATOR)
        for index, part in enumerate(labels):
            labels[index] = label = part.strip(WHITE)
            if not visible(label):
                several = f"one of the labels in '{spelt(field.strip(WHITE))}' is empty."
                raise self._wrong(line, several if len(labels) > 1 else "the label is empty.")
            _check_label(self._name, line, part, label, self._spellings)
        if len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            raise self._wrong(line, f"label '{spelt(twice)}' appears twice.")
        return labels

    def _wrong(self, line, reason):
        return InputError(f"{self._name}, line {line}: {reason}")


def _check_label(name, line, field, label, spellings):
    where = f"{name}, line {line}"
    if control_character(label):
        raise InputError(f"{where}: label '{spelt(label)}' contains a control character.")
    if _is_quoted(field, label):
        raise InputError(f"{where}: a space before the quote of label '{spelt(label)}' would make the quote a part of the label: "
                         "remove the space.")
    if other := spellings.clash(label, f"line {line}"):
        known, place = other
        raise InputError(f"{where}: label '{spelt(label)}' and '{spelt(known)}' ({place or 'a known label'}) differ only in invisible "
                         "characters: use one spelling.")


def _is_quoted(field, stripped):
    return stripped.startswith('"') and not field.startswith('"')


def _content(file, digest):
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{file.name} can't be read: {error.strerror}.") from None
    digest.update(f"{file.name} {len(content)}\n".encode())
    digest.update(content)
    return content
