import unittest

from intents.accuracy import interval, measure
from intents.bags import Bags
from intents.data import Example
from intents.model import Network
from intents.overlaps import tell_overlaps
from orca.tests.support import printed


class Intervals(unittest.TestCase):
    def test_wilsons_bounds(self):
        # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
        for right, rows, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)):
            found = interval(right, rows)
            self.assertAlmostEqual(found[0], low, places=4)
            self.assertAlmostEqual(found[1], high, places=4)

    def test_the_bounds_stay_between_none_and_all(self):
        self.assertEqual((interval(0, 1)[0], interval(7, 7)[1]), (0, 1))

    def test_few_rows_are_told(self):
        bags = {"test": Bags(["a b"], [-1], 16), "validation": Bags(["a b"] * 30, [-1] * 30, 16)}
        network, results = Network(16, 4, 4, 2), {}
        said = printed(lambda: results.update(measure(network, bags)))
        self.assertEqual(said, "test_accuracy was measured on 1 row only, 0 of them correct: the 95 % confidence interval is 0.00 to "
                               "0.79. Use at least 30 rows, better some hundreds.\n")
        self.assertEqual((results["test_rows"], results["validation_rows"], results["validation_accuracy_low"]), (1, 30, 0))


class Overlaps(unittest.TestCase):
    def told(self, train, test=()):
        parts = {"train": train, "validation": [], "test": test}
        return printed(lambda: tell_overlaps({name: [Example(*row) for row in part] for name, part in parts.items()})).splitlines()

    def test_nothing_is_said_of_clean_data(self):
        self.assertEqual(self.told([("hi", "greet"), ("bye", "leave")], [("hello", "greet")]), [])

    def test_test_rows_that_were_trained_on(self):
        self.assertEqual(self.told([("Hi  there", "greet"), ("bye", "leave")], [("hi THERE", "greet"), ("bye", "greet"), ("x", "greet")]), [
            "2 of 3 test examples are training examples too, such as 'hi THERE': test_accuracy says less about texts that the model "
            "has not seen.",
            "1 of these have another label there: 'bye' is 'greet' in test and 'leave' in training."])

    def test_rows_that_contradict_each_other_or_repeat(self):
        self.assertEqual(self.told([("hi", "greet"), ("Hi", "leave"), ("bye", "leave"), ("bye", "leave")]), [
            "2 training examples have several labels, such as 'hi', which is 'greet' and 'leave': the model can answer one "
            "of them.",
            "1 training examples appear more than once."])
