"""The training proper: epochs over batches."""

import math

import torch
from torch.nn import functional

from .bags import KeyedShuffle, loader
from .model import Network
from .optimizer import RowAdagrad

# The table's rate as a multiple of LR, which is the linear layers': Adagrad's steps shrink as it goes.
TABLE_RATE = 100
WEIGHT_DECAY = 0.01
WARM_UP = 0.05

# Few examples need more epochs: without EPOCHS there are at least so many steps, within these bounds.
LEAST_STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 600, 16, 60


def epochs_for(examples, batch_size):
    steps = math.ceil(examples / batch_size)
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, math.ceil(LEAST_STEPS / steps)))


class Training:
    def __init__(self, settings, bags, labels):
        self.settings, self.bags = settings, bags
        self.sizes = {"buckets": settings.buckets, "dim": settings.dim, "hidden": settings.hidden}
        self.network = Network(labels=labels, seed=settings.seed, **self.sizes)
        self.table = self.network.table.weight
        layers = [*self.network.hidden.parameters(), *self.network.output.parameters()]
        self.row_steps = RowAdagrad(self.table, settings.lr)
        self.layer_steps = torch.optim.AdamW(layers, lr=settings.lr, weight_decay=WEIGHT_DECAY, fused=True)
        self.epochs = settings.epochs or epochs_for(len(bags), settings.batch_size)
        self.steps_per_epoch = math.ceil(len(bags) / settings.batch_size)
        self.shuffle = KeyedShuffle(len(bags), settings.seed)
        self.batches = loader(bags, settings.batch_size, self.shuffle)
        self.epoch = 0  # how many are done

    def run_epoch(self):
        """Returns the mean loss over the epoch's examples."""
        self.shuffle.epoch = self.epoch
        first = self.epoch * self.steps_per_epoch
        loss = sum(self._step(first + index, batch) for index, batch in enumerate(self.batches))
        self.epoch += 1
        return loss / len(self.bags)

    def _step(self, step, batch):
        settings = self.settings
        self._set_rate(step)
        batch = batch.without_some_ngrams(settings.feature_dropout, settings.seed, step)
        scores = self.network(batch, settings.dropout, settings.seed, step)
        # The sum over examples divided by the batch's size, so that ranks' shares of a batch add up.
        total = functional.cross_entropy(scores, batch.labels, label_smoothing=settings.smoothing, reduction="sum")
        self.layer_steps.zero_grad(set_to_none=True)
        self.row_steps.zero_grad(set_to_none=True)
        (total / len(batch.labels)).backward()
        self.layer_steps.step()
        self.row_steps.step()
        return total.item()

    def _set_rate(self, step):
        """A short rise, then half a cosine to zero: the last epoch is the best one, so none is chosen."""
        steps = self.epochs * self.steps_per_epoch
        share = min(1, (step + 1) / (WARM_UP * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
        self.layer_steps.param_groups[0]["lr"] = self.settings.lr * share
        self.row_steps.param_groups[0]["lr"] = self.settings.lr * TABLE_RATE * share

    def finish(self):
        """Rows whose n-grams never occurred still hold their random start: they should say nothing."""
        with torch.no_grad():
            self.table[self.row_steps.untouched(self.table)] = 0

    # ---- for a later attempt ----

    def state(self):
        return {"epoch": self.epoch, "network": self.network.state_dict(),
                "rows": self.row_steps.state_dict(), "layers": self.layer_steps.state_dict()}

    def restore(self, state):
        self.epoch = state["epoch"]
        self.network.load_state_dict(state["network"])
        self.row_steps.load_state_dict(state["rows"])
        self.layer_steps.load_state_dict(state["layers"])
