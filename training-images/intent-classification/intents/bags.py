"""Examples as bags of table rows, for torch's DataLoader."""

from array import array
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from . import features
from .randomness import generator, key, uniform

# Where nothing is learnt batches have no meaning, only a cost: n-grams and examples at a time.
MOST_NGRAMS, MOST_EXAMPLES = 2**18, 512


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

    def parts(self, most_ngrams):
        """The batch as batches of at most so many n-grams, or of one example."""
        if len(self.rows) <= most_ngrams:
            yield self
            return
        for first, end in spans(self.lengths.tolist(), most_ngrams, len(self.lengths)):
            ngrams = slice(int(self.offsets[first]), int(self.offsets[first] + self.lengths[first:end].sum()))
            yield Batch(self.samples[first:end], self.labels[first:end], self.rows[ngrams], self.lengths[first:end],
                        self.weights[ngrams])


def spans(lengths, most_ngrams, most_examples):
    """Consecutive examples as pairs of first and end, as many at a time as there is room for, but at least one."""
    first, ngrams = 0, 0
    for index, length in enumerate(lengths):
        if index > first and (ngrams + length > most_ngrams or index - first == most_examples):
            yield first, index
            first, ngrams = index, 0
        ngrams += length
    if first < len(lengths):
        yield first, len(lengths)


class Bags(Dataset):
    """Hashed once; after that a batch is a few tensor operations instead of a loop over its examples.

    Four bytes an n-gram: a dataset has several hundred times as many as examples."""

    def __init__(self, texts, labels, buckets):
        rows, lengths = array("i"), array("q")
        self.cut = 0  # texts of which only the beginning counts
        for text in texts:
            bag, is_cut = features.rows(text, buckets)
            rows.extend(bag)
            lengths.append(len(bag))
            self.cut += is_cut
        self._rows = _tensor(rows, torch.int32)
        self._lengths = _tensor(lengths, torch.int64)
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
        rows = self._rows[first + torch.arange(len(first))].to(torch.int64)
        # A sum of n independent vectors grows like the root of n; so long texts come out like short ones.
        weights = torch.repeat_interleave(lengths.clamp(min=1).to(torch.float32).rsqrt(), lengths)
        return Batch(samples, self._labels[samples], rows, lengths, weights)

    def in_order(self):
        """All examples, for an answer to each: many at a time, but no more than there is room for."""
        for first, end in spans(self._lengths.tolist(), MOST_NGRAMS, MOST_EXAMPLES):
            yield self.__getitems__(range(first, end))


def _tensor(values, kind):
    """The same memory as a tensor."""
    return torch.frombuffer(values, dtype=kind) if values else torch.zeros(0, dtype=kind)


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
