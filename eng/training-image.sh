#!/usr/bin/env bash
# Builds the image that trains the intent classifier, unless an image that was built from the same files exists.
# With --print-tag, it prints the tag of the image to standard output.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"
. "$here/lib/images.sh"

image_script "${1:-}" orca-training/intent-classification:latest intent-classification/Dockerfile \
  orca intent-classification/Dockerfile intent-classification/intents
