#!/usr/bin/env bash
# Writes what each package is made of, with versions, licences and hashes, as CycloneDX documents.
#
#   eng/sbom.sh [--output FOLDER] [PACKAGE…]
#
# --output FOLDER  where the documents go (default: artifacts/sbom)
# PACKAGE          such as Orca.Training.Core (default: all)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/eng/lib/common.sh"

output=$root/artifacts/sbom packages=()
while [ $# -gt 0 ]; do
  case $1 in
    --output) output=${2:?--output needs a folder}; shift 2 ;;
    -*) die "unknown argument '$1': --output FOLDER, then names of packages" ;;
    *) [ -d "$root/src/$1" ] || die "there is no package '$1': give one of $(ls "$root/src" | grep '^Orca' | xargs)"
       packages+=("$1"); shift ;;
  esac
done
[ ${#packages[@]} -gt 0 ] || mapfile -t packages < <(cd "$root/src" && ls -d Orca.*)
mkdir -p "$output"
output=$(cd "$output" && pwd)

cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet tool restore >"$log" 2>&1 || { cat "$log" >&2; die "the tool that writes the documents could not be restored"; }
for package in "${packages[@]}"; do
  # What only the build uses (analyzers, compilers) is left out: it does not reach whoever takes the package.
  dotnet tool run dotnet-CycloneDX -- "src/$package/$package.csproj" --recursive --exclude-dev --output "$output" \
    --filename "$package.cdx.json" --output-format Json --set-name "$package" >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; die "the document of $package could not be written"; }
  say "Wrote $output/$package.cdx.json."
done
