"""What makes a measured accuracy say less than it seems to: test rows that were trained on, and labels that contradict."""

import unicodedata

import orca

_MOST_SHOWN = 60


def tell_overlaps(parts):
    """Says in the log which parts share utterances, and where the same utterance has several labels. Utterances are the
    same that differ in case, blanks and compatible signs alone."""
    train = _labels_by_text(parts["train"])
    _tell_contradictions(parts["train"], train)
    for name in ("validation", "test"):
        part = parts[name]
        shared = [example for example in part if _key(example.text) in train]
        if not shared:
            continue
        orca.log(f"{len(shared)} of {len(part)} {name} examples are training examples too, such as {_shown(shared[0].text)}: "
                 f"{name}_accuracy says less about texts that the model has not seen.")
        if others := [example for example in shared if example.label not in train[_key(example.text)]]:
            orca.log(f"{len(others)} of these have another label there: {_shown(others[0].text)} is '{others[0].label}' in {name} and "
                     f"'{train[_key(others[0].text)][0]}' in training.")


def _tell_contradictions(examples, labels_by_text):
    contradicted = [example for example in examples if len(labels_by_text[_key(example.text)]) > 1]
    if contradicted:
        example = contradicted[0]
        first, second = labels_by_text[_key(example.text)][:2]
        orca.log(f"{len(contradicted)} training examples have several labels, such as {_shown(example.text)}, which is "
                 f"'{first}' and '{second}': the model can answer one of them.")
    if twice := len(examples) - sum(len(labels) for labels in labels_by_text.values()):
        orca.log(f"{twice} training examples appear more than once.")


def _labels_by_text(examples):
    found = {}
    for example in examples:
        labels = found.setdefault(_key(example.text), ())
        if example.label not in labels:
            found[_key(example.text)] = (*labels, example.label)
    return found


def _key(text):
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _shown(text):
    return f"'{text[:_MOST_SHOWN]}{'…' if len(text) > _MOST_SHOWN else ''}'"
