#!/usr/bin/env bash
# Records the public surface of the packages in src/*/PublicAPI.Unshipped.txt: the one way to accept a change that the
# build's gate (RS0016, RS0017) refuses. Review the diff: what stands there is a promise.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in ${1:-src/*/*.csproj}; do
  folder=$(dirname "$project")
  printf '#nullable enable\n' > "$folder/PublicAPI.Unshipped.txt"
  found=$(dotnet build "$project" -v q --no-incremental -p:BuildProjectReferences="${BUILD_REFERENCES:-true}" -p:WarningsNotAsErrors="RS0016" 2>&1 |
    sed -n "s/.*RS0016: Symbol '\(.*\)' is not part of the declared public API.*\[.*${project##*/}\]\$/\1/p" | LC_ALL=C sort -u)
  { printf '#nullable enable\n'; [ -z "$found" ] || printf '%s\n' "$found"; } > "$folder/PublicAPI.Unshipped.txt"
  echo "$project: $(($(wc -l < "$folder/PublicAPI.Unshipped.txt") - 1)) entries"
done
