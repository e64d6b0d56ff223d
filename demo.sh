#!/usr/bin/env bash
# Trains a model in a container with the SDK. Installs what is missing besides the .NET 10 SDK, starts the sample host, submits a
# request over gRPC, shows its progress until the end, and stops everything that it has started.
#
#   ./demo.sh [--train FILE.csv] [--test FILE.csv] [--s3] [--json] [--stay] [--parameter NAME=VALUE …]
#
# The files are CSV files, `utterance,label`. Without --train, the small dataset in samples/data/intents is used. With --s3, the demo
# starts an S3 server: the container reads the dataset and writes its model there, with its own credentials. The demo prints the address of a
# page that shows the training. With --stay, the host and its page stay until Ctrl+C.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
. "$root/eng/lib/common.sh"

train='' test='' s3='' stay='' arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --train | --test)
      [ -r "${2:-}" ] && [ ! -d "$2" ] || die "$1 needs a CSV file that can be read, not '${2:-}'"
      file=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
      if [ "$1" = --train ]; then train=$file; else test=$file; fi
      shift 2 ;;
    --s3) s3=demo$$; shift ;;
    --json) arguments+=(--json); shift ;;
    --stay) stay=yes; shift ;;
    --parameter) arguments+=(--parameter "${2:?--parameter needs NAME=VALUE}"); shift 2 ;;
    -h | --help) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) die "unknown argument '$1': see ./demo.sh --help" ;;
  esac
done
[ -z "$test" ] || [ -n "$train" ] || die "--test needs --train"

"$root/eng/dotnet.sh"
host_pid='' client_pid='' log=''
cleanup() {
  local pid
  for pid in $client_pid $host_pid; do # the client first: it has nothing to say about a host that goes
    kill -TERM "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
  done
  [ -z "$log" ] || rm -f "$log"
  [ -z "$s3" ] || "$root/eng/s3.sh" down "$s3" >/dev/null || true
  "$root/eng/engine.sh" down --for $$ >/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM

engine=$("$root/eng/engine.sh" up --for $$)
eval "$engine"
export DOCKER_HOST
"$root/eng/training-image.sh"
"$root/eng/build.sh" samples/Orca.Training.SampleHost samples/Orca.Training.Demo

dataset=intents settings=()
if [ -n "$s3" ]; then
  server=$("$root/eng/s3.sh" up "$s3" --for $$ --network)
  eval "$server"
  # By the environment, since everybody can read a program's arguments.
  export OrcaTraining__Minio__SecretKey=$ORCA_S3_SECRET_KEY
  settings+=("--OrcaTraining:Minio:Endpoint=$ORCA_S3" "--OrcaTraining:Minio:ContainerEndpoint=$ORCA_S3_CONTAINERS"
    "--OrcaTraining:Minio:AccessKey=$ORCA_S3_ACCESS_KEY" "--OrcaTraining:Minio:RoleArn=$ORCA_S3_ROLE"
    "--OrcaTraining:Machines:docker:Network=$ORCA_S3_NETWORK")
fi
if [ -n "$train" ]; then
  dataset=$(basename "$train" .csv | tr -c 'A-Za-z0-9._\n-' '-')
  settings+=("--Datasets:$dataset:Train=$train" "--Datasets:$dataset:Test=$test")
fi

start_host() { # PORT: on it and the one before; fails when the host ends before it listens
  dotnet "$root/artifacts/bin/Orca.Training.SampleHost/release/Orca.Training.SampleHost.dll" \
    --contentRoot "$root/samples/Orca.Training.SampleHost" \
    --OrcaTraining:DataFolder="$root/orca-data" --ConnectionStrings:Jobs="Data Source=$root/orca-data/jobs-$1.db" \
    --OrcaTraining:Sqlite:HostTimeout=00:00:00 \
    --Kestrel:Endpoints:Pages:Url="http://127.0.0.1:$(($1 - 1))" --Kestrel:Endpoints:Grpc:Url="http://127.0.0.1:$1" \
    "${settings[@]}" >"$log" 2>&1 &
  host_pid=$!
  # Its own word, and not whether the port answers: that could be another host.
  until grep -q 'Application started' "$log"; do
    kill -0 "$host_pid" 2>/dev/null || return 1
    sleep 0.1
  done 2>/dev/null # the shell's own word of a host that crashed
}

# Ports and a database of its own, so that a sample host that runs already, or another demo, is left alone.
log=$(mktemp)
port=5081
mkdir -p "$root/orca-data"
until start_host "$port"; do
  wait "$host_pid" 2>/dev/null || true
  host_pid=''
  # Either shows first that another demo is at it.
  if grep -q -e 'address already in use' -e 'is in use by another host' "$log" && [ "$port" -lt 5281 ]; then port=$((port + 2)); continue; fi
  # What is wrong, a dataset mostly, in one line; where it is not that, all that was said.
  sed -n 's/^Unhandled exception\. [A-Za-z.]*: //p' "$log" | grep . >&2 || cat "$log" >&2
  die "the sample host did not start"
done

say "The page of the service: http://127.0.0.1:$((port - 1))/orca/"

# In the background, since a signal interrupts a wait, but would be kept waiting by a program in the foreground.
status=0
dotnet "$root/artifacts/bin/Orca.Training.Demo/release/Orca.Training.Demo.dll" \
  --address "http://127.0.0.1:$port" --dataset "$dataset" "${arguments[@]}" &
client_pid=$!
wait "$client_pid" || status=$?
client_pid=''
if [ $status -eq 0 ] && [ -n "$stay" ]; then
  say "The service stays until you press Ctrl+C: http://127.0.0.1:$((port - 1))/orca/"
  wait "$host_pid" || true
fi
[ $status -eq 0 ] || grep -A 3 -E '^(warn|fail|crit):' "$log" >&2 || true
exit $status
