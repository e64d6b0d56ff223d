import unittest

from intents import features


class Features(unittest.TestCase):
    def test_tokens(self):
        self.assertEqual(features.tokens("What's my Balance, 42€?"),
                         ["what", "'", "s", "my", "balance", ",", "0", "€", "?"])
        self.assertEqual(features.tokens("Größe ПРИВЕТ ﬁne"), ["größe", "привет", "fine"])
        self.assertEqual(features.tokens("  \n"), [])

    def test_ngrams_of_each_kind(self):
        ngrams = list(features.ngrams("to be"))
        self.assertEqual(ngrams[:5], ["wto", "wbe", "p< to", "pto be", "pbe >"])
        # The line is " to be ", seven characters.
        self.assertEqual([n for n in ngrams if n[0] == "c" and len(n) == 6], ["c to b", "cto be", "co be "])
        self.assertEqual(len(ngrams), 5 + 6 + 5 + 4 + 3)

    def test_hashes_are_the_same_everywhere(self):
        # Written down, because a change makes every saved model wrong.
        self.assertEqual(features.rows("to be", 1000)[:5], [12, 989, 168, 826, 544])

    def test_rows_are_within_the_table(self):
        self.assertTrue(all(0 <= row < 7 for row in features.rows("the quick brown fox", 7)))

