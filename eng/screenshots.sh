#!/usr/bin/env bash
# Takes the pictures of docs/images anew: each view of the page, in both themes, from an installation that is the same each time.
#
#   eng/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/.."

eng/build.sh tests/Orca.Training.Dashboard.Tests
ORCA_PICTURES=write artifacts/bin/Orca.Training.Dashboard.Tests/release/Orca.Training.Dashboard.Tests -noLogo -class '*PictureTests'
