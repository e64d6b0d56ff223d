#!/usr/bin/env bash
# A real nginx for tests: Debian's package, on loopback, in front of what the caller's settings name. Nothing is installed on the
# machine: the package is unpacked below the state folder.
#
#   eng/nginx.sh up NAME SETTINGS [--for PID] [--user USER]   starts it with the server blocks of a file; it listens when this ends
#   eng/nginx.sh down NAME                                    ends it and removes its folder
#
# PID is the process that uses it (default: the caller); what a dead one left behind is removed by the next `up`. USER is who connects to
# what it stands before (default: the caller's; another one needs root). Debian's own settings say www-data.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/named.sh"

up_or_down 30 "$@"
shift 2

prefix=${TMPDIR:-/tmp}/orca-nginx-
folder=$prefix$name
programs=$(state_folder)/nginx
program=$programs/usr/sbin/nginx

fetch_program() {
  [ -x "$program" ] && return
  command -v apt-get >/dev/null || die "there is no apt-get to get nginx's package with"
  say "Fetching nginx (once, about 1 MB) …"
  local work
  mkdir -p "$(state_folder)"
  exec 9>"$programs.lock"
  flock -w 600 9 || die "somebody else has been fetching nginx for ten minutes"
  [ -x "$program" ] && return
  work=$(mktemp -d "$programs.XXXXXX")
  mkdir -p "$work/debs/partial" "$work/root"
  if ! { as_root apt-get update && as_root timeout 600 apt-get install -y --download-only --no-install-recommends --reinstall \
           -o Dir::Cache::archives="$work/debs" nginx; } >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2; rm -rf "$work"; die "apt-get could not fetch nginx"
  fi
  for package in "$work"/debs/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root"; done
  "$work/root/usr/sbin/nginx" -v >"$work/log" 2>&1 || { cat "$work/log" >&2; rm -rf "$work"; die "nginx does not run here"; }
  rm -rf "$programs"
  mv "$work/root" "$programs"
  rm -rf "$work"
  exec 9>&-
}

write_settings() { # SERVERS; who connects is $user
  cat >"$folder/nginx.conf" <<CONF
user $user;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  include $folder/servers.conf;
}
CONF
  cp "$1" "$folder/servers.conf"
}

ended() { ! recorded_process "$1/process" >/dev/null; }

remove() { # FOLDER
  local pid
  if pid=$(recorded_process "$1/process"); then
    kill -TERM "$pid"
    wait_until 20 ended "$1" || die "nginx (process $pid) does not end"
  fi
  rm -rf -- "$1"
}

remove_leftovers() {
  local file
  for file in "$prefix"*/owner; do
    [ -e "$file" ] || continue
    recorded_process "$file" >/dev/null || remove "$(dirname "$file")"
  done
}

up() {
  local settings=${1:?up needs a file of server blocks} owner=$PPID user
  user=$(id -un)
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --for) owner=${2:?--for needs a process id}; shift 2 ;;
      --user) user=${2:?--user needs a name}; shift 2 ;;
      *) die "unknown argument '$1'" ;;
    esac
  done
  [ -r "$settings" ] || die "there is no file '$settings'"
  remove_leftovers
  [ ! -e "$folder" ] || die "there is an nginx '$name' already: eng/nginx.sh down $name"
  fetch_program
  mkdir -p "$folder"
  record_process "$folder/owner" "$owner"
  write_settings "$settings"
  # It goes into the background once it listens, and may hold nothing of what the caller reads from.
  "$program" -p "$folder" -e "$folder/error.log" -c "$folder/nginx.conf" >"$folder/start.log" 2>&1 </dev/null \
    || { cat "$folder/start.log" >&2; rm -rf -- "$folder"; die "nginx did not start"; }
  wait_until 20 test -s "$folder/nginx.pid" || die "nginx wrote no process id; its log is $folder/error.log"
  record_process "$folder/process" "$(cat "$folder/nginx.pid")"
}

case $command in
  up) up "$@" ;;
  down) remove "$folder" ;;
esac
