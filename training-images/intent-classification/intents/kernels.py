"""What has to be in the environment before torch, and the BLAS behind it, are loaded."""

import os


def prepare_torch(threads):
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
