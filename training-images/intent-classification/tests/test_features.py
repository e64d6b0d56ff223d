import unittest

from intents import features


class Features(unittest.TestCase):
    def test_tokens(self):
        self.assertEqual(features.tokens("What's my Balance, 42€?"),
                         ["what", "'", "s", "my", "balance", ",", "0", "€", "?"])
        self.assertEqual(features.tokens("Größe ПРИВЕТ ﬁne"), ["größe", "привет", "fine"])
        self.assertEqual(features.tokens("  \n"), [])

    def test_ngrams_of_each_kind(self):
        ngrams = list(features.ngrams(["to", "be"]))
        self.assertEqual(ngrams[:5], ["wto", "wbe", "p< to", "pto be", "pbe >"])
        # The line is " to be ", seven characters.
        self.assertEqual([n for n in ngrams if n[0] == "c" and len(n) == 6], ["c to b", "cto be", "co be "])
        self.assertEqual(len(ngrams), 5 + 6 + 5 + 4 + 3)

    def test_hashes_are_the_same_everywhere(self):
        # Written down, because a change makes every saved model wrong.
        self.assertEqual(features.rows("to be", 1000)[0][:5].tolist(), [12, 989, 168, 826, 544])

    def test_rows_are_within_the_table(self):
        self.assertTrue(all(0 <= row < 7 for row in features.rows("the quick brown fox", 7)[0]))

    def test_of_a_long_text_the_beginning_counts(self):
        self.assertFalse(features.rows("word " * 380, 1000)[1])
        for text in ("word " * 20_000, "x" * 100_000, "a" * 9_000 + " b", "\u2764" * 60_000, "\ufdfa" * 5_000):
            with self.subTest(text[:8]):
                rows, is_cut = features.rows(text, 1000)
                self.assertTrue(is_cut)
                self.assertLessEqual(len(rows), features.MOST_NGRAMS)
                self.assertGreater(len(rows), features.MOST_NGRAMS * 0.95)
