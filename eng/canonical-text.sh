#!/usr/bin/env bash
# Writes src/Orca.Training.Core/Files/CanonicalText.txt, Unicode's canonical decompositions and orders of marks, from Python's copy of Unicode's data.
# .NET has them only where a host brings ICU along, which one with InvariantGlobalization does not.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 - >src/Orca.Training.Core/Files/CanonicalText.txt <<'PY'
import sys, unicodedata
print(f"# Unicode {unicodedata.unidata_version}, written by eng/canonical-text.sh. CHARACTER=DECOMPOSITION, in full; FIRST-LAST:ORDER of marks. Hangul is computed.")
marks = []
for code in range(sys.maxunicode + 1):
    character = chr(code)
    if 0xD800 <= code <= 0xDFFF or 0xAC00 <= code <= 0xD7A3:
        continue
    full = unicodedata.normalize("NFD", character)
    if full != character:
        print(f"{code:X}={' '.join(f'{ord(c):X}' for c in full)}")
    if order := unicodedata.combining(character):
        if marks and marks[-1][1] == code - 1 and marks[-1][2] == order:
            marks[-1][1] = code
        else:
            marks.append([code, code, order])
for first, last, order in marks:
    print(f"{first:X}-{last:X}:{order}")
PY
