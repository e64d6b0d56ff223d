#!/usr/bin/env bash
# Says in one line what to install where the .NET SDK is missing or too old.
set -euo pipefail
if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -qE '^(1[0-9]|[2-9][0-9])\.'; then
  echo "The .NET 10 SDK is missing: install the package dotnet-sdk-10.0 as https://dot.net says, and run this again." >&2
  exit 1
fi
