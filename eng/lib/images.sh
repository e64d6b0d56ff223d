# Shared by the scripts that build our images: an image is built again when a file of it has changed, and tells what it
# was built from. Sourced after common.sh and docker.sh, by scripts that set `here`.

images_context=$here/../training-images

# inputs_hash PATH…: names and contents of all that goes into an image. Byte code and tests don't.
inputs_hash() {
  (cd "$images_context" && find "$@" -type f ! -path '*/tests/*' ! -name '*.pyc' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# image_label TAG LABEL: empty without the image or the label.
image_label() { "$DOCKER" image inspect --format "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null || true; }

# build_image TAG DOCKERFILE HASH
build_image() {
  local client old base
  "$here/base-image.sh"
  client=$(build_docker_client)
  old=$("$DOCKER" image inspect --format '{{.Id}}' "$1" 2>/dev/null || true)
  # By which registry's digest it came; by its own where it was made on this machine.
  base=$("$DOCKER" image inspect --format '{{range .RepoDigests}}{{.}} {{end}}{{.Id}}' debian:trixie-slim | cut -d' ' -f1)
  log=$(mktemp) # not local: the trap runs after this function
  trap 'rm -f "$log"' EXIT
  say "Building $1 (the first time takes a minute or two) …"
  # The tests are left out by .dockerignore, so the context is these few files.
  if ! DOCKER_BUILDKIT=1 "$client" build --tag "$1" --label "orca.inputs=$3" \
       --label org.opencontainers.image.base.name=docker.io/library/debian:trixie-slim \
       --label "org.opencontainers.image.base.digest=${base##*@}" \
       --file "$images_context/$2" "$images_context" >"$log" 2>&1; then
    # BuildKit repeats the whole command; what the command said is in the numbered lines.
    grep -E '^#[0-9]+ ([0-9.]+|ERROR)' "$log" | tail -n 15 | cut -c 1-300 >&2 || tail -n 15 "$log" >&2
    die "building $1 failed"
  fi
  # The image that lost its tag; it stays as long as a container uses it.
  if [ -n "$old" ]; then "$DOCKER" image rm "$old" >/dev/null 2>&1 || true; fi
  say "Built $1."
  rm -f "$log"
}

# image_script ARGUMENT TAG DOCKERFILE INPUT…: the whole of a script that makes sure that an image is at hand.
image_script() {
  local print=$1 tag=$2 file=$3 hash
  shift 3
  case $print in '' | --print-tag) ;; *) die "unknown argument '$print'" ;; esac
  DOCKER=$(any_docker_client)
  hash=$(inputs_hash "$@")
  if [ -z "$DOCKER" ] || [ "$(image_label "$tag" orca.inputs)" != "$hash" ]; then
    require_engine
    build_image "$tag" "$file" "$hash"
  elif [ "$print" != --print-tag ]; then
    say "$tag exists and is up to date."
  fi
  if [ "$print" = --print-tag ]; then echo "$tag"; fi
}
