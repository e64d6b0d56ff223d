# Shared by the scripts in eng/ that start something for whoever uses it: who still does. Sourced after common.sh; $state is
# the caller's folder, which has users/. A user is a process, so that one who was killed keeps nothing for ever; or the person who
# called by hand, who keeps it until they let go of it by hand.
by_hand=0

register() { if [ "$1" = "$by_hand" ]; then echo by-hand; else process_start "$1"; fi >"$state/users/$1"; }

# is_user USER RECORD: whether a recorded user is still there.
is_user() { [ "$1" = "$by_hand" ] || process_is "$1" "$2"; }

# Other users that are still alive; files of dead ones are removed on the way.
other_users() {
  local file pid count=0
  for file in "$state/users"/*; do
    [ -e "$file" ] || continue
    pid=$(basename "$file")
    if ! is_user "$pid" "$(cat "$file")"; then rm -f "$file"
    elif [ "$pid" != "$1" ]; then count=$((count + 1)); fi
  done
  printf '%s' "$count"
}
