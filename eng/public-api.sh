#!/usr/bin/env bash
# Records the public surface of the packages in src/*/PublicAPI.Unshipped.txt: the one way to accept a change that the
# build's gate (RS0016, RS0017) refuses. Review the diff: what stands there is a promise.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in ${1:-src/*/*.csproj}; do
  recorded=$(dirname "$project")/PublicAPI.Unshipped.txt
  before=$(cat "$recorded")
  printf '#nullable enable\n' > "$recorded"
  if ! dotnet build "$project" -v q --no-incremental -p:BuildProjectReferences="${BUILD_REFERENCES:-true}" -p:WarningsNotAsErrors="RS0016" >"$log" 2>&1; then
    printf '%s\n' "$before" > "$recorded"
    grep -E ': error ' "$log" | sort -u | head -20 >&2
    echo "$project does not build: its record stays as it was." >&2
    exit 1
  fi
  found=$(sed -n "s/.*RS0016: Symbol '\(.*\)' is not part of the declared public API.*\[.*${project##*/}\]\$/\1/p" "$log" | LC_ALL=C sort -u)
  [ -z "$found" ] || printf '%s\n' "$found" >> "$recorded"
  echo "$project: $(($(wc -l < "$recorded") - 1)) entries"
done
