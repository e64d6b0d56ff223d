#!/usr/bin/env bash
# Builds the image that trains the intent classifier, unless the one at hand was built from the very
# same files. --print-tag prints its tag and nothing else on standard output (and builds if needed).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"
. "$here/lib/images.sh"

image_script "${1:-}" orca-training/intent-classification:latest intent-classification/Dockerfile \
  orca intent-classification/Dockerfile intent-classification/intents
