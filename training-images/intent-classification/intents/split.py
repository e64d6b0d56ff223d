"""Cuts a part off the examples, by the seed and with the labels' shares kept."""

from .randomness import key


def cut(examples, fraction, seed, purpose):
    """Returns (rest, part). The part has fraction × the number of examples, and of each label its share
    as nearly as whole numbers allow. No label loses its last example; when none has two, nothing is cut."""
    by_label = {}
    for row, example in enumerate(examples):
        by_label.setdefault(example.label, []).append(row)
    total = round(fraction * len(examples)) or (1 if fraction > 0 else 0)
    taken = set()
    for label, count in _shares(by_label, fraction, total, seed, purpose).items():
        shuffled = sorted(by_label[label], key=lambda row: (key(seed, purpose, row), row))
        taken.update(shuffled[:count])
    rest = [example for row, example in enumerate(examples) if row not in taken]
    return rest, [examples[row] for row in sorted(taken)]


def _shares(by_label, fraction, total, seed, purpose):
    """How many of each label: whole parts first, then the greatest remainders (equal ones by the seed)."""
    room = {label: len(rows) - 1 for label, rows in by_label.items()}
    shares = {label: min(int(fraction * len(rows)), room[label]) for label, rows in by_label.items()}
    order = sorted(by_label, key=lambda label: (
        -(fraction * len(by_label[label]) % 1), key(seed, purpose + label), label))
    missing = total - sum(shares.values())
    while missing > 0:
        before = missing
        for label in order:
            if missing > 0 and shares[label] < room[label]:
                shares[label] += 1
                missing -= 1
        if missing == before:
            break
    return shares
