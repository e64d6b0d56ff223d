#!/usr/bin/env bash
# A Docker engine for tests that stop, kill and start the engine under running containers, next to
# and without touching the machine's own. Needs root, dockerd and ip.
#
#   eng/second-engine.sh up NAME [--no-live-restore]     prints its DOCKER_HOST
#   eng/second-engine.sh stop NAME                       SIGTERM, as a service manager does
#   eng/second-engine.sh kill NAME                       SIGKILL, as a crash does
#   eng/second-engine.sh start NAME [--no-live-restore]  prints its DOCKER_HOST
#   eng/second-engine.sh down NAME                       ends its containers and removes all of it
#
# It lives in a network namespace of its own: two engines in one delete each other's bridge and
# firewall rules. So its containers reach one another, but neither the host nor the world.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

command=${1:-help} name=${2:-}
case $command in
  up | down | start | stop | kill) ;;
  help | --help | -h) usage; exit ;;
  *) die "unknown command '$command': up, stop, kill, start or down" ;;
esac
[[ $name =~ ^[a-z0-9][a-z0-9-]{0,19}$ ]] || die "the name '$name' must be up to 20 lower-case letters, digits and dashes"
live_restore=true
case ${3:-} in
  '' | --live-restore) ;;
  --no-live-restore) live_restore=false ;;
  *) die "unknown argument '$3'" ;;
esac

# Short, because a socket's path may have at most 107 characters.
folder=/tmp/orca-engine-$name
namespace=orca-$name
host=unix://$folder/docker.sock
pidfile=$folder/docker.pid

# The engine's pid, when it is alive and really this engine.
engine_pid() {
  local pid
  pid=$(as_root cat "$pidfile" 2>/dev/null) || return 1
  [ -n "$(process_start "$pid")" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "--data-root $folder/data " && printf '%s' "$pid"
}
alive() { engine_pid >/dev/null; }
ended() { ! alive; }

start() {
  alive && die "the engine $name already runs"
  command -v dockerd >/dev/null || die "there is no dockerd on this machine: run eng/engine.sh up first"
  as_root rm -f "$pidfile"
  forget_dead_containerd "$folder/exec"
  # nsenter rather than ip netns exec: the latter mounts its own /sys, which hides cgroups.
  as_root setsid nohup nsenter --net="/var/run/netns/$namespace" \
    dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$pidfile" \
    -H "$host" --group "$(id -g)" --live-restore=$live_restore >>"$folder/log" 2>&1 </dev/null &
  local starter=$! client
  client=$(any_docker_client)
  started() { engine_answers "$client" "$host" || ! kill -0 "$starter" 2>/dev/null; }
  wait_until 60 started && engine_answers "$client" "$host" || {
    grep -v level=info "$folder/log" | tail -n 3 >&2 || true
    die "the engine $name did not start; its log is $folder/log"
  }
  echo "$host"
}

end() { # SIGNAL
  local pid containerd
  containerd=$(as_root cat "$folder/exec/containerd/containerd.pid" 2>/dev/null || true)
  pid=$(engine_pid) || die "the engine $name does not run"
  as_root kill -"$1" "$pid"
  wait_until 60 ended || die "the engine $name did not end within 60 s"
  # Its containerd goes right after it; a start in between would find it half gone.
  containerd_gone() { [ -z "$(process_start "${containerd:-0}")" ]; }
  wait_until 10 containerd_gone || true
}

# Whatever still runs out of this engine's folder: its containerd, the shims, their containers.
processes() {
  local pid
  for pid in $(as_root grep -lsF "$folder/" /proc/[0-9]*/cmdline | cut -d/ -f3); do
    case $(cat "/proc/$pid/comm" 2>/dev/null) in dockerd | containerd*) printf '%s\n' "$pid" ;; esac
  done
}
no_processes() { [ -z "$(processes)" ]; }

unmount_all() {
  local place
  # The deepest first; mountinfo's fifth field is the place.
  while read -r place; do as_root umount -l "$place"; done \
    < <(awk -v f="$folder/" 'index($5, f) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
}

down() {
  local client ids pid children
  client=$(any_docker_client)
  if ! alive && [ -d "$folder/data" ]; then
    # Only an engine can end its containers in an orderly way, so an ended one comes back for it.
    live_restore=true
    (start) >/dev/null 2>&1 || true
  fi
  if alive; then
    ids=$(DOCKER_HOST=$host "$client" ps -aq)
    [ -z "$ids" ] || DOCKER_HOST=$host "$client" rm -f $ids >/dev/null 2>&1 || true
    end TERM
  fi
  # What a broken engine left behind. A shim's children are the containers.
  for pid in $(processes); do
    children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
    as_root kill -KILL $pid $children 2>/dev/null || true
  done
  wait_until 10 no_processes || die "some processes of the engine $name did not end"
  unmount_all
  as_root ip netns delete "$namespace" 2>/dev/null || true
  as_root rm -rf "$folder"
}

case $command in
  up)
    if alive; then echo "$host"; exit; fi
    [ ! -e "$folder" ] || die "the engine $name exists already: use start, or down first"
    command -v ip >/dev/null || apt_install iproute2
    mkdir -p "$folder"
    as_root ip netns add "$namespace"
    as_root ip -n "$namespace" link set lo up
    start ;;
  start)
    [ -d "$folder" ] || die "there is no engine $name: use up"
    start ;;
  stop) end TERM ;;
  kill) end KILL ;;
  down) down ;;
esac
