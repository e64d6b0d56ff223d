# Shared by the scripts in eng/: messages, the state folder, rights, processes.
# Sourced, never run. Standard output belongs to the caller's answer; people read standard error.

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The help of a script: the comment at its head, up to `set`.
usage() { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; }

# What the scripts must remember between runs. ORCA_CACHE moves it (tests do).
state_folder() { printf '%s' "${ORCA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/orca-training}"; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# An ordinary user's PATH leaves out the places of dockerd, ip, debootstrap and iptables.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

require_root() { # FOR WHAT
  is_root || command -v sudo >/dev/null || die "needs root for $1: run it as root, or install sudo"
}

# Runs a command as root, or says in one line why it can't. Use it for everything that needs root.
as_root() {
  require_root "'$1'"
  if is_root; then "$@"; else sudo -- "$@"; fi
}

# Clock ticks from boot to a process's start. Together with the pid it names one process for
# good, whereas a pid alone may belong to somebody else by now. Empty when there is none.
process_start() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The second field is the command in brackets and may hold blanks: count from its end.
  set -- ${stat##*) }
  [ "$1" = Z ] || printf '%s' "${20}"
}

# process_is PID START: the very process that was recorded is still alive.
process_is() { [ -n "$2" ] && [ "$(process_start "$1")" = "$2" ]; }

# record_process FILE PID, and the pid that a file records: empty, and a failure, if that process has ended.
record_process() { printf '%s %s\n' "$2" "$(process_start "$2")" >"$1"; }
recorded_process() { # FILE
  local pid start
  read -r pid start 2>/dev/null <"$1" || return 1
  process_is "$pid" "$start" && printf '%s' "$pid"
}

# wait_until SECONDS COMMAND…: repeats a check every 0.1 s; fails when time is up.
wait_until() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# apt_install PACKAGE…: quietly; on failure the end of apt's own words.
apt_install() {
  require_root "installing $*" # here, because below the message would end in the log
  command -v apt-get >/dev/null || die "can't install $*: this machine has no apt-get; please install them by hand"
  say "Installing $* …"
  local log
  log=$(mktemp)
  if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
           apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    die "apt-get could not install $*"
  fi
  rm -f "$log"
}
