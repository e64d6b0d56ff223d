"""How good a model is, and how sure one can be of it."""

import math

import orca

from .model import right_answers

# Below so many rows an accuracy says little, and that is said.
FEW_ROWS = 30


def accuracy(network, bags):
    """The share of right answers; None when there is nothing to answer."""
    return right_answers(network, bags) / len(bags) if len(bags) else None


def interval(right, rows):
    """The bounds between which the accuracy on all such rows lies with 95 %: Wilson's score interval.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927). Unlike the textbook's p ± 1.96·√(p(1-p)/n) it holds for few rows, and where all of
    them are right."""
    z = 1.959964
    share, spread = right / rows, z * z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / rows + spread / rows / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def measure(network, bags):
    """Of each part that has rows: its accuracy, on how many rows it was measured, and between which bounds it lies."""
    results = {}
    for part in ("test", "validation"):
        rows = len(bags[part])
        if rows == 0:
            orca.log(f"There are no examples for {part}_accuracy.")
            continue
        right = right_answers(network, bags[part])
        low, high = interval(right, rows)
        results |= {f"{part}_accuracy": round(right / rows, 6), f"{part}_rows": rows,
                    f"{part}_accuracy_low": round(low, 6), f"{part}_accuracy_high": round(high, 6)}
        if rows < FEW_ROWS:
            orca.log(f"{part}_accuracy was measured on {rows} {'row' if rows == 1 else 'rows'} only, {right} of them correct: "
                     f"the 95 % confidence interval is {low:.2f} to {high:.2f}. Use at least {FEW_ROWS} rows, better some hundreds.")
    return results
