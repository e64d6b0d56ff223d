"""The command of the image: trains, or puts a trained model to use.

    python3 -m intents                      data from TRAINING_DATA_PATH
    python3 -m intents server /data         the classic command; /data when TRAINING_DATA_PATH is not set
    python3 -m intents evaluate [/data]     judges the model in ORCA_MODEL_PATH by the data; leaves metrics.json
    python3 -m intents predict [/data]      labels for the data's examples.csv; leaves predictions.csv
    python3 -m intents predict model.pt "how much is in my account"
"""

import sys
from pathlib import Path

import orca

from .kernels import prepare_torch
from .settings import Settings, threads


def main():
    match sys.argv[1:]:
        case ["predict", file, _, *_]:
            orca.run(lambda: ask(file, sys.argv[3:]))
        case [("evaluate" | "predict") as command, *folder] if len(folder) <= 1:
            orca.run(lambda: use(command, *folder))
        case [] | ["server"]:
            orca.run(train)
        case ["server", folder]:
            orca.run(lambda: train(folder))
        case _:
            sys.exit(__doc__)


def train(folder=None):
    # Everything cheap that can be wrong is looked at before torch is imported, which takes seconds.
    settings = Settings.from_environment()
    dataset = orca.dataset(folder)
    prepare_torch(settings.threads)
    from .job import train_job

    train_job(settings, dataset)


def use(command, folder=None):
    number = threads()
    orca.refuse_unread()
    model = orca.model()
    if model is None:
        raise orca.InputError(f"There is no model to {command} with: set ORCA_MODEL_PATH to its folder.")
    dataset = orca.dataset(folder)
    prepare_torch(number)
    from . import using

    job = using.evaluate_job if command == "evaluate" else using.predict_job
    job(number, model, dataset)


def ask(file, texts):
    if not Path(file).is_file():
        raise orca.InputError(f"There is no model file '{file}'.")
    prepare_torch(1)
    from .using import load_file

    for text, (label, probability) in zip(texts, load_file(Path(file)).predict(texts)):
        print(f"{label}\t{probability:.3f}\t{text}")


main()
