"""The parameters of a training, their bounds and defaults."""

import os
from dataclasses import asdict, dataclass

import orca


@dataclass(frozen=True)
class Settings:
    epochs: int | None  # None: chosen by the size of the data, see training.py
    lr: float
    batch_size: int
    seed: int
    hidden: int
    dim: int
    buckets: int
    dropout: float
    feature_dropout: float
    smoothing: float
    validation_fraction: float
    test_fraction: float
    threads: int

    @staticmethod
    def from_environment():
        one_container()
        settings = Settings(
            epochs=orca.integer("EPOCHS", default=None, minimum=1, maximum=10_000),
            lr=orca.number("LR", default=2e-3, minimum=1e-7, maximum=1_000),
            batch_size=orca.integer("BATCH_SIZE", default=64, minimum=1, maximum=65_536),
            seed=orca.integer("SEED", default=1, minimum=0, maximum=2**63 - 1),
            hidden=hidden(),
            dim=orca.integer("DIM", default=256, minimum=1, maximum=4_096),
            buckets=orca.integer("BUCKETS", default=65_536, minimum=1, maximum=2**22),
            dropout=orca.number("DROPOUT", default=0.4, minimum=0, maximum=0.95),
            feature_dropout=orca.number("FEATURE_DROPOUT", default=0.6, minimum=0, maximum=0.95),
            smoothing=orca.number("SMOOTHING", default=0.1, minimum=0, maximum=0.9),
            validation_fraction=orca.number("VALIDATION_FRACTION", default=0.03, minimum=0, maximum=0.9),
            test_fraction=orca.number("TEST_FRACTION", default=0.1, minimum=0, maximum=0.9),
            threads=threads(),
        )
        orca.refuse_unread()
        return settings

    def parameters(self):
        """By the names that callers use."""
        return {name.upper(): value for name, value in asdict(self).items()}


def one_container():
    # No parameter: the host sets it, so it is none of those that a misspelt one may be.
    if (world := os.environ.get("WORLD_SIZE", "").strip()) not in ("", "1"):
        raise orca.InputError(f"WORLD_SIZE is {world[:80]}, but this image trains in one container; submit with one worker.")


def hidden():
    """The width of the hidden layer, which has two names: FC_SIZE is what classic training containers call it."""
    width, classic = (orca.integer(name, default=None, minimum=1, maximum=16_384) for name in ("HIDDEN", "FC_SIZE"))
    if None not in (width, classic) and width != classic:
        raise orca.InputError(f"HIDDEN is {width} and FC_SIZE is {classic}, and both are the width of the hidden layer; give one of them.")
    return width or classic or 512


def threads():
    """The one setting that using a model has too. A host says by OMP_NUM_THREADS how many processors it gives."""
    most = len(os.sched_getaffinity(0))
    return orca.integer("THREADS", default=min(most, given_processors()), minimum=1, maximum=most)


def given_processors():
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # OpenMP's own form is a list, a number a level
    return max(1, int(first)) if first.isascii() and first.isdigit() else 1
