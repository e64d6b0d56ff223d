#!/usr/bin/env bash
# Trains a model in a container through the SDK, from nothing but a .NET 10 SDK: sets up what is missing, starts the sample
# host, submits a request over gRPC, shows it to its end, and leaves nothing running.
#
#   ./demo.sh [--train FILE.csv] [--test FILE.csv] [--json] [--parameter NAME=VALUE …]
#
# The files are CSV, `utterance,label`. Without --train it is the small dataset in samples/data/intents.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
. "$root/eng/lib/common.sh"

train='' test='' arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --train | --test)
      [ -r "${2:-}" ] || die "$1 needs a CSV file that can be read, not '${2:-}'"
      file=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
      if [ "$1" = --train ]; then train=$file; else test=$file; fi
      shift 2 ;;
    --json) arguments+=(--json); shift ;;
    --parameter) arguments+=(--parameter "${2:?--parameter needs NAME=VALUE}"); shift 2 ;;
    -h | --help) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) die "unknown argument '$1': see ./demo.sh --help" ;;
  esac
done
[ -z "$test" ] || [ -n "$train" ] || die "--test needs --train"

"$root/eng/dotnet.sh"
host_pid=''
cleanup() {
  if [ -n "$host_pid" ] && kill -0 "$host_pid" 2>/dev/null; then
    kill -TERM "$host_pid" && wait "$host_pid" 2>/dev/null || true
  fi
  "$root/eng/engine.sh" down --for $$ >/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM

engine=$("$root/eng/engine.sh" up --for $$)
eval "$engine"
export DOCKER_HOST
"$root/eng/training-image.sh"
"$root/eng/build.sh" samples/Orca.Training.SampleHost samples/Orca.Training.Demo

# A port of its own, so that a sample host that runs already is left alone.
port=5081
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 2)); done

dataset=intents settings=()
if [ -n "$train" ]; then
  dataset=$(basename "$train" .csv | tr -c 'A-Za-z0-9._\n-' '-')
  settings=("--Datasets:$dataset:Train=$train" "--Datasets:$dataset:Test=$test")
fi

log=$(mktemp)
dotnet "$root/artifacts/bin/Orca.Training.SampleHost/release/Orca.Training.SampleHost.dll" \
  --contentRoot "$root/samples/Orca.Training.SampleHost" \
  --OrcaTraining:DataFolder="$root/orca-data" \
  --Kestrel:Endpoints:Pages:Url="http://127.0.0.1:$((port - 1))" --Kestrel:Endpoints:Grpc:Url="http://127.0.0.1:$port" \
  "${settings[@]}" >"$log" 2>&1 &
host_pid=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  kill -0 "$host_pid" 2>/dev/null || { cat "$log" >&2; rm -f "$log"; die "the sample host did not start"; }
  sleep 0.1
done

status=0
dotnet "$root/artifacts/bin/Orca.Training.Demo/release/Orca.Training.Demo.dll" \
  --address "http://127.0.0.1:$port" --dataset "$dataset" "${arguments[@]}" || status=$?
[ $status -eq 0 ] || cat "$log" >&2
rm -f "$log"
exit $status
