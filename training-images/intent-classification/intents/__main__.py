"""The command of the image: trains, or with `predict` uses a trained model.

    python3 -m intents                      data from TRAINING_DATA_PATH
    python3 -m intents server /data         the classic command; /data when TRAINING_DATA_PATH is not set
    python3 -m intents predict model.pt "how much is in my account"
"""

import os
import sys

import orca

from .settings import Settings


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["predict"] and len(arguments) >= 3:
        orca.run(lambda: predict(arguments[1], arguments[2:]))
    elif not arguments or (arguments[0] == "server" and len(arguments) <= 2):
        orca.run(lambda: train(arguments[1] if len(arguments) > 1 else None))
    else:
        sys.exit(__doc__)


def train(folder):
    # Everything cheap that can be wrong is looked at before torch is imported, which takes seconds.
    settings = Settings.from_environment()
    dataset = orca.dataset(folder)
    prepare_torch(settings.threads)
    from .job import train_job

    train_job(settings, dataset)


def predict(model_file, texts):
    prepare_torch(1)
    from .model import Classifier

    for text, (label, probability) in zip(texts, Classifier.load(model_file).predict(texts)):
        print(f"{label}\t{probability:.3f}\t{text}")


def prepare_torch(threads):
    """What has to be in the environment before torch and the BLAS behind it are loaded."""
    # Left to itself the BLAS starts a thread for each core of the machine, and they wait for one another
    # in a busy loop: on a shared machine that made a training cost ten times the CPU.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
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
