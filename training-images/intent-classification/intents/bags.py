"""Examples as bags of table rows, for torch's DataLoader."""

from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from . import features
from .randomness import generator, key, uniform


@dataclass
class Batch:
    samples: torch.Tensor  # which rows of the dataset these examples are
    labels: torch.Tensor   # -1 for a label that the model does not know
    rows: torch.Tensor     # the n-grams' table rows, all examples' one after another
    lengths: torch.Tensor  # how many of them each example has
    weights: torch.Tensor  # of each n-gram

    @property
    def offsets(self):
        return self.lengths.cumsum(0) - self.lengths

    def without_some_ngrams(self, fraction, seed, step):
        """Drops that share of the n-grams and makes up for it, so that the model can't rely on any one."""
        if fraction == 0:
            return self
        sample = torch.repeat_interleave(self.samples, self.lengths)
        owner = torch.repeat_interleave(torch.arange(len(self.lengths)), self.lengths)
        position = torch.arange(len(self.rows)) - self.offsets[owner]
        keep = uniform(key(seed, "ngrams", step), sample, position) >= fraction
        return Batch(self.samples, self.labels, self.rows[keep], torch.bincount(owner[keep], minlength=len(self.lengths)),
                     self.weights[keep] / (1 - fraction))


class Bags(Dataset):
    """Hashed once; after that a batch is a few tensor operations instead of a loop over its examples."""

    def __init__(self, texts, labels, buckets):
        bags = [features.rows(text, buckets) for text in texts]
        self._rows = torch.tensor([row for bag in bags for row in bag], dtype=torch.int64)
        self._lengths = torch.tensor([len(bag) for bag in bags], dtype=torch.int64)
        self._starts = self._lengths.cumsum(0) - self._lengths
        self._labels = torch.tensor(labels, dtype=torch.int64)

    def __len__(self):
        return len(self._labels)

    def __getitem__(self, index):
        return self.__getitems__([index])

    def __getitems__(self, indices):
        """What DataLoader asks for a whole batch by, when a dataset has it."""
        samples = torch.as_tensor(indices, dtype=torch.int64)
        lengths = self._lengths[samples]
        # The positions of the examples' n-grams among all: each example's start, then counting on.
        first = torch.repeat_interleave(self._starts[samples] - (lengths.cumsum(0) - lengths), lengths)
        rows = self._rows[first + torch.arange(len(first))]
        # A sum of n independent vectors grows like the root of n; so long texts come out like short ones.
        weights = torch.repeat_interleave(lengths.clamp(min=1).to(torch.float32).rsqrt(), lengths)
        return Batch(samples, self._labels[samples], rows, lengths, weights)


class KeyedShuffle(Sampler):
    """The order of an epoch, from seed and epoch alone."""

    def __init__(self, size, seed):
        self._size, self._seed, self.epoch = size, seed, 0

    def __len__(self):
        return self._size

    def __iter__(self):
        return iter(torch.randperm(self._size, generator=generator(self._seed, "shuffle", self.epoch)).tolist())


def loader(bags, batch_size, sampler=None):
    # Batches come ready made from __getitems__, hence nothing to collate. No worker processes: making a
    # batch takes less than sending it to another process.
    return DataLoader(bags, batch_size=batch_size, sampler=sampler, collate_fn=lambda batch: batch)
