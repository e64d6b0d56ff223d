"""The network, and the one file that holds all it takes to use it."""

import torch
from torch import nn
from torch.nn import functional

from . import features
from .bags import Bags
from .randomness import generator, key, uniform

FORMAT = 1


class Network(nn.Module):
    """A table of n-gram vectors, their sum, and two linear layers."""

    def __init__(self, buckets, dim, hidden, labels, seed=0):
        super().__init__()
        # Sparse gradients: a batch touches few of the table's rows.
        self.table = nn.EmbeddingBag(buckets, dim, mode="sum", sparse=True)
        self.hidden = nn.Linear(dim, hidden)
        self.output = nn.Linear(hidden, labels)
        with torch.no_grad():
            self.table.weight.normal_(0, 0.05, generator=generator(seed, "table"))
            for name, layer in (("hidden", self.hidden), ("output", self.output)):
                # The bounds that torch uses for linear layers, but drawn from our seed.
                bound = layer.in_features**-0.5
                for part in (layer.weight, layer.bias):
                    part.uniform_(-bound, bound, generator=generator(seed, f"{name} {part.dim()}"))

    def forward(self, batch, dropout=0.0, seed=0, step=0):
        bag = self.table(batch.rows, batch.offsets, per_sample_weights=batch.weights)
        for purpose, layer in (("bag", self.hidden), ("hidden", self.output)):
            bag = layer(_drop(functional.relu(bag), dropout, batch.samples, seed, purpose, step))
        return bag


def _drop(units, fraction, samples, seed, purpose, step):
    if fraction == 0:
        return units
    draws = uniform(key(seed, purpose, step), samples.unsqueeze(1), torch.arange(units.shape[1]))
    return units * ((draws >= fraction) / (1 - fraction))


@torch.no_grad()
def right_answers(network, bags):
    """How many examples are answered rightly."""
    return sum(int((network(batch).argmax(1) == batch.labels).sum()) for batch in bags.in_order())


@torch.no_grad()
def answers(network, bags):
    """The number of the likeliest label of each example."""
    return [answer for batch in bags.in_order() for answer in network(batch).argmax(1).tolist()]


class Classifier:
    """A trained model: text in, label out."""

    def __init__(self, network, labels, sizes):
        self.network, self.labels, self.sizes = network, labels, sizes

    def content(self):
        """For the file: plain values and tensors, so that it loads without this package and without
        running code from it (weights_only). The same training gives the same bytes."""
        return {
            "format": FORMAT,
            "labels": list(self.labels),
            "features": {"version": features.VERSION, "shortest": features.SHORTEST, "longest": features.LONGEST},
            "sizes": dict(self.sizes),
            "weights": {name: value.detach().clone() for name, value in sorted(self.network.state_dict().items())},
        }

    @staticmethod
    def load(file):
        content = torch.load(file, weights_only=True)
        if content["format"] != FORMAT or content["features"]["version"] != features.VERSION:
            raise ValueError(f"{file} is of format {content['format']} with features {content['features']['version']}; "
                             f"this version reads format {FORMAT} with features {features.VERSION}")
        network = Network(labels=len(content["labels"]), **content["sizes"])
        network.load_state_dict(content["weights"])
        return Classifier(network, content["labels"], content["sizes"])

    @torch.no_grad()
    def predict(self, texts):
        """Pairs of label and probability."""
        bags = Bags(texts, [-1] * len(texts), self.sizes["buckets"])
        results = []
        for batch in bags.in_order():
            for probability, label in zip(*self.network(batch).softmax(1).max(1)):
                results.append((self.labels[label], probability.item()))
        return results
