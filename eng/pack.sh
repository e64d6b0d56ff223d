#!/usr/bin/env bash
# Packs all packages into a folder that is used as a NuGet feed.
#
#   eng/pack.sh [--output FOLDER] [--for FOLDER]
#
# --output FOLDER  where the packages go (default: packages/ in this repository)
# --for FOLDER     also writes FOLDER/nuget.config, so that projects below FOLDER find the packages. Other projects are not
#                  affected.
#
# Each run has a new version, so that the next restore uses the new packages. The version is printed to standard output.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/eng/lib/common.sh"

output=$root/packages consumer=
while [ $# -gt 0 ]; do
  case $1 in
    --output) output=${2:?--output needs a folder}; shift 2 ;;
    --for) consumer=${2:?--for needs a folder}; shift 2 ;;
    *) die "unknown argument '$1': --output FOLDER or --for FOLDER" ;;
  esac
done
mkdir -p "$output"
output=$(cd "$output" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run() { "$@" >"$log" 2>&1 || { grep -E 'error|warn' "$log" | sort -u | head -20 >&2 || cat "$log" >&2; die "$1 $2 failed"; }; }

cd "$root"
say "Building the packages (the first time takes some minutes) …"
run dotnet build eng/packages.slnf -c Release -v q --nologo
# What git says of this commit, and the moment of this pack: changes that are not committed give a new version too.
version=$(dotnet msbuild src/Orca.Training.Core -getProperty:Version -t:MinVer -p:Configuration=Release).$(date -u +%Y%m%d%H%M%S)
run dotnet pack eng/packages.slnf -c Release -v q --nologo --no-build -p:MinVerVersionOverride="$version" -o "$output"
say "Packed version $version into $output."

if [ -n "$consumer" ]; then
  mkdir -p "$consumer"
  cat >"$consumer/nuget.config" <<CONFIG
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources>
    <add key="orca" value="$output" />
  </packageSources>
  <packageSourceMapping>
    <packageSource key="orca">
      <package pattern="Orca.Training.*" />
    </packageSource>
    <packageSource key="nuget.org">
      <package pattern="*" />
    </packageSource>
  </packageSourceMapping>
</configuration>
CONFIG
  say "Wrote nuget.config to $consumer, so that projects there find the packages."
fi
echo "$version"
