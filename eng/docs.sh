#!/usr/bin/env bash
# Writes what the documentation says of the code anew: docs/configuration.md, the schemas of the configuration, and the tables in
# docs/diagnostics.md and docs/outcomes.md. A test fails when they are not what the code says.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Orca.Training.Docs.Tests -c Release -v q --nologo
ORCA_DOCS=write artifacts/bin/Orca.Training.Docs.Tests/release/Orca.Training.Docs.Tests -noColor -noLogo
dotnet build tests/Orca.Training.EndToEnd.Tests -c Release -v q --nologo
ORCA_DOCS=write artifacts/bin/Orca.Training.EndToEnd.Tests/release/Orca.Training.EndToEnd.Tests -noColor -noLogo -class "*.ExitMatrixPageTests"
git status --short docs src
