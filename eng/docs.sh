#!/usr/bin/env bash
# Writes what the documentation says of the code anew: docs/configuration.md, the schemas of the configuration, and the tables in
# docs/diagnostics.md. A test fails when they are not what the code says.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Orca.Training.Docs.Tests -c Release -v q --nologo
ORCA_DOCS=write artifacts/bin/Orca.Training.Docs.Tests/release/Orca.Training.Docs.Tests -noColor -noLogo
git status --short docs src
