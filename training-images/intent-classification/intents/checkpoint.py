"""What a later attempt of the same job goes on from."""

import time

import torch

import orca

FILE = "checkpoint.pt"
# Saving takes a fraction of a second of work on the disk: not after each of many short epochs.
EVERY_SECONDS = 10


class Checkpoint:
    """Kept in the job's checkpoint folder when the host offers one. Because no randomness has a state, a
    training that goes on from it ends in the same model, byte for byte, as one that was never stopped."""

    def __init__(self, key, every=EVERY_SECONDS):
        folder = orca.checkpoint_path()
        self._file = folder / FILE if folder else None
        self._key, self._every, self._saved = key, every, time.monotonic()

    def restore(self, training):
        """Returns the CPU seconds that earlier attempts spent on what is restored; 0 without."""
        if not self._file or not self._file.exists():
            return 0.0
        try:
            content = torch.load(self._file, weights_only=True)
        except Exception as error:  # Whatever is wrong with it: starting anew is right, failing is not.
            orca.log(f"The checkpoint can't be read ({type(error).__name__}); starting anew.")
            return 0.0
        if content["key"] != self._key:
            orca.log("The checkpoint is of another training; starting anew.")
            return 0.0
        training.restore(content["training"])
        orca.log(f"Going on after epoch {training.epoch}.")
        return content["cpu_seconds"]

    def save_if_due(self, training, cpu_seconds):
        if not self._file or time.monotonic() - self._saved < self._every:
            return
        with orca.atomic_file(self._file) as file:
            torch.save({"key": self._key, "cpu_seconds": cpu_seconds, "training": training.state()}, file)
        self._saved = time.monotonic()
