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
        if (world := orca.integer("WORLD_SIZE", default=1, minimum=1)) > 1:
            raise orca.InputError(f"WORLD_SIZE is {world}, but this image trains in one container; submit with one worker.")
        return Settings(
            epochs=orca.integer("EPOCHS", default=None, minimum=1, maximum=10_000),
            lr=orca.number("LR", default=2e-3, minimum=1e-7, maximum=1),
            batch_size=orca.integer("BATCH_SIZE", default=64, minimum=1, maximum=65_536),
            seed=orca.integer("SEED", default=1, minimum=0, maximum=2**63 - 1),
            hidden=orca.integer("HIDDEN", default=512, minimum=1, maximum=16_384),
            dim=orca.integer("DIM", default=256, minimum=1, maximum=4_096),
            buckets=orca.integer("BUCKETS", default=65_536, minimum=1, maximum=2**22),
            dropout=orca.number("DROPOUT", default=0.4, minimum=0, maximum=0.95),
            feature_dropout=orca.number("FEATURE_DROPOUT", default=0.6, minimum=0, maximum=0.95),
            smoothing=orca.number("SMOOTHING", default=0.1, minimum=0, maximum=0.9),
            validation_fraction=orca.number("VALIDATION_FRACTION", default=0.03, minimum=0, maximum=0.9),
            test_fraction=orca.number("TEST_FRACTION", default=0.1, minimum=0, maximum=0.9),
            threads=threads(),
        )

    def parameters(self):
        """By the names that callers use."""
        return {name.upper(): value for name, value in asdict(self).items()}


def threads():
    """The one setting that using a model has too."""
    return orca.integer("THREADS", default=1, minimum=1, maximum=max(1, os.cpu_count() or 1))
