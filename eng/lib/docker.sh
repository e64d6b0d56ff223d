# Shared by the scripts in eng/: which docker client to use, and whether an engine answers.
# Sourced after common.sh.

docker_clients() { { type -ap docker; [ ! -x /usr/bin/docker ] || echo /usr/bin/docker; } | awk '!seen[$0]++'; }

# Any client can inspect, import and run.
any_docker_client() { docker_clients | head -n 1; }

# BuildKit came built in up to version 22 and is the buildx plugin since. A machine may hold
# several clients, of which the first is not always one that builds. None with BuildKit: any,
# since our Dockerfiles also pass the classic builder.
build_docker_client() {
  local client version
  while read -r client; do
    version=$("$client" --version 2>/dev/null | sed -n 's/^Docker version \([0-9]*\).*/\1/p')
    if [ "${version:-99}" -lt 23 ] || "$client" buildx version >/dev/null 2>&1; then
      printf '%s' "$client"
      return
    fi
  done < <(docker_clients)
  any_docker_client
}

# engine_answers CLIENT [HOST]
engine_answers() {
  [ -n "$1" ] && timeout 10 env ${2:+DOCKER_HOST="$2"} "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# Sets DOCKER to a client and makes sure that an engine answers it; for scripts that need one.
require_engine() {
  DOCKER=$(any_docker_client)
  [ -n "$DOCKER" ] || die "no docker client on this machine: run eng/engine.sh up first"
  engine_answers "$DOCKER" || die "no engine answers at ${DOCKER_HOST:-the default socket}: run eng/engine.sh up first"
}

# forget_dead_containerd EXEC_ROOT: an engine that was killed takes its containerd along, which may
# stay a zombie for a while. The next engine takes a zombie for a living one and waits for it in vain.
forget_dead_containerd() {
  local file=$1/containerd/containerd.pid pid
  pid=$(as_root cat "$file" 2>/dev/null) || return 0
  [ -n "$(process_start "$pid")" ] || as_root rm -f "$file"
}
