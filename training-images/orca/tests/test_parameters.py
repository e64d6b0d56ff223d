import orca

from .support import EnvironmentTest


class Parameters(EnvironmentTest):
    def test_values_come_typed(self):
        self.environment(EPOCHS=" 20 ", LR="2e-3", MODE="fast", SHUFFLE="Yes")
        self.assertEqual(orca.integer("EPOCHS"), 20)
        self.assertEqual(orca.number("LR"), 0.002)
        self.assertEqual(orca.text("MODE"), "fast")
        self.assertEqual(orca.choice("MODE", ["fast", "good"]), "fast")
        self.assertIs(orca.flag("SHUFFLE"), True)

    def test_missing_and_empty_mean_the_default(self):
        self.environment(EMPTY="")
        self.assertEqual(orca.integer("EMPTY", default=3), 3)
        self.assertIsNone(orca.number("ABSENT", default=None))
        self.assertIs(orca.flag("ABSENT", default=False), False)

    def test_a_default_need_not_be_within_the_bounds(self):
        self.environment()
        self.assertEqual(orca.integer("WORKERS", default=0, minimum=1), 0)

    def test_missing_without_default(self):
        self.environment()
        self.assert_says("Parameter EPOCHS is missing; it must be a whole number of at least 1.",
                         lambda: orca.integer("EPOCHS", minimum=1))

    def test_errors_name_parameter_value_and_what_is_right(self):
        self.environment(EPOCHS="many", LR="nan", BATCH_SIZE="0", MODE="slow", SHUFFLE="maybe", DIM="1.5")
        self.assert_says("Parameter EPOCHS is 'many'; it must be a whole number of at least 1.",
                         lambda: orca.integer("EPOCHS", minimum=1))
        self.assert_says("Parameter LR is 'nan'; it must be a number from 0 to 1.",
                         lambda: orca.number("LR", minimum=0, maximum=1))
        self.assert_says("Parameter BATCH_SIZE is '0'; it must be a whole number from 1 to 8.",
                         lambda: orca.integer("BATCH_SIZE", minimum=1, maximum=8))
        self.assert_says("Parameter MODE is 'slow'; it must be one of fast, good.",
                         lambda: orca.choice("MODE", ["fast", "good"]))
        self.assert_says("Parameter SHUFFLE is 'maybe'; it must be true or false.", lambda: orca.flag("SHUFFLE"))
        self.assert_says("Parameter DIM is '1.5'; it must be a whole number.", lambda: orca.integer("DIM"))
