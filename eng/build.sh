#!/usr/bin/env bash
# Builds projects in Release, and does nothing where no source has changed since: even a build that finds nothing to do takes
# some seconds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
for project in "$@"; do
  name=$(basename "$project")
  built="artifacts/bin/$name/release/$name.dll"
  if [ -e "$built" ] && [ -z "$(find src samples bench Directory.Build.props Directory.Packages.props global.json -type f -newer "$built" \
      ! -path '*/orca-data/*' ! -path '*/data/*' -print -quit)" ]; then
    continue
  fi
  log=$(mktemp)
  echo "Building $name …" >&2
  if ! dotnet build "$project" -c Release -v q --nologo >"$log" 2>&1; then
    grep -E 'error|warn' "$log" | sort -u | head -30 >&2 || cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
  touch "$built"
done
