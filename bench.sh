#!/usr/bin/env bash
# Benchmarks. Each prints a table and, as its last line, one JSON object of its figures.
#
#   ./bench.sh NAME…     runs them
#   ./bench.sh --list    names them
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit 2; }
"$root/eng/dotnet.sh"
"$root/eng/build.sh" bench/Orca.Training.Bench
exec dotnet "$root/artifacts/bin/Orca.Training.Bench/release/Orca.Training.Bench.dll" "$@"
