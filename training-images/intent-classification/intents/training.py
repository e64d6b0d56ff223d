"""The training proper: epochs over batches."""

import math

import torch
from torch.nn import functional

import orca

from .bags import KeyedShuffle, loader
from .model import Network
from .optimizer import steps_for

WARM_UP = 0.05

# Few examples need more epochs: without EPOCHS there are at least so many steps, within these bounds.
LEAST_STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 600, 16, 60

# Floats of the table's gradient at a time. It has a row for each n-gram, so a batch of long texts is taken in parts.
MOST_FLOATS = 2**24


def epochs_for(examples, batch_size):
    steps = math.ceil(examples / batch_size)
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, math.ceil(LEAST_STEPS / steps)))


class Training:
    def __init__(self, settings, bags, labels):
        self.settings, self.bags = settings, bags
        self.sizes = {"buckets": settings.buckets, "dim": settings.dim, "hidden": settings.hidden}
        self.network = Network(labels=labels, seed=settings.seed, **self.sizes)
        self.table = self.network.table.weight
        self.steps = steps_for(self.network, settings.lr)
        self.epochs = settings.epochs or epochs_for(len(bags), settings.batch_size)
        self.steps_per_epoch = math.ceil(len(bags) / settings.batch_size)
        self.shuffle = KeyedShuffle(len(bags), settings.seed)
        self.batches = loader(bags, settings.batch_size, self.shuffle)
        self.most_ngrams = max(1, int(MOST_FLOATS / settings.dim / (1 - settings.feature_dropout)))
        self.epoch = 0  # how many are done

    def run_epoch(self):
        """Returns the mean loss over the epoch's examples."""
        self.shuffle.epoch = self.epoch
        first = self.epoch * self.steps_per_epoch
        loss = sum(self._step(first + index, batch) for index, batch in enumerate(self.batches)) / len(self.bags)
        self.epoch += 1
        if not math.isfinite(loss):
            raise orca.InputError(f"The loss is not a number after epoch {self.epoch}: LR={self.settings.lr:g} is too "
                                  f"large for {self.steps.name}; try {self.settings.lr / 10:g}.")
        return loss

    def _step(self, step, batch):
        self._set_rate(step)
        self.steps.zero_grad()
        # Taken apart or not, all draws are the same, and what the parts give adds up.
        total = sum(self._gradients(step, part, len(batch.labels)) for part in batch.parts(self.most_ngrams))
        self.steps.step()
        return total

    def _gradients(self, step, batch, size):
        settings = self.settings
        batch = batch.without_some_ngrams(settings.feature_dropout, settings.seed, step)
        scores = self.network(batch, settings.dropout, settings.seed, step)
        # The sum over examples divided by the batch's size, so that ranks' shares of a batch add up.
        total = functional.cross_entropy(scores, batch.labels, label_smoothing=settings.smoothing, reduction="sum")
        (total / size).backward()
        if len(batch.labels) < size:
            # Else the gradient of the next part lies beside it, not in it.
            self.table.grad = self.table.grad.coalesce()
        return total.item()

    def _set_rate(self, step):
        """A short rise, then half a cosine to zero: the last epoch is the best one, so none is chosen."""
        steps = self.epochs * self.steps_per_epoch
        self.steps.set_rate(min(1, (step + 1) / (WARM_UP * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps)))

    def finish(self):
        """Rows whose n-grams never occurred still hold their random start: they should say nothing."""
        with torch.no_grad():
            self.table[self.steps.untouched()] = 0

    # ---- for a later attempt ----

    def state(self):
        return {"epoch": self.epoch, "network": self.network.state_dict(), **self.steps.state()}

    def restore(self, state):
        self.epoch = state["epoch"]
        self.network.load_state_dict(state["network"])
        self.steps.restore(state)
