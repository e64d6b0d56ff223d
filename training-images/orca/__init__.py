"""What a training container says to Orca.Training, and what it is told.

Depends on nothing but Python (3.11 or later), and on boto3 where a host gives credentials for S3. Copy this folder into an image and:

    import orca

    def train():
        epochs = orca.integer("EPOCHS", default=20, minimum=1)
        for epoch in range(1, epochs + 1):
            orca.metric(step=epoch, epoch=epoch, loss=0.5)
            orca.progress(epoch, epochs)
        with orca.atomic_file(orca.output_path() / "model.bin") as file:
            file.write(b"weights")
        orca.artifact("model.bin")

    orca.run(train)
"""

from .checkpointing import Checkpoint, Checkpoints
from .errors import InputError, StorageError
from .files import atomic_file
from .output import artifact, metric, progress
from .parameters import choice, flag, integer, number, refuse_unread, text
from .places import Dataset, checkpoint_path, checkpoints, dataset, model, output_path
from .running import STOPPED, exit_when_stopped, run
from .lines import log

__all__ = [
    "Checkpoint", "Checkpoints", "Dataset", "InputError", "STOPPED", "StorageError", "artifact", "atomic_file",
    "checkpoint_path", "checkpoints", "choice", "dataset", "exit_when_stopped", "flag", "integer", "log", "metric", "model",
    "number", "output_path", "progress", "refuse_unread", "run", "text",
]
