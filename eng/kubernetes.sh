#!/usr/bin/env bash
# Makes sure that a real Kubernetes for tests runs on this machine, and ends it again when nobody uses it any more:
# etcd, the servers, a kubelet on containerd and runc, and a small DNS. No systemd, no Docker, no firewall rule.
#
#   eng/kubernetes.sh up   [--for PID]            use the running cluster, or make and start one
#   eng/kubernetes.sh down [--for PID] [--force]  this user is done; the last one ends it, without a trace but the programs
#   eng/kubernetes.sh status
#   eng/kubernetes.sh import FILE                 gives the nodes an image: an archive as `docker save` makes it
#
# PID is the process that uses it, so that a user who was killed does not keep it for ever; without it the cluster stays until a
# `down` without it. `up` and
# `status` answer on standard output in lines that a shell can evaluate: ORCA_KUBERNETES=found|started|none,
# ORCA_KUBECTL=<client>, KUBECONFIG=<file>. The programs are made once (some minutes; eng/kubernetes/build.sh) and kept. The nodes have orca-training/test:latest.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/users.sh"

state="$(state_folder)/kubernetes"
programs=$state/programs
# Short, because a socket's path may have at most 107 characters.
run=/tmp/orca-kubernetes
. "$here/kubernetes/cluster.sh"

answer() { printf 'ORCA_KUBERNETES=%s\nORCA_KUBECTL=%s\nKUBECONFIG=%s\n' "$1" "$programs/bin/kubectl" "$run/admin.kubeconfig"; }

up() {
  register "$1"
  if cluster_answers; then
    say "Using the cluster that already runs."
    answer found
    return
  fi
  "$here/kubernetes/build.sh" "$programs"
  # What a cluster that was killed left behind.
  cluster_down
  say "Starting Kubernetes …"
  cluster_up
  answer started
}

down() {
  local others
  rm -f "$state/users/$1"
  others=$(other_users "$1")
  if [ ! -d "$run" ]; then
    say "This script has started no cluster that still runs; there is nothing to stop."
  elif [ "$others" -gt 0 ] && [ "$2" != yes ]; then
    say "The cluster keeps running: $others other processes use it."
  else
    cluster_down
    say "Stopped the cluster."
  fi
}

command=${1:-help}
[ $# -eq 0 ] || shift
arguments=("$@")
user=$by_hand force=no file=
while [ $# -gt 0 ]; do
  case $1 in
    --for) user=${2:?--for needs a process id}; shift ;;
    --force) force=yes ;;
    -*) die "unknown argument '$1'" ;;
    *) file=$1 ;;
  esac
  shift
done
case $command in
  up | down | status | import) ;;
  help | --help | -h) usage; exit ;;
  *) die "unknown command '$command': up, down, status or import" ;;
esac
if ! is_root; then
  require_root "a Kubernetes of its own"
  exec sudo -- env ORCA_CACHE="$(state_folder)" ORCA_OWNER="$(id -u):$(id -g)" "$0" "$command" "${arguments[@]}" --for "$user"
fi
[ "$user" = "$by_hand" ] || [ -n "$(process_start "$user")" ] || [ "$command" != up ] || die "--for $user: there is no such process"

mkdir -p "$state/users"
exec 9>"$state/lock"
flock -w 900 9 || die "another eng/kubernetes.sh has been running for a quarter of an hour"

case $command in
  up) up "$user" ;;
  down) down "$user" "$force" ;;
  status) if cluster_answers; then answer found; else answer none; exit 1; fi ;;
  import)
    cluster_answers || die "no cluster runs: eng/kubernetes.sh up first"
    [ -r "$file" ] || die "there is no image file '$file'"
    import_image "$file" ;;
esac
