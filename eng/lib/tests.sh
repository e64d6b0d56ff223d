# Runs test programs and adds up what they say. Sourced by test.sh.

passed=0 failed=0 skipped=0

# add_counts FILE NAME STATUS — takes the counts out of a test program's output. With a filter a program may have no test to run.
add_counts() {
  local line total errors fails skips
  if [ -n "${filter:-}" ] && [ "$3" -eq 0 ] && grep -qE 'Total: 0$' "$1"; then return; fi
  line=$(sed -E 's/\x1b\[[0-9;]*m//g' "$1" | grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' | tail -1 || true)
  if [ -z "$line" ]; then
    echo "$2 ended with status $3 and without a summary" >&2
    failed=$((failed + 1))
    return
  fi
  total=$(sed -E 's/.*Total: ([0-9]+).*/\1/' <<<"$line")
  errors=$(sed -E 's/.*Errors: ([0-9]+).*/\1/' <<<"$line")
  fails=$(sed -E 's/.*Failed: ([0-9]+).*/\1/' <<<"$line")
  skips=$(sed -E 's/.*Skipped: ([0-9]+).*/\1/' <<<"$line")
  passed=$((passed + total - fails - skips))
  failed=$((failed + fails + errors))
  skipped=$((skipped + skips))
  # A program that fails without a failed test has not said all.
  if [ "$3" -ne 0 ] && [ $((fails + errors)) -eq 0 ]; then failed=$((failed + 1)); fi
}

# So long may one test program take, on a slow machine too: one that hangs must not take the others' results along.
longest=1500

# run_program NAME [ARGUMENT…] — runs one test program and shows its failures and its summary.
run_program() {
  local name=$1 log status=0 began
  shift
  log=$(mktemp)
  began=$SECONDS
  timeout --kill-after=20 "$longest" "artifacts/bin/$name/release/$name" -noColor -noLogo "$@" >"$log" 2>&1 || status=$?
  [ "$status" -ne 124 ] && [ "$status" -ne 137 ] || echo "$name did not end within $longest s." >>"$log"
  grep -vE '^ *(Discovering|Discovered|Starting|Finished):|^$' "$log" | grep -v '=== TEST EXECUTION SUMMARY' || true
  add_counts "$log" "$name" "$status"
  rm -f "$log"
  echo "   $name took $((SECONDS - began)) s"
}

# run_python — the tests of the training image, inside it, and those of images that are built upon its sister.
run_python() {
  local log script
  log=$(mktemp)
  for script in test-training-image test-author-image; do
    "eng/$script.sh" >"$log" 2>&1 || true
    tail -3 "$log"
    if [[ $(tail -1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
      passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
      skipped=$((skipped + $(grep -c ' \.\.\. skipped: ' "$log" || true)))
    else
      cat "$log" && failed=$((failed + 1))
    fi
  done
  rm -f "$log"
}
