#!/usr/bin/env bash
# Builds the image that trains the intent classifier, unless the one at hand was built from the very
# same files. --print-tag prints its tag and nothing else on standard output (and builds if needed).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

tag=orca-training/intent-classification:latest
context=$here/../training-images
inputs=(orca intent-classification/Dockerfile intent-classification/intents)

# Names and contents of all that goes into the image. Byte code and tests don't.
inputs_hash() {
  (cd "$context" && find "${inputs[@]}" -type f ! -path '*/tests/*' ! -name '*.pyc' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

built_from() { "$DOCKER" image inspect --format '{{index .Config.Labels "orca.inputs"}}' "$tag" 2>/dev/null || true; }

build() {
  local client old
  "$here/base-image.sh"
  client=$(build_docker_client)
  old=$("$DOCKER" image inspect --format '{{.Id}}' "$tag" 2>/dev/null || true)
  log=$(mktemp) # not local: the trap runs after this function
  trap 'rm -f "$log"' EXIT
  say "Building $tag (the first time takes a minute or two) …"
  # The tests are left out by .dockerignore, so the context is these few files.
  if ! DOCKER_BUILDKIT=1 "$client" build --label "orca.inputs=$1" --tag "$tag" \
       --file "$context/intent-classification/Dockerfile" "$context" >"$log" 2>&1; then
    # BuildKit repeats the whole command; what the command said is in the numbered lines.
    grep -E '^#[0-9]+ ([0-9.]+|ERROR)' "$log" | tail -n 15 | cut -c 1-300 >&2 || tail -n 15 "$log" >&2
    die "building $tag failed"
  fi
  # The image that lost its tag; it stays as long as a container uses it.
  if [ -n "$old" ]; then "$DOCKER" image rm "$old" >/dev/null 2>&1 || true; fi
  say "Built $tag."
  rm -f "$log"
}

case ${1:-} in '' | --print-tag) ;; *) die "unknown argument '$1'" ;; esac
DOCKER=$(any_docker_client)
hash=$(inputs_hash)
if [ -z "$DOCKER" ] || [ "$(built_from)" != "$hash" ]; then
  require_engine
  build "$hash"
fi
if [ "${1:-}" = --print-tag ]; then echo "$tag"; fi
