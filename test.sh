#!/usr/bin/env bash
# Runs the tests, on a real engine and a real cluster. Installs what is missing besides the .NET 10 SDK. The last line is `N passed, N failed`.
#
#   ./test.sh            all tests
#   ./test.sh FILTER     the tests whose full name contains FILTER (`python`: the tests of the training image)
set -euo pipefail
cd "$(dirname "$0")"
. eng/lib/common.sh
. eng/lib/tests.sh
filter=${1:-}

eng/dotnet.sh
end_parts() { eng/engine.sh down --for $$ >/dev/null || true; eng/kubernetes.sh down --for $$ >/dev/null || true; }
trap end_parts EXIT
engine=$(eng/engine.sh up --for $$)
eval "$engine"
export DOCKER_HOST
eng/test-image.sh
eng/training-image.sh
# Beside the build, since its programs take minutes to make, the first time. Without it, its tests are skipped and say so.
kubernetes_log=$(mktemp) kubernetes=
if [ -z "$filter" ] || [[ $filter == *Kubernetes* ]]; then
  eng/kubernetes.sh up --for $$ >"$kubernetes_log" 2>&1 &
  kubernetes=$!
fi

log=$(mktemp)
if ! dotnet build Orca.Training.sln -c Release -v q --nologo >"$log" 2>&1; then
  grep -E 'error|warn' "$log" | sort -u | head -40 || cat "$log"
  die "the build failed"
fi
rm -f "$log"

[ -z "$kubernetes" ] || wait "$kubernetes" || say "There is no Kubernetes to test on: $(tail -n 3 "$kubernetes_log")"
rm -f "$kubernetes_log"

began=$SECONDS
if [ "$filter" != python ]; then
  for project in tests/*.Tests; do
    arguments=()
    [ -z "$filter" ] || arguments=(-method "*$filter*")
    run_program "$(basename "$project")" "${arguments[@]}"
  done
fi
if [ -z "$filter" ] || [ "$filter" = python ]; then run_python; fi

echo "The tests took $((SECONDS - began)) s."
# Before the counts, which are the last line.
trap - EXIT
end_parts
[ "$skipped" -eq 0 ] || echo "$skipped skipped, each saying why."
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
