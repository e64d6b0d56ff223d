#!/usr/bin/env bash
# Makes sure that the image is at hand from which tests start Python: the training image, which runs the program in its variable
# SCRIPT instead of training. DOCKER_HOST says on which engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

tag=orca-training/python:latest
base=$("$here/training-image.sh" --print-tag)
require_engine
# The label comes along with the base.
inputs() { "$DOCKER" image inspect --format '{{index .Config.Labels "orca.inputs"}}' "$1" 2>/dev/null || true; }
if [ "$(inputs "$tag")" = "$(inputs "$base")" ]; then exit 0; fi

container=$("$DOCKER" create "$base")
trap '"$DOCKER" rm "$container" >/dev/null' EXIT
"$DOCKER" commit --change 'ENTRYPOINT ["python3", "-c", "import os; exec(os.environ[\"SCRIPT\"])"]' "$container" "$tag" >/dev/null
say "Made $tag."
