#!/usr/bin/env bash
# Builds an image of one's own upon the base, as training-images/README.md shows it, and trains in it; and looks at what both
# of our images say of themselves. The last line reads "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

trained=$("$here/training-image.sh" --print-tag)
base=$("$here/author-image.sh" --print-tag)
require_engine
image=orca-training/own:test-$$ work=$(mktemp -d) passed=0 failed=0
cleanup() { rm -rf "$work"; "$DOCKER" image rm "$image" >/dev/null 2>&1 || true; }
trap cleanup EXIT

# In a shell of its own, since one that is asked whether a command succeeds does not end at its first error.
check() { # NAME COMMAND…
  local status=0
  set +e
  (set -euo pipefail; "${@:2}") >"$work/log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "$1 ... ok"
  else
    failed=$((failed + 1))
    echo "$1 ... FAIL"
    tail -n 15 "$work/log"
  fi
}

# As restricted as a training is.
own() { "$DOCKER" run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL --user 65532:65532 "$@"; }

has_user_and_home() { # IMAGE
  own --entrypoint python3 "$1" -c 'import getpass, pathlib
assert getpass.getuser(), "no name"
pathlib.Path("~/.cache/x").expanduser().mkdir(parents=True)'
}

has_sbom() {
  "$here/image-sbom.sh" --output "$work"
  grep -q 'pkg:oci/debian@sha256' "$work"/*classification.cdx.json
  grep -q 'pkg:deb/debian/python3-torch@' "$work"/*classification.cdx.json
  grep -q 'pkg:deb/debian/python3-boto3@' "$work"/*base.cdx.json
}

block() { awk -v begin="\`\`\`$1" '$0 == begin { on = 1; next } /^```$/ { on = 0 } on' "$here/../training-images/README.md"; }

# With a small package in place of the large one, which apt is only asked about.
takes_packages() {
  mkdir "$work/my-image"
  block python >"$work/my-image/train.py"
  block dockerfile | sed 's/python3-pandas/python3-dateutil \&\& apt-get install -y --simulate python3-pandas/' >"$work/my-image/Dockerfile"
  grep -q simulate "$work/my-image/Dockerfile"
  DOCKER_BUILDKIT=1 "$(build_docker_client)" build --tag "$image" --file "$work/my-image/Dockerfile" "$work"
}

trains() {
  printf 'hi,greet\nbye,leave\n' >"$work/examples.csv"
  tar -C "$work" -c examples.csv | own --interactive -e ORCA_PARAMETERS='["EPOCH"]' -e EPOCH=2 --entrypoint sh "$image" -ec '
    mkdir /tmp/data && tar -x --no-same-owner -C /tmp/data
    TRAINING_DATA_PATH=/tmp/data exec python3 /opt/train.py' >"$work/said"
  cat "$work/said"
  grep -q '"orca":"artifact","name":"model.txt"' "$work/said"
  grep -q 'Parameter EPOCH (did you mean EPOCHS?)' "$work/said"
}

check "a user's name and a home in $trained" has_user_and_home "$trained"
check "a user's name and a home in $base" has_user_and_home "$base"
check "base and packages of both by version" has_sbom
if "$DOCKER" run --rm "$base" timeout 60 apt-get update -qq >"$work/log" 2>&1 && ! grep -q '^[WE]:' "$work/log"; then
  check "apt adds to $base" takes_packages
  check "an image of one's own trains" trains
else
  echo "an image of one's own ... skipped: a container reaches no package mirror here"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
