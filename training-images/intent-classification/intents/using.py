"""A stored model put to use, as a job: judged by a dataset's examples, or asked about its texts."""

import csv
import hashlib
import json
import pickle
import time
from types import SimpleNamespace

import torch

import orca

from .accuracy import measure
from .data import one_each, read_files, read_texts, warn_of_strange
from .job import make_all_bags, split
from .model import Classifier, answers

MODEL, MANIFEST = "model.pt", "manifest.json"


def evaluate_job(threads, folder, dataset):
    torch.set_num_threads(threads)
    classifier, output = load(folder), orca.output_path()
    parts = parts_of(read_files(dataset.path), manifest_of(folder))
    orca.log(f"{len(parts['validation'])} examples to validate, {len(parts['test'])} to test.")
    for name, part in parts.items():
        warn_of_strange(f"the {name} examples", part, classifier.labels)
    bags = make_all_bags(parts, classifier.labels, classifier.sizes["buckets"])

    results = measure(classifier.network, bags)
    results["cpu_seconds"] = round(time.process_time(), 2)
    orca.metric(**results)
    write_metrics(output, folder, dataset, results, parts, by_label(classifier, bags["test"], parts["test"]))
    orca.progress(1, 1)
    orca.artifact("metrics.json")


def predict_job(threads, folder, dataset):
    torch.set_num_threads(threads)
    classifier, output = load(folder), orca.output_path()
    texts = read_texts(dataset.path)
    orca.log(f"{len(texts)} utterances.")
    with orca.atomic_file(output / "predictions.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for text, (label, probability) in zip(texts, classifier.predict(texts)):
            rows.writerow([text, label, f"{probability:.6f}"])
    orca.progress(len(texts), len(texts))
    orca.artifact("predictions.csv")


def load(folder):
    file = folder / MODEL
    if not file.is_file():
        raise orca.InputError(f"The model has no file {MODEL} (looked in '{folder}'): it is not a model of this algorithm.")
    return load_file(file)


def load_file(file):
    try:
        return Classifier.load(file)
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is damaged, or of another algorithm."
        raise orca.InputError(f"The model's {file.name} can't be used: {reason}") from None


def manifest_of(folder):
    """What the training left beside its model; empty without, and where it is another algorithm's."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        _cutting(manifest["parameters"])
        return manifest if isinstance(manifest["dataset"]["sha256"], str) else {}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def parts_of(data, manifest):
    """The examples to judge by. Where the dataset does not say which: of the one that the model was trained
    on, those that the training cut off and never saw; of another, all."""
    if data.examples and data.sha256 == manifest.get("dataset", {}).get("sha256"):
        return {name: part for name, part in split(data, _cutting(manifest["parameters"])).items() if name != "train"}
    test = data.examples if data.test is None else data.test
    if not test:
        raise orca.InputError("The dataset has neither test.csv nor examples.csv, so the model can't be evaluated.")
    return {"validation": one_each(data.validation or []), "test": one_each(test)}


def _cutting(parameters):
    return SimpleNamespace(**{name: parameters[name.upper()] for name in ("seed", "test_fraction", "validation_fraction")})


def by_label(classifier, bags, examples):
    """Of each label how many examples there are, and how many of them were answered rightly."""
    counts = {}
    for example, answer in zip(examples, answers(classifier.network, bags)):
        count = counts.setdefault(example.label, {"examples": 0, "right": 0})
        count["examples"] += 1
        count["right"] += classifier.labels[answer] == example.label
    return dict(sorted(counts.items()))


def write_metrics(output, folder, dataset, results, parts, labels):
    with open(folder / MODEL, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    content = {
        "metrics": {name: value for name, value in results.items() if name != "cpu_seconds"},
        "cpu_seconds": results["cpu_seconds"],
        "examples": {name: len(part) for name, part in parts.items()},
        "labels": labels,
        "model": {"name": MODEL, "sha256": sha256},
        "dataset": {"id": dataset.id, "version_hash": dataset.version_hash},
    }
    with orca.atomic_file(output / "metrics.json", "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
