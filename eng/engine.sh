#!/usr/bin/env bash
# Makes sure that a Docker engine is running, and stops it again if this script has started it.
#
#   eng/engine.sh up   [--for PID]            uses the running engine, or installs and starts one
#   eng/engine.sh down [--for PID] [--force]  stops the engine, if this script has started it and no other process uses it
#   eng/engine.sh status
#
# PID is the process that uses the engine; when it has ended, it no longer counts as a user. Without --for, the engine runs
# until a `down` without --for. `up` and `status` print lines that a shell can evaluate:
# ORCA_ENGINE=found|started|none, ORCA_DOCKER=<client>, DOCKER_HOST=<address>.
# ORCA_ENGINE=started means that this script has started the engine, now or earlier.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"
. "$here/lib/users.sh"

default_socket=/var/run/docker.sock
state="$(state_folder)/engine"

# ---- what we started ---------------------------------------------------------------------------

# Succeeds when the engine that we recorded is alive and really a dockerd; sets engine_pid.
ours() {
  local start
  [ -r "$state/started" ] || return 1
  read -r engine_pid start <"$state/started"
  process_is "$engine_pid" "$start" && [ "$(cat "/proc/$engine_pid/comm")" = dockerd ]
}

answer() {
  printf 'ORCA_ENGINE=%s\nORCA_DOCKER=%s\nDOCKER_HOST=%s\n' "$1" "$(any_docker_client)" \
    "${DOCKER_HOST:-unix://$default_socket}"
}

# ---- up ----------------------------------------------------------------------------------------

install_engine() {
  local packages=(docker.io iptables) extra
  # Debian 12 has the client within docker.io; later releases have it and BuildKit apart.
  for extra in docker-cli docker-buildx; do
    if apt-cache show "$extra" >/dev/null 2>&1; then packages+=("$extra"); fi
  done
  apt_install "${packages[@]}"
}

# A package's service makes the socket for the group docker, which a user who just installed it
# is not in yet. Whoever may use sudo is root already, so this gives away nothing.
open_socket() {
  [ -S "$default_socket" ] && ! [ -w "$default_socket" ] && command -v sudo >/dev/null || return 0
  command -v setfacl >/dev/null || apt_install acl
  as_root setfacl -m "u:$(id -un):rw" "$default_socket" ||
    die "no permission to use $default_socket: run 'sudo usermod -aG docker $(id -un)' and log in again"
}

start_service() {
  [ -d /run/systemd/system ] || return 1
  as_root systemctl start docker.service >/dev/null 2>&1 || return 1
  wait_until 15 test -S "$default_socket" && open_socket
}

start_daemon() {
  say "Starting the engine …"
  forget_dead_containerd /var/run/docker
  # Its socket belongs to the group of whoever calls, so that no second log-in is needed.
  # Containers outlive it (live-restore): a stop of the engine must never end a training.
  as_root setsid nohup dockerd --live-restore --group "$(id -g)" \
    >"$state/dockerd.log" 2>&1 </dev/null 9>&- &
  local starter=$!
  daemon_up() { engine_answers "$(any_docker_client)" || ! kill -0 "$starter" 2>/dev/null; }
  wait_until 60 daemon_up && engine_answers "$(any_docker_client)" || {
    grep -v level=info "$state/dockerd.log" | tail -n 3 >&2 || true
    die "the engine did not start; its log is $state/dockerd.log"
  }
  record_process "$state/started" "$(cat /var/run/docker.pid)"
}

up() {
  if [ -n "${DOCKER_HOST:-}" ] && [ "$DOCKER_HOST" != "unix://$default_socket" ]; then
    engine_answers "$(any_docker_client)" ||
      die "DOCKER_HOST is $DOCKER_HOST, and no engine answers there: start it, or unset DOCKER_HOST"
    say "Using the engine at $DOCKER_HOST."
    answer found
    return
  fi
  command -v dockerd >/dev/null || engine_answers "$(any_docker_client)" || install_engine
  [ -n "$(any_docker_client)" ] || install_engine
  open_socket
  if ! engine_answers "$(any_docker_client)"; then
    rm -f "$state/started"
    start_service && engine_answers "$(any_docker_client)" || start_daemon
  fi
  register "$1"
  if ours; then
    say "Using the engine that this script started (process $engine_pid)."
    answer started
  else
    say "Using the engine that already runs at ${DOCKER_HOST:-$default_socket}."
    answer found
  fi
}

# ---- down --------------------------------------------------------------------------------------

stop_ours() {
  local containers child
  containers=$("$(any_docker_client)" ps -q 2>/dev/null | wc -l)
  # The engine's own containerd goes with it; the next engine must not find it half gone.
  child=$(cat /var/run/docker/containerd/containerd.pid 2>/dev/null || true)
  as_root kill -TERM "$engine_pid"
  gone() { local p; for p in "$@"; do [ -z "$(process_start "$p")" ] || return 1; done; }
  wait_until 60 gone "$engine_pid" $child || die "the engine (process $engine_pid) did not end within 60 s"
  rm -f "$state/started"
  say "Stopped the engine."
  [ "$containers" -eq 0 ] || say "$containers running containers continue; the next engine finds them again."
}

down() {
  local others
  rm -f "$state/users/$1"
  others=$(other_users "$1")
  if ! ours; then
    rm -f "$state/started"
    say "This script has started no engine that still runs; there is nothing to stop."
  elif [ "$others" -gt 0 ] && [ "$2" != yes ]; then
    say "The engine keeps running: $others other processes use it."
  else
    stop_ours
  fi
}

# ------------------------------------------------------------------------------------------------

command=${1:-help}
[ $# -eq 0 ] || shift
user=$by_hand force=no
while [ $# -gt 0 ]; do
  case $1 in
    --for) user=${2:?--for needs a process id}; shift ;;
    --force) force=yes ;;
    *) die "unknown argument '$1'" ;;
  esac
  shift
done

[ "$user" = "$by_hand" ] || [ -n "$(process_start "$user")" ] || [ "$command" != up ] || die "--for $user: there is no such process"

mkdir -p "$state/users"
exec 9>"$state/lock"
flock -w 180 9 || die "another eng/engine.sh has been running for three minutes"

case $command in
  up) up "$user" ;;
  down) down "$user" "$force" ;;
  status)
    if ! engine_answers "$(any_docker_client)"; then answer none; exit 1; fi
    if ours; then answer started; else answer found; fi ;;
  help | --help | -h) usage ;;
  *) die "unknown command '$command': up, down or status" ;;
esac
