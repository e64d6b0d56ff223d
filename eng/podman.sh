#!/usr/bin/env bash
# A Podman service for tests, that speaks the Docker Engine's API on a socket of its own, beside and
# without touching whatever else Podman does on this machine. Needs root.
#
#   eng/podman.sh up NAME      prints its address, as in DOCKER_HOST
#   eng/podman.sh down NAME    ends its containers and removes all of it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"

usage() { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; }

command=${1:-help} name=${2:-}
case $command in
  up | down) ;;
  help | --help | -h) usage; exit ;;
  *) die "unknown command '$command': up or down" ;;
esac
[[ $name =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] || die "the name '$name' must be up to 20 lower-case letters, digits and dashes"
# Short, because a socket's path may have at most 107 characters.
folder=/tmp/orca-podman-$name
socket=$folder/podman.sock

podman_here() {
  # Its container monitor leaves a file where it was started when a container is killed for lack of memory.
  cd "$folder"
  as_root env "CONTAINERS_CONF=$folder/containers.conf" \
    podman --root "$folder/data" --runroot "$folder/run" --tmpdir "$folder/tmp" --storage-driver overlay "$@"
}

service_pid() {
  local pid start
  read -r pid start <"$folder/pid" 2>/dev/null || return 1
  process_is "$pid" "$start" && printf '%s' "$pid"
}
ended() { ! service_pid >/dev/null; }

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
  printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$folder/pid"
  ready() { [ -S "$socket" ] || ended; }
  wait_until 20 ready && [ -S "$socket" ] || { tail -n 3 "$folder/log" >&2; die "the service did not start"; }
  as_root chown "$(id -u)" "$socket"
  printf 'unix://%s\n' "$socket"
}

down() {
  local pid
  [ -d "$folder" ] || return 0
  podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
  if pid=$(service_pid); then
    as_root kill -TERM "$pid"
    wait_until 10 ended || as_root kill -KILL "$pid"
  fi
  local place
  while read -r place; do as_root umount -l "$place"; done \
    < <(awk -v f="$folder/" 'index($5, f) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  as_root rm -rf "$folder"
}

"$command"
