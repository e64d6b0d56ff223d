#!/usr/bin/env bash
# Makes sure that the image debian:trixie-slim, on which ours are built, is at hand: already
# there, or pulled, or (on a machine that reaches no registry) made from Debian's own packages
# with the mirror that this machine's apt uses.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

suite=trixie
image=debian:trixie-slim
pull_seconds=${ORCA_PULL_SECONDS:-30}

has_image() { "$DOCKER" image inspect "$image" >/dev/null 2>&1; }

# The first Debian archive that apt is set up with, in either format; security and third-party
# sources are no use to debootstrap, which needs the whole release.
debian_mirror() {
  local uri
  while read -r uri; do
    case $uri in *security*) continue ;; http://* | https://*) ;; *) continue ;; esac
    case $uri in */debian | */debian/) printf '%s' "$uri"; return ;; esac
  done < <(
    awk '/^[Uu][Rr][Ii][Ss]:/ { for (i = 2; i <= NF; i++) print $i }' /etc/apt/sources.list.d/*.sources 2>/dev/null
    awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; break } }' \
      /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null
  )
}

# Signatures are checked only with the keyring of Debian; elsewhere it comes as a package.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

bootstrap() {
  local mirror proxy
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "can't pull $image, and apt on this machine names no Debian mirror to build it from"
  command -v debootstrap >/dev/null && [ -e "$keyring" ] || apt_install debootstrap debian-archive-keyring
  # A release that is newer than this machine's debootstrap has no script of its own yet.
  local script=/usr/share/debootstrap/scripts/$suite
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
  # apt's proxy is not in the environment, where debootstrap looks.
  eval "$(apt-config shell proxy Acquire::http::Proxy)"

  root=$(mktemp -d) # not local: the trap runs after this function
  trap 'as_root rm -rf "$root"' EXIT
  say "Building $image from Debian packages …"
  as_root env ${proxy:+http_proxy="$proxy"} debootstrap --variant=minbase --keyring="$keyring" \
    "$suite" "$root/system" "$mirror" "$script" >"$root/log" 2>&1 || {
    tail -n 5 "$root/log" >&2
    die "debootstrap could not build $suite"
  }
  # What the slim image of Debian leaves out too: no container reads manuals or translations.
  printf '%s\n' 'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/locale/*' \
    'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright' |
    as_root tee "$root/system/etc/dpkg/dpkg.cfg.d/slim" >/dev/null
  as_root tar -C "$root/system" --numeric-owner --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
    --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./var/log/*' \
    --exclude='./usr/share/doc/*/changelog*' --exclude='./usr/share/doc/*/NEWS*' --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -c . |
    "$DOCKER" import --change 'CMD ["bash"]' - "$image" >/dev/null
}

require_engine
if has_image; then exit 0; fi
say "Pulling $image (at most $pull_seconds s) …"
if timeout "$pull_seconds" "$DOCKER" pull --quiet "$image" >/dev/null 2>&1 && has_image; then exit 0; fi
bootstrap
say "Made $image."
