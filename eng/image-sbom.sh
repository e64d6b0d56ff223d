#!/usr/bin/env bash
# Writes what our images are made of, their base and each Debian package by version, as CycloneDX documents. The packages of
# .NET have theirs by eng/sbom.sh.
#
#   eng/image-sbom.sh [--output FOLDER]
#
# --output FOLDER  where the documents go (default: artifacts/sbom)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"
. "$here/lib/images.sh"

output=$here/../artifacts/sbom
case ${1:-} in
  '') ;;
  --output) output=${2:?--output needs a folder} ;;
  *) die "unknown argument '$1': --output FOLDER" ;;
esac
mkdir -p "$output"

# In a package URL a version has no '%', '+', ':' or '~' as it stands. Without a time, so that one image gives one document.
document() { # NAME BASE DIGEST, and lines of name=version
  LC_ALL=C sort -u | awk -F = -v image="$1" -v base="$2" -v digest="$3" '
    function escaped(text) { gsub(/%/, "%25", text); gsub(/\+/, "%2B", text); gsub(/:/, "%3A", text); gsub(/~/, "%7E", text); return text }
    function component(type, name, version, purl) {
      printf "%s\n    { \"type\": \"%s\", \"bom-ref\": \"%s\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"%s\" }",
        separator, type, purl, name, version, purl
      separator = ","
    }
    BEGIN {
      print "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,"
      printf "  \"metadata\": { \"component\": { \"type\": \"container\", \"name\": \"%s\" } },\n  \"components\": [", image
      name = base
      sub(/.*\//, "", name); sub(/:.*/, "", name)
      component("container", base, digest, "pkg:oci/" name "@" escaped(digest))
    }
    { component("library", $1, $2, "pkg:deb/debian/" escaped($1) "@" escaped($2)) }
    END { print "\n  ]\n}" }'
}

for script in training-image author-image; do
  tag=$("$here/$script.sh" --print-tag)
  require_engine
  name=${tag%:*}
  file=$output/${name//\//-}.cdx.json
  "$DOCKER" run --rm --network none --entrypoint cat "$tag" /usr/share/orca/packages |
    document "$name" "$(image_label "$tag" org.opencontainers.image.base.name)" \
      "$(image_label "$tag" org.opencontainers.image.base.digest)" >"$file.unfinished"
  mv "$file.unfinished" "$file"
  say "Wrote $file."
done
