#!/usr/bin/env bash
# A PostgreSQL server for tests and benches, next to and without touching any other: its own data, its own socket, no TCP port,
# fsync on. Debian's package is installed where there is none.
#
#   eng/postgres.sh up NAME [--for PID]   makes and starts it; prints ORCA_POSTGRES=<connection string>
#   eng/postgres.sh stop NAME             as a service manager does: connections are cut, nothing is lost
#   eng/postgres.sh kill NAME             as a crash does
#   eng/postgres.sh start NAME            starts it again, on the same data
#   eng/postgres.sh down NAME             stops it and removes all of it
#
# PID is the process that uses it (default: the caller); what a dead one left behind is removed by the next `up`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"

command=${1:-help} name=${2:-}
case $command in
  up | stop | kill | start | down) ;;
  help | --help | -h) usage; exit ;;
  *) die "unknown command '$command': up, stop, kill, start or down" ;;
esac
[[ $name =~ ^[a-z0-9][a-z0-9-]{0,29}$ ]] || die "the name '$name' must be up to 30 lower-case letters, digits and dashes"
owner=$PPID
case ${3:-} in
  '') ;;
  --for) owner=${4:?--for needs a process id} ;;
  *) die "unknown argument '$3'" ;;
esac

# Short, because a socket's path may have at most 107 characters.
prefix=/tmp/orca-postgres-
folder=$prefix$name
port=5432 # names the socket's file only

# The server refuses to run as root; Debian's package brings a user for it.
as_server() { if is_root; then runuser -u postgres -- "$@"; else "$@"; fi; }
server_user() { if is_root; then echo postgres; else id -un; fi; }

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

install_server() {
  [ -n "$(programs)" ] || apt_install postgresql
  bin=$(programs)
  [ -n "$bin" ] || die "there is no PostgreSQL server in /usr/lib/postgresql: install Debian's package 'postgresql'"
}

running() { as_server "$bin/pg_ctl" status -D "$folder/data" >/dev/null 2>&1; }

start() {
  running && return
  # No bytes of what the caller writes to may be held by the server: it outlives the caller.
  (cd /; as_server "$bin/pg_ctl" start -s -w -t 60 -D "$folder/data" -l "$folder/log" >/dev/null 2>&1 </dev/null) ||
    { tail -n 5 "$folder/log" >&2; die "the PostgreSQL server '$name' did not start; its log is $folder/log"; }
}

stop() { running && (cd /; as_server "$bin/pg_ctl" stop -s -w -t 60 -m "$1" -D "$folder/data"); return 0; }

remove() {
  stop immediate
  as_root rm -rf -- "$folder"
}

remove_leftovers() {
  local file pid began left
  for file in "$prefix"*/owner; do
    [ -e "$file" ] || continue
    read -r pid began <"$file"
    process_is "$pid" "$began" && continue
    left=$folder folder=$(dirname "$file")
    say "Removing the PostgreSQL server that process $pid left in $folder …"
    remove
    folder=$left
  done
}

make() {
  [ -e "$folder" ] && die "there is a PostgreSQL server '$name' already: end it with 'eng/postgres.sh down $name'"
  mkdir -m 700 "$folder"
  record_process "$folder/owner" "$owner"
  if is_root; then chown -R postgres "$folder"; fi
  (cd /; as_server "$bin/initdb" -D "$folder/data" -U orca -A trust -E UTF8 --locale=C.UTF-8 >"$folder.initdb" 2>&1) ||
    { tail -n 5 "$folder.initdb" >&2; die "initdb failed; it says so in $folder.initdb"; }
  rm -f "$folder.initdb"
  # Nobody but this folder's owner and root reaches the socket, so that no password is needed.
  as_server tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
port = $port
max_connections = 300
CONF
}

install_server
case $command in
  up)
    remove_leftovers
    make
    start
    printf "ORCA_POSTGRES='Host=%s;Port=%s;Username=orca;Database=postgres'\n" "$folder" "$port" ;;
  start) start ;;
  stop) stop fast ;;
  kill) stop immediate ;;
  down) [ ! -e "$folder" ] || remove ;;
esac
