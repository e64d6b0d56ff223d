# Shared by the scripts in eng/ that start something for whoever uses it: who still does. Sourced after common.sh; $state is
# the caller's folder, which has users/. A user is a process, so that one who was killed keeps nothing for ever.

register() { process_start "$1" >"$state/users/$1"; }

# Other users that are still alive; files of dead ones are removed on the way.
other_users() {
  local file pid count=0
  for file in "$state/users"/*; do
    [ -e "$file" ] || continue
    pid=$(basename "$file")
    if ! process_is "$pid" "$(cat "$file")"; then rm -f "$file"
    elif [ "$pid" != "$1" ]; then count=$((count + 1)); fi
  done
  printf '%s' "$count"
}
