#!/usr/bin/env bash
# A private image registry for tests: Debian's docker-registry on a free port of 127.0.0.1, which an
# engine reaches without TLS.
#
#   eng/test-registry.sh up NAME USER PASSWORD   prints its address, 127.0.0.1:PORT
#   eng/test-registry.sh down NAME
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/named.sh"

up_or_down 40 "$@"
folder=${TMPDIR:-/tmp}/orca-registry-$name

ended() { ! recorded_process "$folder/pid" >/dev/null; }

# A line of the password file: bcrypt is all that the registry takes.
password_line() { # USER PASSWORD
  command -v htpasswd >/dev/null || apt_install apache2-utils
  htpasswd -Bbn -C 4 "$1" "$2"
}

up() { # USER PASSWORD
  [ ! -e "$folder" ] || die "the registry $name exists already: down first"
  command -v docker-registry >/dev/null || apt_install docker-registry
  mkdir -p "$folder/data"
  password_line "$1" "$2" >"$folder/users"
  cat >"$folder/config.yml" <<EOF
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $folder/data } }
http: { addr: "127.0.0.1:0", secret: none }
auth: { htpasswd: { realm: tests, path: $folder/users } }
EOF
  setsid nohup docker-registry serve "$folder/config.yml" >"$folder/log" 2>&1 </dev/null &
  local pid=$!
  record_process "$folder/pid" "$pid"
  # The kernel chose the port; the registry logs no more than what it was asked for.
  listening() { port=$(port_of "$pid") && [ -n "$port" ] || ended; }
  wait_until 20 listening && [ -n "$port" ] || { tail -n 3 "$folder/log" >&2; die "the registry did not start"; }
  printf '127.0.0.1:%s\n' "$port"
}

# The port on which a process listens: its sockets' inodes, looked up in the kernel's table.
port_of() { # PID
  local inodes
  inodes=$(ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' | tr '\n' ' ')
  awk -v inodes=" $inodes" '$4 == "0A" && index(inodes, " " $10 " ") { split($2, a, ":"); print a[2]; exit }' /proc/net/tcp |
    { read -r hex && printf '%d' "0x$hex"; } || true
}

down() {
  local pid
  if pid=$(recorded_process "$folder/pid"); then
    kill -TERM "$pid"
    wait_until 10 ended || kill -KILL "$pid"
  fi
  rm -rf "$folder"
}

case $command in
  up) up "${3:?a user}" "${4:?a password}" ;;
  down) down ;;
esac
