#!/usr/bin/env bash
# Makes the libraries of the page anew, from their npm packages. Only who changes their version runs it: what it makes is in the repository.
#
#   eng/web-vendor.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/eng/lib/common.sh"

preact=11.2.0 htm=3.1.1 uplot=1.6.32 esbuild=0.28.2
target=$root/src/Orca.Training.AspNetCore/Dashboard/web/vendor

command -v npm >/dev/null || die "needs npm: install Node.js"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent "preact@$preact" "htm@$htm" "uplot@$uplot" "esbuild@$esbuild"

# One file, since modules that import each other by name would need an import map, which the page's policy forbids.
cat >preact.js <<'JS'
import { h } from 'preact';
import htm from 'htm';
export { h, render, Fragment, createContext } from 'preact';
export { useState, useEffect, useLayoutEffect, useMemo, useRef, useCallback, useContext, useReducer } from 'preact/hooks';
export const html = htm.bind(h);
JS
echo "export { default } from 'uplot';" >uplot.js
for name in preact uplot; do
  npx --no-install esbuild "$name.js" --bundle --format=esm --minify --log-level=warning \
    --banner:js="/* $( [ $name = preact ] && echo "Preact $preact (MIT) and htm $htm (Apache-2.0)" || echo "uPlot $uplot (MIT)"), made by eng/web-vendor.sh */" \
    --outfile="$target/$name.js" --allow-overwrite
done
cp node_modules/uplot/dist/uPlot.min.css "$target/uplot.css"
for name in preact htm uplot; do printf '%s\n\n' "$name"; cat "node_modules/$name/LICENSE"; printf '\n\n'; done >"$target/LICENSES.txt"
say "Wrote $target."
