import hashlib
import json
import os
import signal
import time
import unittest
from unittest import mock

import torch
from intents.accuracy import accuracy
from intents.bags import Bags
from intents.checkpoint import Checkpoint
from intents.kernels import prepare_torch
from intents.model import Classifier
from intents.settings import Settings, threads
from intents.training import Training, epochs_for
from orca import InputError

from .support import QUICK, WORDS, FolderTest, rows


class WholeTraining(FolderTest):
    def setUp(self):
        super().setUp()
        self.write("examples.csv", rows())

    def test_what_it_prints_and_leaves(self):
        self.write("test.csv", rows(4) + [("who knows", "a strange label")])
        code, lines, errors = self.train(ALGORITHM_NAME="intents", TRAINING_DATASET_ID="d", TRAINING_DATASET_VERSION_HASH="h")
        self.assertEqual((code, errors), (0, ""))
        kinds = [line["orca"] for line in lines]
        self.assertEqual(kinds, ["metric", "progress"] * 3 + ["metric"] + ["artifact"] * 3)
        self.assertEqual(set(lines[0]), {"orca", "step", "epoch", "loss", "accuracy"})
        self.assertEqual(lines[5], {"orca": "progress", "done": 3, "total": 3})
        self.assertGreater(lines[6]["cpu_seconds"], 0)

        output = self.folder / "output"
        self.assertEqual(sorted(os.listdir(output)), ["labels.csv", "manifest.json", "model.pt"])
        for line in lines[7:]:
            content = (output / line["name"]).read_bytes()
            self.assertEqual((line["size"], line["sha256"]), (len(content), hashlib.sha256(content).hexdigest()))
        self.assertEqual((output / "labels.csv").read_text(), "lights\nmoney\ntravel\n")

        manifest = json.loads((output / "manifest.json").read_text())
        self.assertEqual(manifest["parameters"]["EPOCHS"], 3)
        self.assertEqual((manifest["dataset"]["id"], manifest["dataset"]["version_hash"]), ("d", "h"))
        self.assertEqual(manifest["examples"], {"train": 35, "validation": 1, "test": 13})
        self.assertEqual(manifest["metrics"]["test_accuracy"], lines[6]["test_accuracy"])
        self.assertEqual(manifest["model"]["sha256"], lines[7]["sha256"])
        self.assertEqual(manifest["torch"], torch.__version__)

    def test_the_same_seed_gives_the_same_bytes(self):
        models = [self.model(output=f"output{n}", SEED=seed) for n, seed in enumerate(("5", "5", "6"))]
        self.assertEqual(models[0], models[1])
        self.assertNotEqual(models[0], models[2])

    def test_the_model_file_is_enough(self):
        self.train(EPOCHS="30", DIM="64")
        classifier = Classifier.load(self.folder / "output" / "model.pt")
        answers = classifier.predict([words[0] for words in WORDS.values()])
        self.assertEqual([label for label, _ in answers], list(WORDS))
        code, _, errors = self.train(arguments=["predict", str(self.folder / "output" / "model.pt"), "pay cash"])
        self.assertEqual((code, errors), (0, ""))

    def test_a_handful_of_examples_is_learned(self):
        self.write("examples.csv", rows(8))
        self.write("test.csv", [(f"{words[1]} and {words[3]}", label) for label, words in WORDS.items()])
        code, lines, _ = self.train(EPOCHS="", DIM="", HIDDEN="", BUCKETS="4096", BATCH_SIZE="")
        self.assertEqual(code, 0)
        self.assertEqual(lines[-4]["test_accuracy"], 1)

    def test_one_example_a_label(self):
        self.write("examples.csv", "yes,yes\nno,no\n")
        code, lines, errors = self.train(arguments=["server", "/data"])
        self.assertEqual((code, errors), (0, ""))
        self.assertNotIn("accuracy", lines[0])

    def test_the_classic_command_names_the_folder(self):
        code, _, errors = self.train(arguments=["server", str(self.data)], TRAINING_DATA_PATH="")
        self.assertEqual((code, errors), (0, ""))

    def test_bad_input_ends_in_a_sentence_and_2(self):
        for variables, message in (
            ({"EPOCHS": "0"}, "Parameter EPOCHS is '0'; it must be a whole number from 1 to 10000."),
            ({"DROPOUT": "much"}, "Parameter DROPOUT is 'much'; it must be a number from 0 to 0.95."),
            ({"EPOCHS": "", "EPOCH": "2", "ORCA_PARAMETERS": '["EPOCH"]'}, "Parameter EPOCH (did you mean EPOCHS?): this training has no "
             "such parameter. It reads BATCH_SIZE, BUCKETS, DIM, DROPOUT, EPOCHS, FC_SIZE, FEATURE_DROPOUT, HIDDEN, LR, SEED, SMOOTHING, "
             "TEST_FRACTION, THREADS, VALIDATION_FRACTION."),
            ({"FC_SIZE": "8"}, "HIDDEN is 16 and FC_SIZE is 8, and both are the width of the hidden layer; give one of them."),
            ({"WORLD_SIZE": "2"}, "WORLD_SIZE is 2, but this image trains in one container; submit with one worker."),
            ({"TRAINING_DATA_PATH": "/not/there"}, "The dataset's folder '/not/there' does not exist."),
        ):
            with self.subTest(message):
                self.assertEqual(self.train(**variables), (2, [], message + "\n"))

    def test_stop_is_prompt(self):
        process = self.start(EPOCHS="10000")
        while '"progress"' not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        process.communicate(timeout=10)
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(process.returncode, 143)

    def model(self, **options):
        code, lines, errors = self.train(**options)
        self.assertEqual(code, 0, errors)
        return next(line["sha256"] for line in lines if line.get("name") == "model.pt")


class Resuming(FolderTest):
    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ, {"ORCA_CHECKPOINT_PATH": str(self.folder), **QUICK})
        patch.start()
        self.addCleanup(patch.stop)

    def training(self):
        labels = list(WORDS)
        bags = Bags([text for text, _ in rows()], [labels.index(label) for _, label in rows()], 512)
        return Training(Settings.from_environment(), bags, len(labels))

    def test_goes_on_as_if_nothing_had_happened(self):
        for rate in ("0.002", "4"):
            with self.subTest(rate), mock.patch.dict(os.environ, {"LR": rate}):
                self.goes_on()

    def goes_on(self):
        whole = self.training()
        for _ in range(3):
            whole.run_epoch()

        stopped = self.training()
        stopped.run_epoch()
        Checkpoint("key", every=0).save_if_due(stopped, cpu_seconds=1.5, value=0.5)
        resumed = self.training()
        self.assertEqual(Checkpoint("key").restore(resumed), 1.5)
        self.assertEqual(resumed.epoch, 1)
        for _ in range(2):
            resumed.run_epoch()
        for name, weights in whole.network.state_dict().items():
            self.assertTrue(torch.equal(weights, resumed.network.state_dict()[name]), name)
        self.assertTrue(torch.equal(whole.steps.untouched(), resumed.steps.untouched()))

    def test_starts_anew_from_what_does_not_fit(self):
        Checkpoint("key", every=0).save_if_due(self.training(), cpu_seconds=1, value=0.5)
        self.assertEqual(Checkpoint("another key").restore(self.training()), 0)
        (self.folder / "last").write_bytes(b"half a file")
        self.assertEqual(Checkpoint("key").restore(self.training()), 0)


class Rates(unittest.TestCase):
    """The classic container's requests: rates of plain SGD, few epochs, FC_SIZE."""

    def learnt(self, **variables):
        given = {"BATCH_SIZE": "8", "EPOCHS": "15", **variables}
        with mock.patch.dict(os.environ, given):
            settings = Settings.from_environment()
        labels = list(WORDS)
        examples = Bags([text for text, _ in rows()], [labels.index(label) for _, label in rows()], settings.buckets)
        training = Training(settings, examples, len(labels))
        for _ in range(training.epochs):
            training.run_epoch()
        unseen = Bags([f"{words[1]} and {words[3]}" for words in WORDS.values()], [0, 1, 2], settings.buckets)
        return settings, training, accuracy(training.network, unseen)

    def test_rates_of_plain_sgd_are_learnt_with(self):
        for rate, width in (("4", "128"), ("50", "1024"), ("0.5", "16"), ("1000", "16")):
            with self.subTest(rate):
                settings, training, share = self.learnt(LR=rate, FC_SIZE=width, BUCKETS="4096")
                self.assertEqual((training.steps.name, settings.hidden, share), ("plain SGD", int(width), 1))

    def test_small_ones_are_adams(self):
        self.assertEqual(self.learnt(LR="0.01", DIM="16", HIDDEN="16", BUCKETS="512", EPOCHS="1")[1].steps.name, "AdamW and Adagrad")

    def test_a_loss_that_is_no_number_ends_it_in_words(self):
        with (mock.patch.object(Training, "_step", lambda *_: float("nan")),
              self.assertRaisesRegex(InputError, "^The loss is not a number after epoch 1: LR=4 is too large for plain SGD; ")):
            self.learnt(LR="4", DIM="16", FC_SIZE="16", BUCKETS="512")


class Threads(unittest.TestCase):
    def test_several_wait_for_one_another_without_a_busy_loop(self):
        with mock.patch.dict(os.environ, {"OMP_WAIT_POLICY": "ACTIVE"}, clear=True):
            prepare_torch(2)
            self.assertEqual((os.environ["OMP_WAIT_POLICY"], os.environ["OPENBLAS_THREAD_TIMEOUT"]), ("ACTIVE", "4"))
            del os.environ["OMP_WAIT_POLICY"]
            prepare_torch(2)
            self.assertEqual((os.environ["OMP_WAIT_POLICY"], os.environ["OMP_NUM_THREADS"]), ("PASSIVE", "2"))

    def test_the_host_says_how_many_and_a_parameter_goes_before(self):
        most = len(os.sched_getaffinity(0))
        for given, parameter, expected in ((None, None, 1), ("1,2", None, 1), ("999", None, most), ("x", None, 1), ("0", None, 1),
                                           ("999", "1", 1)):
            variables = {name: value for name, value in (("OMP_NUM_THREADS", given), ("THREADS", parameter)) if value}
            with self.subTest(variables), mock.patch.dict(os.environ, variables, clear=True):
                self.assertEqual(threads(), expected)


class Epochs(unittest.TestCase):
    def test_few_examples_get_more(self):
        self.assertEqual(epochs_for(15_000, 64), 16)
        self.assertEqual(epochs_for(480, 64), 60)
        self.assertGreater(epochs_for(1_500, 64), 16)
