import orca
from intents.data import Example, one_each, read_data
from intents.split import cut

from .support import FolderTest, rows


class ReadingData(FolderTest):
    def test_all_files(self):
        self.write("examples.csv", 'turn on the light,on\r\n"off, please",off\r\n"say ""no""",off\r\n"two\nlines",on\r\n\r\n')
        self.write("labels.csv", "off\non\nunused\n")
        self.write("validation.csv", "light,on\n")
        self.write("test.csv", "dark,off\n")
        data = read_data(self.data)
        self.assertEqual(data.examples, [Example("turn on the light", "on"), Example("off, please", "off"),
                                         Example('say "no"', "off"), Example("two\nlines", "on")])
        self.assertEqual(data.labels, ["off", "on", "unused"])
        self.assertEqual((data.validation, data.test), ([Example("light", "on")], [Example("dark", "off")]))

    def test_examples_alone(self):
        self.write("examples.csv", "\ufeffутро,b\nnuit\u2028x,a\n")
        data = read_data(self.data)
        self.assertEqual((data.labels, data.validation, data.test), (["a", "b"], None, None))
        self.assertEqual(data.examples[0].text, "утро")

    def test_an_utterance_with_several_labels_is_an_example_of_each(self):
        self.write("examples.csv", "both, on ; off\nlight,on\n")
        self.write("test.csv", "dark,off;on\n")
        data = read_data(self.data)
        self.assertEqual(data.labels, ["off", "on"])
        self.assertEqual(one_each(data.examples), [Example("both", "on"), Example("both", "off"), Example("light", "on")])
        self.assertEqual(one_each(data.test), [Example("dark", "off"), Example("dark", "on")])

    def test_the_hash_tells_data_apart(self):
        self.write("examples.csv", rows())
        first = read_data(self.data).sha256
        self.assertEqual(read_data(self.data).sha256, first)
        self.write("test.csv", rows(1))
        self.assertNotEqual(read_data(self.data).sha256, first)

    def test_a_label_of_labels_csv_makes_a_row_of_what_looks_like_a_header(self):
        self.write("examples.csv", "text me,send\nhi,greet\n")
        with self.assertRaisesRegex(orca.InputError, "examples.csv, line 1: 'text me,send' looks like a header"):
            read_data(self.data)
        self.write("labels.csv", "send\ngreet\n")
        self.assertEqual(len(read_data(self.data).examples), 2)

    def test_a_label_that_looks_like_one_of_another_file_is_refused(self):
        self.write("examples.csv", "hello,greet\nbye,leave\n")
        for name, where in (("test.csv", "test.csv, line 1"), ("validation.csv", "validation.csv, line 1")):
            self.write(name, "hi,gre\u200bet\n")
            with self.assertRaisesRegex(orca.InputError, f"^{where}: label 'gre<U\\+200B>et' and 'greet'"):
                read_data(self.data)
            self.write(name, "hi,greet\n")
        self.write("labels.csv", "greet\nleave\ncafe\u0301\ncaf\u00e9\n")
        with self.assertRaisesRegex(orca.InputError, "^labels.csv, line 4: label 'caf\u00e9' and 'cafe<U\\+0301>' .line 3."):
            read_data(self.data)

    def test_errors_name_file_line_and_reason(self):
        good = "a,x\nb,y\n"
        cases = [
            ({}, "no file examples.csv"),
            ({"examples.csv": ""}, "examples.csv has no examples"),
            ({"examples.csv": good + "one, two, three\n"}, "examples.csv, line 3: expected utterance,label but found 3 columns"),
            ({"examples.csv": good + "only text\n"}, "examples.csv, line 3: expected utterance,label but found 1 column"),
            ({"examples.csv": good + "text, \n"}, "examples.csv, line 3: the label is empty"),
            ({"examples.csv": good + "text,x;;y\n"}, "examples.csv, line 3: one of the labels in 'x;;y' is empty"),
            ({"examples.csv": good + "text,x;z\n", "labels.csv": "x\ny\n"}, "Label 'z' in examples.csv is not in labels.csv"),
            ({"examples.csv": good + ",z\n"}, "examples.csv, line 3: the utterance is empty"),
            ({"examples.csv": good + '"open,x\n'}, "examples.csv, line 3: a field that begins with a quote has no quote at its end"),
            ({"examples.csv": b"a,x\nb\xff,y\n"}, "examples.csv, line 2: byte 0xff is not UTF-8"),
            ({"examples.csv": "a,x\nb,x\n"}, "has 1 label; a classifier needs at least 2"),
            ({"examples.csv": good, "labels.csv": "x\n"}, "Label 'y' in examples.csv is not in labels.csv"),
            ({"examples.csv": good, "labels.csv": "x\ny\nx\n"}, "labels.csv: label 'x' appears twice"),
            ({"examples.csv": good, "labels.csv": "x,1\ny\n"}, "labels.csv, line 1: expected one label"),
            ({"examples.csv": good, "test.csv": "a;x\n"}, "test.csv, line 1: expected utterance,label"),
        ]
        for files, message in cases:
            with self.subTest(message):
                for file in self.data.iterdir():
                    file.unlink()
                for name, content in files.items():
                    self.write(name, content)
                with self.assertRaises(orca.InputError) as caught:
                    read_data(self.data)
                self.assertIn(message, str(caught.exception))


class Cutting(FolderTest):
    examples = [Example(text, label) for text, label in rows(20)]

    def test_nothing_is_lost_or_doubled(self):
        rest, part = cut(self.examples, 0.25, 1, "test")
        self.assertEqual(sorted(rest + part, key=str), sorted(self.examples, key=str))

    def test_labels_keep_their_shares(self):
        _, part = cut(self.examples, 0.25, 1, "test")
        self.assertEqual(self.counts(part), {"lights": 5, "money": 5, "travel": 5})
        _, part = cut(self.examples, 0.04, 1, "test")  # 2.4 of 60, 0.8 of each label
        self.assertEqual(len(part), 2)

    def test_the_seed_and_the_purpose_decide(self):
        cuts = [cut(self.examples, 0.25, seed, purpose)[1]
                for seed, purpose in ((1, "test"), (1, "test"), (2, "test"), (1, "validation"))]
        self.assertEqual(cuts[0], cuts[1])
        self.assertNotEqual(cuts[0], cuts[2])
        self.assertNotEqual(cuts[0], cuts[3])

    def test_no_label_loses_its_last_example(self):
        few = [Example("a", "x"), Example("b", "x"), Example("c", "y")]
        rest, part = cut(few, 0.9, 1, "test")
        self.assertEqual(self.counts(rest), {"x": 1, "y": 1})
        self.assertEqual(cut([few[0], few[2]], 0.5, 1, "test"), ([few[0], few[2]], []))

    def test_a_fraction_above_zero_takes_at_least_one(self):
        self.assertEqual(len(cut(self.examples, 0.001, 1, "test")[1]), 1)
        self.assertEqual(len(cut(self.examples, 0, 1, "test")[1]), 0)

    @staticmethod
    def counts(examples):
        labels = [example.label for example in examples]
        return {label: labels.count(label) for label in labels}
