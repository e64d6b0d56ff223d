"""What a later attempt of the same job goes on from."""

import time

import torch

import orca

# Saving takes a fraction of a second of work on the disk: not after each of many short epochs.
EVERY_SECONDS = 10


class Checkpoint:
    """Kept by the host's rule when it offers a place. Because no randomness has a state, a training that goes
    on from it ends in the same model, byte for byte, as one that was never stopped."""

    def __init__(self, key, every=EVERY_SECONDS):
        self._checkpoints = orca.checkpoints()
        self._key, self._every, self._saved = key, every, time.monotonic()

    def restore(self, training):
        """Returns the CPU seconds that earlier attempts spent on what is restored; 0 without."""
        latest = self._checkpoints.latest()
        if not latest:
            return 0.0
        try:
            content = torch.load(latest.path, weights_only=True)
            key, cpu_seconds, state = content["key"], content["cpu_seconds"], content["training"]
        except Exception as error:  # Whatever is wrong with it: starting anew is right, failing is not.
            orca.log(f"The checkpoint can't be read ({type(error).__name__}); starting again.")
            return 0.0
        if key != self._key:
            orca.log("The checkpoint belongs to another training; starting again.")
            return 0.0
        training.restore(state)
        orca.log(f"Continuing after epoch {training.epoch}.")
        return cpu_seconds

    def save_if_due(self, training, cpu_seconds, value):
        """The value tells which one is best: greater is better."""
        if not self._checkpoints or time.monotonic() - self._saved < self._every:
            return
        with self._checkpoints.save(training.epoch, value) as file:
            torch.save({"key": self._key, "cpu_seconds": cpu_seconds, "training": training.state()}, file)
        self._saved = time.monotonic()
