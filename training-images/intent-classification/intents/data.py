"""The dataset's files.

    examples.csv    utterance,label or utterance,label;label in each row; UTF-8, no header, quotes as in RFC 4180
    labels.csv      optional: one label a line; without it the labels are those of examples.csv, sorted
    validation.csv  optional, like examples.csv
    test.csv        optional, like examples.csv
"""

import csv
import hashlib
import io
from dataclasses import dataclass, replace

from orca import InputError, log

TEXT, LABEL = "utterance", "label"  # a header line, where there is one
SEPARATOR = ";"  # between the labels of one utterance


@dataclass(frozen=True)
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
    used = sorted({label for example in data.examples for label in example.labels})
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
    return Data(_examples(folder / "examples.csv", digest), _labels(folder / "labels.csv", digest),
                _examples(folder / "validation.csv", digest), _examples(folder / "test.csv", digest), digest.hexdigest())


def read_texts(folder):
    """The utterances of examples.csv, with or without labels."""
    examples = _examples(folder / "examples.csv", hashlib.sha256(), labelled=False)
    if examples is None:
        raise InputError(f"The dataset has no file examples.csv (looked in '{folder}').")
    return [example.text for example in examples]


def one_each(examples):
    """An example of several labels as one for each: it is learnt as each, and judged by each."""
    return [Example(example.text, label) for example in examples for label in example.labels]


def warn_of_strange(where, examples, labels):
    known = set(labels)
    if strange := len([example for example in examples or () if not known.issuperset(example.labels)]):
        log(f"{strange} rows of {where} have labels that the training does not know: they count as wrong.")


def _examples(file, digest, labelled=True):
    rows = _rows(file, digest)
    if rows is None:
        return None
    if rows and [field.strip().lower() for field in rows[0][1]] in ([TEXT, LABEL], [] if labelled else [TEXT]):
        rows = rows[1:]
    examples = [_example(file, line, fields, labelled) for line, fields in rows]
    if not examples:
        raise InputError(f"{file.name} holds no examples.")
    return examples


def _example(file, line, fields, labelled):
    if len(fields) != 2 and (labelled or len(fields) != 1):
        raise InputError(f"{file.name}, line {line}: expected {'utterance,label' if labelled else 'utterance[,label]'} "
                         f"but found {len(fields)} fields; an utterance with a comma needs quotes.")
    text, label = fields[0].strip(), fields[1].strip() if len(fields) == 2 else ""
    if not text or (labelled and not label):
        raise InputError(f"{file.name}, line {line}: the {'label' if text else 'utterance'} is empty.")
    labels = [one.strip() for one in label.split(SEPARATOR)]
    if labelled and not all(labels):
        raise InputError(f"{file.name}, line {line}: one of the labels in '{label}' is empty.")
    return Example(text, SEPARATOR.join(dict.fromkeys(labels)))


def _labels(file, digest):
    rows = _rows(file, digest)
    if rows is None:
        return None
    labels = []
    for line, fields in rows:
        if len(fields) != 1 or not fields[0].strip():
            raise InputError(f"{file.name}, line {line}: expected one label.")
        labels.append(fields[0].strip())
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise InputError(f"{file.name}: label '{min(twice)}' is there twice.")
    return labels


def _rows(file, digest):
    """Pairs of line number and fields; None without the file."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{file.name} can't be read: {error.strerror}.") from None
    digest.update(f"{file.name} {len(content)}\n".encode())
    digest.update(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file.name}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for fields in reader:
            if fields:
                rows.append((reader.line_num, fields))
    except csv.Error as error:
        raise InputError(f"{file.name}, line {reader.line_num}: {error}.") from None
    return rows
