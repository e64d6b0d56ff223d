#!/usr/bin/env bash
# Runs benchmarks. Each prints a table and, as its last line, one JSON object with its figures, which docs/benchmarks.md explains.
#
#   ./bench.sh NAME…     runs these benchmarks, one after the other
#   ./bench.sh --list    lists their names
#   ./bench.sh queue --jobs 1000,100000    with these numbers of waiting jobs, at least two numbers
#   ./bench.sh flood --only FLOOD…   one or some of its cases: lines, metrics, files, calls; bare-lines, bare-metrics: the output thrown away
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit 2; }
"$root/eng/dotnet.sh"
"$root/eng/build.sh" bench/Orca.Training.Bench
if [[ " $* " != *" --only "* && " $* " =~ " "(overhead|kill|recovery|metrics)" " ]]; then
  trap '"$root/eng/engine.sh" down --for $$ >/dev/null || true' EXIT
  engine=$("$root/eng/engine.sh" up --for $$)
  eval "$engine"
  export DOCKER_HOST
  "$root/eng/test-image.sh"
fi
dotnet "$root/artifacts/bin/Orca.Training.Bench/release/Orca.Training.Bench.dll" "$@"
