"""Which of the environment's variables are parameters, and which of them may be another one, misspelt."""

import difflib
import json
import os

from .errors import InputError

# How alike two names are, from 0 to 1, of which one may be the other, misspelt: EPOCH and EPOCHS are 0.91, LR and RL 0.5.
_ALIKE = 0.75
# Variables that libraries read by themselves, and that jobs may set as parameters all the same.
_LIBRARIES = (
    "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "GOTO_", "BLIS_", "NUMEXPR_", "NUMBA_", "VECLIB_", "TBB_",
    "ATEN_", "TORCH", "PYTORCH_", "CUDA_", "CUDNN_", "CUBLAS_", "NCCL_", "GLOO_", "HIP_", "ROCR_", "ROCM_", "HSA_",
    "XLA_", "JAX_", "TF_", "KERAS_", "TRITON_", "HF_", "TRANSFORMERS_", "TOKENIZERS_", "WANDB_", "MLFLOW_", "RAY_",
    "MPLBACKEND", "XDG_", "LC_",
)
_OTHERS = {"LANG", "LANGUAGE", "TZ", "TERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "LOGNAME", "TQDM_DISABLE"}


def given():
    """The names of the job's parameters; None where the host does not say."""
    told = os.environ.get("ORCA_PARAMETERS")
    if not told:
        return None
    try:
        found = json.loads(told)
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise ValueError
        return found
    except ValueError:
        raise InputError("ORCA_PARAMETERS must be a JSON list of the parameters' names.") from None


def closest(name, known):
    """The one that is meant, if it is not one of them already; None where none is like it."""
    if name in known:
        return None
    by_form = {_form(other): other for other in sorted(known, reverse=True)}
    if found := difflib.get_close_matches(_form(name), by_form, 1, _ALIKE):
        return by_form[found[0]]
    return None


def is_library_s(name):
    return name.upper().startswith(_LIBRARIES) or name.upper() in _OTHERS


def _form(name):
    # batch-size, BatchSize and BATCH_SIZE are one name to people.
    return name.upper().replace("_", "").replace("-", "")
