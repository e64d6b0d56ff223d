"""The command of the image: trains, or puts a trained model to use.

    python3 -m intents                      data from TRAINING_DATA_PATH
    python3 -m intents server /data         the classic command; /data when TRAINING_DATA_PATH is not set
    python3 -m intents evaluate [/data]     judges the model in ORCA_MODEL_PATH by the data; leaves metrics.json
    python3 -m intents predict [/data]      labels for the data's examples.csv; leaves predictions.csv
    python3 -m intents predict model.pt "how much is in my account"
"""

import os
import sys

import orca

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
    prepare_torch(1)
    from .model import Classifier

    for text, (label, probability) in zip(texts, Classifier.load(file).predict(texts)):
        print(f"{label}\t{probability:.3f}\t{text}")


def prepare_torch(threads):
    """What has to be in the environment before torch and the BLAS behind it are loaded."""
    # Left to itself the BLAS starts a thread for each core of the machine, and they wait for one another
    # in a busy loop: on a shared machine that made a training cost ten times the CPU.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    # Several threads wait for one another without a busy loop: with two of them that took 26 CPU seconds
    # where now it takes 9, as one does. The second number is the power of two of cycles before a thread sleeps.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    # The image asks for kernels with AVX2, the same on all CPUs. Where they can't run they must not be
    # asked for: OpenBLAS would end in an illegal instruction.
    if not has_avx2():
        for variable in ("OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY"):
            os.environ.pop(variable, None)


def has_avx2():
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return any(line.startswith("flags") and "avx2" in line.split() for line in file)
    except OSError:
        return False


main()
