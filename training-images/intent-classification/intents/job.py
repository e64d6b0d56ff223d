"""A whole training, from the dataset's folder to announced artifacts."""

import csv
import json
import os
import time

import torch

import orca

from .accuracy import accuracy, measure
from .bags import Bags
from .checkpoint import Checkpoint
from .data import one_each, read_data
from .features import MOST_NGRAMS
from .model import Classifier
from .overlaps import tell_overlaps
from .split import cut
from .training import Training


def train_job(settings, dataset):
    torch.set_num_threads(settings.threads)
    # Says no rather than use an operation whose result depends on which thread comes first.
    torch.use_deterministic_algorithms(True)
    output = orca.output_path()

    data = read_data(dataset.path)
    parts = split(data, settings)
    orca.log(f"{len(data.labels)} labels; {len(parts['train'])} examples to train, "
             f"{len(parts['validation'])} to validate, {len(parts['test'])} to test.")
    tell_overlaps(parts)
    bags = make_all_bags(parts, data.labels, settings.buckets)
    training = Training(settings, bags["train"], len(data.labels))
    orca.log(f"{training.steps.name} with LR={settings.lr:g}, {training.epochs} epochs of {training.steps_per_epoch} steps, "
             f"a hidden layer of {settings.hidden} units.")
    cpu_before = run(training, bags["validation"], data.sha256)

    results = measure(training.network, bags)
    results["cpu_seconds"] = round(cpu_before + time.process_time(), 2)
    orca.metric(step=training.epochs, **results)

    model = write_model(output, training, data.labels)
    write_labels(output, data.labels)
    write_manifest(output, settings, training, dataset, data, parts, results, model)
    for name in ("labels.csv", "manifest.json"):
        orca.artifact(name)


def split(data, settings):
    """What the dataset does not bring is cut off its examples."""
    train, validation, test = data.examples, data.validation, data.test
    if test is None:
        train, test = cut(train, settings.test_fraction, settings.seed, "test")
    if validation is None:
        train, validation = cut(train, settings.validation_fraction, settings.seed, "validation")
    return {"train": one_each(train), "validation": one_each(validation), "test": one_each(test)}


def make_all_bags(parts, labels, buckets):
    index = {label: number for number, label in enumerate(labels)}
    bags = {name: Bags([example.text for example in part], [index.get(example.label, -1) for example in part], buckets)
            for name, part in parts.items()}
    if cut := sum(of_one.cut for of_one in bags.values()):
        orca.log(f"{cut} {'text is' if cut == 1 else 'texts are'} longer than {MOST_NGRAMS:,} n-grams, which is some 2,400 characters: "
                 "of these the beginning counts.")
    return bags


def run(training, validation, data_sha256):
    """All epochs that an earlier attempt left. Returns the CPU seconds of earlier attempts."""
    checkpoint = Checkpoint(json.dumps([training.settings.parameters(), data_sha256, torch.__version__]))
    cpu_before = checkpoint.restore(training)
    if training.epoch:
        orca.progress(training.epoch, training.epochs)
    while training.epoch < training.epochs:
        loss = training.run_epoch()
        measured = {"loss": round(loss, 6)}
        share = accuracy(training.network, validation)
        if share is not None:
            measured["accuracy"] = round(share, 6)
        orca.metric(step=training.epoch, epoch=training.epoch, **measured)
        orca.progress(training.epoch, training.epochs)
        # Without validation examples the loss is all there is to tell which epoch was best.
        checkpoint.save_if_due(training, cpu_before + time.process_time(), -loss if share is None else share)
    training.finish()
    return cpu_before


def write_model(output, training, labels):
    with orca.atomic_file(output / "model.pt") as file:
        torch.save(Classifier(training.network, labels, training.sizes).content(), file)
    return orca.artifact("model.pt")


def write_labels(output, labels):
    with orca.atomic_file(output / "labels.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([label] for label in labels)


def write_manifest(output, settings, training, dataset, data, parts, results, model):
    manifest = {
        "algorithm": os.environ.get("ALGORITHM_NAME", ""),
        "parameters": {**settings.parameters(), "EPOCHS": training.epochs},
        "seed": settings.seed,
        "dataset": {"id": dataset.id, "version_hash": dataset.version_hash, "sha256": data.sha256},
        "labels": len(data.labels),
        "examples": {name: len(part) for name, part in parts.items()},
        "metrics": {name: value for name, value in results.items() if name != "cpu_seconds"},
        "cpu_seconds": results["cpu_seconds"],
        "model": model,
        "torch": torch.__version__,
    }
    with orca.atomic_file(output / "manifest.json", "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2, ensure_ascii=False)
        file.write("\n")
