#!/usr/bin/env bash
# Makes sure that the image the .NET tests start their containers from is at hand: a static busybox
# with its applets, two megabytes, made on this machine. DOCKER_HOST says on which engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

tag=orca-training/test:latest
# A new number makes existing images be made again.
version=1

DOCKER=$(any_docker_client)
[ -n "$DOCKER" ] || die "no docker client on this machine: run eng/engine.sh up first"
built=$("$DOCKER" image inspect --format '{{index .Config.Labels "orca.inputs"}}' "$tag" 2>/dev/null || true)
if [ "$built" = "$version" ]; then exit 0; fi
require_engine

static_busybox() {
  local file
  for file in /bin/busybox /usr/bin/busybox; do
    # The ordinary busybox needs libraries, which the image has none of.
    if [ -x "$file" ] && ! ldd "$file" >/dev/null 2>&1; then printf '%s' "$file"; return; fi
  done
}
busybox=$(static_busybox)
if [ -z "$busybox" ]; then
  apt_install busybox-static
  busybox=$(static_busybox)
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/root"
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
tar -C "$root" --owner=0 --group=0 -c . |
  "$DOCKER" import --change 'ENV PATH=/bin' --change 'CMD ["sh"]' --change "LABEL orca.inputs=$version" - "$tag" >/dev/null
say "Made $tag."
