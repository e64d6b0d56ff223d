#!/usr/bin/env bash
# A Podman service for tests, that speaks the Docker Engine's API on a socket of its own, beside and
# without touching whatever else Podman does on this machine. Needs root.
#
#   eng/podman.sh up NAME      prints its address, as in DOCKER_HOST
#   eng/podman.sh down NAME    ends its containers and removes all of it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/named.sh"

up_or_down 20 "$@"
# Short, because a socket's path may have at most 107 characters.
folder=/tmp/orca-podman-$name
socket=$folder/podman.sock

podman_here() {
  # Its container monitor leaves a file where it was started when a container is killed for lack of memory.
  cd "$folder"
  as_root env "CONTAINERS_CONF=$folder/containers.conf" \
    podman --root "$folder/data" --runroot "$folder/run" --tmpdir "$folder/tmp" --storage-driver overlay "$@"
}

ended() { ! recorded_process "$folder/pid" >/dev/null; }

up() {
  [ ! -e "$folder" ] || die "the service $name exists already: down first"
  local missing=()
  command -v podman >/dev/null || missing+=(podman runc)
  [ -x /usr/libexec/podman/catatonit ] || [ -x /usr/bin/catatonit ] || missing+=(catatonit)
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
  mkdir -p "$folder"
  # Podman asks for more open files and processes than a container that all this runs in may give, and takes
  # no setting for that over its API: so this stands in for the runtime, and leaves the limits as they are.
  cat >"$folder/runtime" <<'EOF'
#!/bin/sh
bundle=
for word in "$@"; do
  [ "$last" != --bundle ] && [ "$last" != -b ] || bundle=$word
  last=$word
done
[ ! -f "$bundle/config.json" ] || sed -i 's/"rlimits":\[[^]]*\],\{0,1\}//' "$bundle/config.json"
exec runc "$@"
EOF
  chmod 755 "$folder/runtime"
  # Without systemd: no cgroups of its making, no journal.
  cat >"$folder/containers.conf" <<EOF
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
helper_binaries_dir = ["/usr/libexec/podman", "/usr/lib/podman", "/usr/bin"]
runtime = "runc-here"
[engine.runtimes]
runc-here = ["$folder/runtime"]
EOF
  podman_here system service --time 0 "unix://$socket" >"$folder/log" 2>&1 </dev/null &
  local pid=$!
  record_process "$folder/pid" "$pid"
  ready() { [ -S "$socket" ] || ended; }
  wait_until 20 ready && [ -S "$socket" ] || { tail -n 3 "$folder/log" >&2; die "the service did not start"; }
  as_root chown "$(id -u)" "$socket"
  printf 'unix://%s\n' "$socket"
}

down() {
  local pid
  [ -d "$folder" ] || return 0
  podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
  if pid=$(recorded_process "$folder/pid"); then
    as_root kill -TERM "$pid"
    wait_until 10 ended || as_root kill -KILL "$pid"
  fi
  local place
  while read -r place; do as_root umount -l "$place"; done \
    < <(awk -v f="$folder/" 'index($5, f) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  as_root rm -rf "$folder"
}

"$command"
