# Shared by the scripts in eng/ that start and end something under a name. Sourced after common.sh.

# up_or_down LONGEST ARGUMENT…: sets command and name from `up NAME …` and `down NAME`; prints the help, or says what is wrong.
up_or_down() {
  local longest=$1
  shift
  command=${1:-help} name=${2:-}
  case $command in
    up | down) ;;
    help | --help | -h) usage; exit ;;
    *) die "unknown command '$command': use up or down" ;;
  esac
  [[ $name =~ ^[a-z0-9][a-z0-9-]*$ && ${#name} -le $longest ]] ||
    die "the name '$name' must have 1 to $longest lower-case letters, digits and dashes, and must not begin with a dash"
}
