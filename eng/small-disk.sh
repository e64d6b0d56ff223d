#!/usr/bin/env bash
# A disk that is soon full, for tests: a file system of a few kilobytes in memory. Needs root.
#
#   eng/small-disk.sh up FOLDER KIB
#   eng/small-disk.sh down FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"

command=${1:-help} folder=${2:-}
case $command in
  up | down) [ -d "$folder" ] || die "there is no folder '$folder'" ;;
  help | --help | -h) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit ;;
  *) die "unknown command '$command': up or down" ;;
esac

if [ "$command" = up ]; then
  as_root mount -t tmpfs -o "size=${3:?a size}k,mode=0777" orca-small-disk "$folder"
else
  as_root umount "$folder"
fi
