#!/usr/bin/env bash
# Runs all Python tests inside the training image, as restricted as a training is: no network, a
# read-only root, an ordinary user. The last line reads "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

tag=$("$here/training-image.sh" --print-tag)
DOCKER=$(any_docker_client)

# The sources come in through standard input, so that no folder of this machine has to be visible
# to the engine. They go first in the path; the image's own copies are the same files.
tar -C "$here/../training-images" --exclude __pycache__ -c orca intent-classification |
  "$DOCKER" run --rm --interactive --network none --read-only --tmpfs /tmp:mode=1777 --cap-drop ALL \
    --security-opt no-new-privileges --pids-limit 64 --memory 1g --user 1234:1234 --entrypoint sh "$tag" -ec '
      mkdir /tmp/tests && cd /tmp/tests && tar -x --no-same-owner
      export PYTHONPATH=/tmp/tests:/tmp/tests/intent-classification OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
      exec python3 -m orca.tests orca.tests intent-classification/tests'
