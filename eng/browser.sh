#!/usr/bin/env bash
# Prints the path of a Chromium for tests of the page, and of the pictures. Installs Debian's package if there is none.
#
#   eng/browser.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage "$0"; exit 0 ;;
  *) die "unknown argument '$1'" ;;
esac

if ! command -v chromium >/dev/null; then
  mkdir -p "$(state_folder)"
  exec 9>"$(state_folder)/browser.lock"
  flock -w 600 9 || die "somebody else has been installing Chromium for ten minutes"
  # Without a font, text has no width, and what a test looks at is not what people see.
  command -v chromium >/dev/null || apt_install chromium fonts-dejavu-core fonts-noto-core
fi
command -v chromium
