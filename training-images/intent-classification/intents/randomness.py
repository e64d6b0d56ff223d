"""Randomness without a state: each number is a hash of what it is for.

A generator gives its numbers in the order in which they are asked for, so that splitting a batch over
several processes changes all of them. Here a number depends on its key alone:

    shuffling        (seed, epoch)
    initial weights  (seed)
    dropout of an n-gram or of a hidden unit   (seed, purpose, step, sample, position)

where step counts the optimizer's steps from 0, sample is the example's row in the training set and
position the n-gram's or the unit's index. A training that splits each batch over ranks draws exactly
the numbers of the one that does not, and what then differs is only the order in which floating-point
sums are taken; a resumed training needs no generator's state to go on as if nothing had happened.
"""

import zlib

import torch

_MASK = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9  # 2^32 / golden ratio: spreads consecutive counters


def key(seed, purpose, *counters):
    """A 32-bit number for a seed, what the randomness is for, and counters."""
    state = zlib.crc32(purpose.encode())
    for counter in (seed & _MASK, seed >> 32, *counters):
        state = _fold(state, counter)
    return state


def uniform(start, *counters):
    """Numbers in [0, 1) for a key and integer tensors, which broadcast against each other."""
    for counter in counters:
        start = _fold(start, counter)
    # 24 bits are what a float holds exactly.
    return (start >> 8).to(torch.float32) * 2.0**-24


def generator(*arguments):
    """For the few draws whose order no split can change: a whole shuffle, a whole weight matrix."""
    return torch.Generator().manual_seed(key(*arguments))


def _fold(state, counter):
    return _mix((state + counter * _GOLDEN) & _MASK)


def _mix(x):
    # A bijection of 32 bits in which each input bit flips each output bit with a chance near a half
    # (multiplications and shifts found by C. Wellons' search, "lowbias32"). Works on Python's integers
    # and on int64 tensors: where a product leaves 64 bits, the lower 32 are still right.
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & _MASK
    x = ((x ^ (x >> 15)) * 0x846CA68B) & _MASK
    return x ^ (x >> 16)
