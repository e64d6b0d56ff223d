import orca
from orca import names, parameters

from .support import EnvironmentTest, printed


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

    def test_a_text_comes_as_it_was_given(self):
        for given in (" ", "\t", " x ", "x\n", "\u00a0", "\u3000x"):
            with self.subTest(repr(given)):
                self.environment(SEPARATOR=given)
                self.assertEqual(orca.text("SEPARATOR"), given)
                self.assertEqual(orca.text("SEPARATOR", default=","), given)
                self.assertEqual(orca.choice("SEPARATOR", ["x", given]), given)
                self.assert_says(f"Parameter SEPARATOR is '{parameters.shown(given)}'; it must be one of x, y.",
                                 lambda: orca.choice("SEPARATOR", ["x", "y"], default="x"))

    def test_numbers_in_the_digits_of_the_host_alone(self):
        for given, value in (("7", 7), (" +7\t", 7), ("-0", 0), ("007", 7)):
            with self.subTest(given):
                self.environment(N=given)
                self.assertEqual((orca.integer("N"), str(orca.number("N"))), (value, f"{value}.0"))
        for given, value in ((".5", 0.5), ("5.", 5), ("1E-3", 0.001), ("0e9", 0), ("0.0", 0)):
            with self.subTest(given):
                self.environment(N=given)
                self.assertEqual(orca.number("N"), value)
        for given in ("NaN", "inf", "-Infinity", "1e400", "1e-400", "0x10", "1_000", "\u0661", "\uff11", "1,5", "1 000", "--1", "e3", "."):
            with self.subTest(given):
                self.environment(N=given)
                for read in (orca.integer, orca.number):
                    with self.assertRaisesRegex(orca.InputError, "^Parameter N is '.*'; it must be a (whole )?number.$"):
                        read("N")

    def test_what_a_value_holds_stays_on_its_line(self):
        self.environment(N="7\n\x1b[31m" + "9" * 100)
        self.assert_says("Parameter N is '7\\n\\x1b[31m" + "9" * 73 + "'; it must be a whole number.", lambda: orca.integer("N"))


class UnreadParameters(EnvironmentTest):
    def setUp(self):
        read = set(parameters._read_names)
        self.addCleanup(lambda: (parameters._read_names.clear(), parameters._read_names.update(read)))
        parameters._read_names.clear()

    def reads_epochs_and_rate(self, told='["EPOCH","LR","OMP_NUM_THREADS"]', **variables):
        self.environment(**({"ORCA_PARAMETERS": told} if told else {}), **variables)
        orca.integer("EPOCHS", default=5)
        orca.number("LR", default=0.1)

    def test_are_refused_where_the_training_says_so(self):
        self.reads_epochs_and_rate()
        self.assert_says("Parameter EPOCH (did you mean EPOCHS?): this training has no such parameter. It reads EPOCHS, LR.",
                         orca.refuse_unread)
        orca.refuse_unread(also=["EPOCH"])
        self.reads_epochs_and_rate('["epochs","MOMENTUM","lr","LR"]')
        self.assert_says("Parameters MOMENTUM, epochs (did you mean EPOCHS?), lr (did you mean LR?): this training has no such "
                         "parameters. It reads EPOCHS, LR.", orca.refuse_unread)

    def test_are_told_at_the_end_elsewhere(self):
        self.reads_epochs_and_rate()
        self.assertEqual(printed(parameters.tell_of_unread),
                         "Parameter EPOCH (did you mean EPOCHS?): given, but not read by the module orca. Unless "
                         "another part of the training reads it, it changed nothing.\n")
        self.reads_epochs_and_rate('["EPOCHS","LR"]')
        self.assertEqual(printed(parameters.tell_of_unread), "")

    def test_a_training_that_reads_none_by_the_module_is_told_nothing(self):
        self.environment(ORCA_PARAMETERS='["EPOCHS"]')
        self.assertEqual(printed(parameters.tell_of_unread), "")

    def test_by_hand_only_what_looks_misspelt_is_refused(self):
        self.reads_epochs_and_rate(None, EPOCH="2", PATH="/bin", HOSTNAME="x", EPOCHS_SERVICE_HOST="10.0.0.1")
        self.assert_says("Parameter EPOCH (did you mean EPOCHS?): this training has no such parameter. It reads EPOCHS, LR.",
                         orca.refuse_unread)
        self.assertEqual(printed(parameters.tell_of_unread), "")

    def test_one_that_is_missing_names_the_one_that_may_be_it(self):
        self.environment(ORCA_PARAMETERS='["EPOCH"]', EPOCH="2")
        self.assert_says("Parameter EPOCHS is missing; it must be a whole number. There is EPOCH: is that the one?",
                         lambda: orca.integer("EPOCHS"))

    def test_a_list_that_is_none_is_named(self):
        for told in ("{", "{}", "[1]", '"EPOCHS"'):
            self.environment(ORCA_PARAMETERS=told)
            self.assert_says("ORCA_PARAMETERS must be a JSON list of the parameters' names.", names.given)

    def test_short_names_are_not_taken_for_one_another(self):
        self.assertIsNone(names.closest("RL", {"LR"}))
        self.assertEqual([names.closest(name, {"BATCH_SIZE", "SEED"}) for name in ("BatchSize", "BATCHSIZES", "SEDE", "BATCH_SIZE")],
                         ["BATCH_SIZE", "BATCH_SIZE", "SEED", None])
