import csv
import hashlib
import json

from .support import WORDS, FolderTest, rows


class UsingAModel(FolderTest):
    def setUp(self):
        super().setUp()
        self.write("examples.csv", rows())
        self.model = self.folder / "output"
        self.trained = self.run_to_end([], EPOCHS="12", DIM="64")
        self.measured = next(line for line in self.trained if "test_accuracy" in line)

    def run_to_end(self, arguments, **variables):
        code, lines, errors = self.train(arguments=arguments, **variables)
        self.assertEqual((code, errors), (0, ""))
        return lines

    def use(self, command):
        lines = self.run_to_end([command], output=command, ORCA_MODEL_PATH=str(self.model), TRAINING_DATASET_ID="d")
        return lines, self.folder / command

    def replace_data(self, **files):
        for file in self.data.iterdir():
            file.unlink()
        for name, content in files.items():
            self.write(f"{name}.csv", content)


class Evaluating(UsingAModel):
    def test_by_its_own_dataset_it_repeats_what_the_training_measured(self):
        lines, output = self.use("evaluate")
        self.assertEqual([line["orca"] for line in lines], ["metric", "progress", "artifact"])
        names = [f"{part}_{what}" for part in ("test", "validation") for what in ("accuracy", "rows", "accuracy_low", "accuracy_high")]
        self.assertEqual([lines[0][name] for name in names], [self.measured[name] for name in names])
        self.assertEqual(set(lines[0]), set(self.measured) - {"step"})

        content = (output / "metrics.json").read_bytes()
        self.assertEqual((lines[2]["name"], lines[2]["sha256"]), ("metrics.json", hashlib.sha256(content).hexdigest()))
        document = json.loads(content)
        self.assertEqual(document["metrics"], {name: lines[0][name] for name in names})
        self.assertEqual(document["examples"], {"validation": 1, "test": 4})
        self.assertEqual(document["model"]["sha256"], hashlib.sha256((self.model / "model.pt").read_bytes()).hexdigest())
        self.assertEqual(document["dataset"]["id"], "d")

    def test_by_the_test_rows_that_are_given(self):
        self.replace_data(test=[("bank cash pay", "money"), ("bank cash pay", "travel"), ("what", "a strange label")])
        lines, output = self.use("evaluate")
        self.assertEqual(lines[0]["test_accuracy"], round(1 / 3, 6))
        self.assertNotIn("validation_accuracy", lines[0])
        self.assertEqual(json.loads((output / "metrics.json").read_text())["labels"], {
            "a strange label": {"examples": 1, "right": 0}, "money": {"examples": 1, "right": 1},
            "travel": {"examples": 1, "right": 0}})

    def test_by_all_rows_of_another_dataset(self):
        self.replace_data(examples=[(words[0], label) for label, words in WORDS.items()])
        lines, _ = self.use("evaluate")
        self.assertEqual(lines[0]["test_accuracy"], 1)

    def test_what_cannot_be_judged_is_a_sentence_and_2(self):
        self.replace_data()
        environment = {"ORCA_MODEL_PATH": str(self.model)}
        for files, variables, message in (
            ({}, environment, "The dataset has neither test.csv nor examples.csv, so the model can't be evaluated."),
            ({}, {}, "There is no model to evaluate with: set ORCA_MODEL_PATH to its folder."),
            ({}, {"ORCA_MODEL_PATH": "/not/there"}, "The model's folder '/not/there' does not exist."),
            ({}, {"ORCA_MODEL_PATH": str(self.data)},
             f"The model has no file model.pt (looked in '{self.data}'): it is not a model of this algorithm."),
        ):
            with self.subTest(message):
                self.assertEqual(self.train(arguments=["evaluate"], **variables), (2, [], message + "\n"))

    def test_a_damaged_model_is_a_sentence_and_2(self):
        (self.model / "model.pt").write_bytes((self.model / "model.pt").read_bytes()[:1000])
        sentence = "The model's model.pt can't be used: it is damaged, or of another algorithm.\n"
        for options in ({"arguments": ["evaluate"], "ORCA_MODEL_PATH": str(self.model)},
                        {"arguments": ["predict", str(self.model / "model.pt"), "hi"]}):
            code, _, errors = self.train(**options)
            self.assertEqual((code, errors), (2, sentence))


class Predicting(UsingAModel):
    def test_each_utterance_gets_a_label_and_a_confidence(self):
        self.replace_data(examples='"bank, cash ""now"""\nflight hotel,money\n')
        lines, output = self.use("predict")
        self.assertEqual([line["orca"] for line in lines], ["progress", "artifact"])
        with open(output / "predictions.csv", encoding="utf-8", newline="") as file:
            predictions = list(csv.reader(file))
        self.assertEqual([row[:2] for row in predictions], [['bank, cash "now"', "money"], ["flight hotel", "travel"]])
        self.assertTrue(all(0 < float(confidence) <= 1 for _, _, confidence in predictions))
        self.assertEqual(lines[1]["name"], "predictions.csv")

    def test_a_wrong_row_is_named(self):
        self.replace_data(examples="one\na,b,c\n")
        code, _, errors = self.train(arguments=["predict"], ORCA_MODEL_PATH=str(self.model))
        self.assertEqual((code, errors), (2, "examples.csv, line 2: expected utterance[,label] but found 3 columns; "
                                             "an utterance with a comma needs quotes.\n"))
