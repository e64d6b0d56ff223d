import unittest

import torch
from intents.bags import Bags, KeyedShuffle, loader, spans
from intents.model import Network
from intents.randomness import key, uniform

TEXTS = ["turn on the light", "how much is in my account", "book a flight", "hello", "lower the blinds", "bye"]


class KeyedRandomness(unittest.TestCase):
    def test_tensors_and_integers_agree(self):
        start = key(1, "test", 5)
        one_by_one = [uniform(start, torch.tensor(n), torch.tensor(7)).item() for n in range(50)]
        self.assertEqual(uniform(start, torch.arange(50), torch.tensor(7)).tolist(), one_by_one)
        self.assertEqual([key(1, "test", 5, n) >> 8 for n in range(50)],
                         [round(x * 2**24) for x in uniform(start, torch.arange(50)).tolist()])

    def test_each_part_of_the_key_matters(self):
        keys = {key(1, "a", 0), key(2, "a", 0), key(1, "b", 0), key(1, "a", 1), key(2**40 + 1, "a", 0)}
        self.assertEqual(len(keys), 5)

    def test_looks_uniform_and_independent(self):
        draws = uniform(key(3, "test"), torch.arange(400).unsqueeze(1), torch.arange(250)).double()
        self.assertTrue(0 <= draws.min() and draws.max() < 1)
        self.assertAlmostEqual(draws.mean().item(), 0.5, delta=0.005)
        self.assertAlmostEqual(draws.var().item(), 1 / 12, delta=0.002)
        for a, b in ((draws[:-1], draws[1:]), (draws[:, :-1], draws[:, 1:])):
            self.assertLess(abs(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].item()), 0.012)

    def test_shuffles_depend_on_seed_and_epoch_alone(self):
        def order(seed, epoch):
            shuffle = KeyedShuffle(100, seed)
            shuffle.epoch = epoch
            return list(shuffle)

        self.assertEqual(order(1, 3), order(1, 3))
        self.assertEqual(sorted(order(1, 3)), list(range(100)))
        self.assertNotEqual(order(1, 3), order(1, 4))
        self.assertNotEqual(order(1, 3), order(2, 3))

    def test_splitting_a_batch_over_ranks_changes_no_draw(self):
        bags = Bags(TEXTS, [0] * 6, 64)
        whole = bags.__getitems__(range(6)).without_some_ngrams(0.5, seed=1, step=9)
        ranks = [bags.__getitems__(range(rank, 6, 2)).without_some_ngrams(0.5, seed=1, step=9) for rank in (0, 1)]
        parts = [part for pair in zip(*(rank.rows.split(rank.lengths.tolist()) for rank in ranks)) for part in pair]
        self.assertEqual(torch.cat(parts).tolist(), whole.rows.tolist())

        network = Network(64, 8, 8, 3, seed=1)
        scores = network(whole, 0.5, seed=1, step=9)
        for rank, batch in enumerate(ranks):
            torch.testing.assert_close(network(batch, 0.5, seed=1, step=9), scores[rank::2])

    def test_another_step_draws_anew(self):
        batch = Bags(TEXTS, [0] * 6, 64).__getitems__(range(6))
        drawn = [batch.without_some_ngrams(0.5, 1, step).lengths.tolist() for step in (0, 0, 1)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])


class Batches(unittest.TestCase):
    def test_a_batch_holds_its_examples(self):
        bags = Bags(TEXTS, list(range(6)), 64)
        batches = list(loader(bags, 4))
        self.assertEqual([batch.samples.tolist() for batch in batches], [[0, 1, 2, 3], [4, 5]])
        self.assertEqual(batches[1].labels.tolist(), [4, 5])
        self.assertEqual(batches[1].rows.tolist(), bags[4].rows.tolist() + bags[5].rows.tolist())
        self.assertAlmostEqual(bags[3].weights.square().sum().item(), 1, places=5)

    def test_a_text_without_ngrams_has_a_score_too(self):
        network = Network(64, 8, 8, 3)
        batch = Bags(["", "hello"], [0, 0], 64).__getitems__([0, 1]).without_some_ngrams(0.95, 1, 1)
        self.assertTrue(torch.isfinite(network(batch)).all())

    def test_a_batch_with_too_many_ngrams_is_taken_in_parts_that_add_up(self):
        bags = Bags([*TEXTS, "", "a long text " * 40], list(range(8)), 64)
        batch = bags.__getitems__(range(8))
        self.assertEqual([part is batch for part in batch.parts(10_000)], [True])
        parts = list(batch.parts(150))
        self.assertGreater(len(parts), 2)
        self.assertLessEqual(max(len(part.rows) for part in parts[:-1]), 150)
        for name in ("samples", "labels", "rows", "lengths", "weights"):
            self.assertTrue(torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(batch, name)), name)

        network = Network(64, 8, 8, 8, seed=1)
        torch.testing.assert_close(torch.cat([network(part, 0.5, 1, 2) for part in parts]), network(batch, 0.5, 1, 2))

    def test_examples_in_order_come_as_many_at_a_time_as_there_is_room_for(self):
        self.assertEqual(list(spans([5, 5, 5, 20, 1], 10, 9)), [(0, 2), (2, 3), (3, 4), (4, 5)])
        self.assertEqual(list(spans([1] * 5, 10, 2)), [(0, 2), (2, 4), (4, 5)])
        self.assertEqual(list(spans([], 10, 2)), [])
        self.assertEqual([batch.samples.tolist() for batch in Bags(TEXTS, [0] * 6, 64).in_order()], [list(range(6))])
