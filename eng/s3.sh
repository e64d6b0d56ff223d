#!/usr/bin/env bash
# An S3 server with STS for tests, benches and the demo: Ceph's object gateway from Debian's packages, on ports of its own of
# 127.0.0.1, its data in a folder of its own. Nothing is installed on the machine: the packages are unpacked below the state folder.
#
#   eng/s3.sh up NAME [--for PID] [--network]   makes and starts it; prints shell variables:
#                        ORCA_S3 (its URL), ORCA_S3_ACCESS_KEY, ORCA_S3_SECRET_KEY, ORCA_S3_ROLE (what the user may assume); with
#                        --network also a network of the engine that leads nowhere but there, ORCA_S3_NETWORK, and
#                        ORCA_S3_CONTAINERS, the URL as containers in it reach the server
#   eng/s3.sh kill NAME  ends the gateway as a crash does; what was acknowledged is kept
#   eng/s3.sh start NAME starts it again
#   eng/s3.sh admin NAME ARGUMENT…              radosgw-admin
#   eng/s3.sh down NAME  ends it and removes all of it
#
# PID is the process that uses it (default: the caller); what a dead one left behind is removed by the next `up`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/common.sh"
. "$here/lib/docker.sh"

command=${1:-help} name=${2:-}
case $command in
  up | kill | start | admin | down) ;;
  help | --help | -h) usage; exit ;;
  *) die "unknown command '$command': up, kill, start, admin or down" ;;
esac
[[ $name =~ ^[a-z0-9][a-z0-9-]{0,29}$ ]] || die "the name '$name' must be up to 30 lower-case letters, digits and dashes"
shift 2
owner=$PPID with_network=
if [ "$command" = up ]; then
  while [ $# -gt 0 ]; do
    case $1 in
      --for) owner=${2:?--for needs a process id}; shift 2 ;;
      --network) with_network=yes; shift ;;
      *) die "unknown argument '$1'" ;;
    esac
  done
fi

prefix=${TMPDIR:-/tmp}/orca-s3-
folder=$prefix$name
network=orca-s3-$name
programs=$(state_folder)/ceph
access_key=orca-tests secret_key=orca-tests-secret-key

use_programs() {
  bin=$programs/usr/bin lib=$programs/usr/lib/x86_64-linux-gnu
  export CEPH_CONF=$folder/ceph.conf
}
# The libraries are for these programs alone.
run() { LD_LIBRARY_PATH=$lib:$lib/ceph:$programs/lib/x86_64-linux-gnu "$@"; }
ceph() { run env PYTHONPATH="$programs/usr/lib/python3/dist-packages" timeout 60 /usr/bin/python3 "$bin/ceph" --connect-timeout 20 "$@"; }
admin() { run timeout 60 "$bin/radosgw-admin" -n client.admin "$@"; }

fetch_programs() {
  [ -x "$programs/usr/bin/radosgw" ] && return
  command -v apt-get >/dev/null || die "there is no apt-get to get Ceph's packages with"
  say "Fetching an S3 server (once, about 70 MB) …"
  local work log
  mkdir -p "$(state_folder)"
  exec 9>"$programs.lock"
  flock -w 600 9 || die "somebody else has been fetching the S3 server for ten minutes"
  [ -x "$programs/usr/bin/radosgw" ] && return
  work=$(mktemp -d "$programs.XXXXXX") log=$work/log
  mkdir -p "$work/debs/partial" "$work/root"
  if ! { as_root apt-get update && as_root timeout 600 apt-get install -y --download-only --no-install-recommends --reinstall \
           -o Dir::Cache::archives="$work/debs" radosgw ceph-mon ceph-osd python3; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2; rm -rf "$work"; die "apt-get could not fetch Ceph's packages"
  fi
  for package in "$work"/debs/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root"; done
  rm -rf "$programs"
  mv "$work/root" "$programs"
  rm -rf "$work"
  exec 9>&-
}

free_port() { # a port of 127.0.0.1 that nobody listens on, with the 60 after it for the daemons
  local port
  for _ in $(seq 200); do
    port=$((20000 + (RANDOM * 61) % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null || { echo "$port"; return; }
  done
  die "there are no free ports"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

make_network() {
  require_engine
  "$DOCKER" network inspect "$network" >/dev/null 2>&1 || "$DOCKER" network create --internal "$network" >/dev/null
  gateway=$("$DOCKER" network inspect --format '{{(index .IPAM.Config 0).Gateway}}' "$network")
  [ -n "$gateway" ] || die "the engine gave the network $network no gateway"
}

write_settings() { # MON_PORT S3_PORT [GATEWAY]
  cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v2:127.0.0.1:$1/0]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
ms bind ipv6 = false
ms bind msgr1 = false
ms bind port min = $(($1 + 2))
ms bind port max = $(($1 + 60))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
run dir = $folder
admin socket = $folder/\$name.\$pid.asok
pid file = $folder/\$name.pid
log file = $folder/\$name.log
mon cluster log file = $folder/cluster.log
log to stderr = false
err to stderr = true
keyring = $folder/keyring
crash dir = $folder/crash
plugin dir = $lib/ceph
erasure code dir = $lib/ceph/erasure-code
osd class dir = $lib/rados-classes
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.01
[mon.a]
mon data = $folder/mon
[osd]
osd data = $folder/osd
osd journal = $folder/osd/journal
osd objectstore = bluestore
bluestore block size = 21474836480
bluestore block create = true
bluestore fsck on mount = false
bluestore cache autotune = false
bluestore cache size = 134217728
osd memory target = 939524096
osd min pg log entries = 50
osd max pg log entries = 200
osd op num shards = 2
osd max scrubs = 0
osd mclock skip benchmark = true
[client]
rgw frontends = beast endpoint=127.0.0.1:$2 ${3:+endpoint=$3:$2 }tcp_nodelay=1
rgw thread pool size = 64
rgw dns name = localhost
rgw enable usage log = false
rgw enable ops log = false
rgw enable apis = s3,sts,iam,admin
rgw s3 auth use sts = true
rgw sts key = $(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n')
rgw sts min session duration = 3
rgw run sync thread = false
rgw override bucket index max shards = 1
rgw bucket default quota max objects = -1
rgw data = $folder/rgw
CONF
}

make_cluster() {
  mkdir -p "$folder/mon" "$folder/osd" "$folder/rgw" "$folder/crash"
  {
    run "$bin/ceph-authtool" --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *'
    run "$bin/ceph-authtool" "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    run "$bin/ceph-authtool" "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
    run "$bin/monmaptool" --create --clobber --fsid "$(sed -n 's/^fsid = //p' "$folder/ceph.conf")" --addv a "[v2:127.0.0.1:$mon_port]" "$folder/monmap"
    run timeout 60 "$bin/ceph-mon" --no-mon-config --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring"
  } >"$folder/making.log" 2>&1 || { tail -n 5 "$folder/making.log" >&2; die "the S3 server's cluster could not be made"; }
  start_daemon mon.a "$bin/ceph-mon" -i a
  wait_until 60 listens "$mon_port" || die "the cluster's monitor did not start; its log is $folder/mon.a.log"
  {
    local id
    id=$(cat /proc/sys/kernel/random/uuid)
    ceph osd new "$id"
    run timeout 60 "$bin/ceph-osd" -i 0 --mkfs --osd-uuid "$id" --no-mon-config
  } >>"$folder/making.log" 2>&1 || { tail -n 5 "$folder/making.log" >&2; die "the S3 server's disk could not be made"; }
}

# They go into the background by themselves, and may hold nothing of what the caller writes to.
start_daemon() { # NAME PROGRAM ARGUMENT…
  local daemon=$1
  shift
  (cd /; run timeout 120 setsid "$@" >>"$folder/starts.log" 2>&1 </dev/null 9>&-) || { tail -n 5 "$folder/starts.log" >&2; die "$daemon did not start"; }
  note_process "$daemon"
}

note_process() {
  wait_until 30 test -s "$folder/$1.pid" || return 0
  record_process "$folder/$1.process" "$(cat "$folder/$1.pid")"
}

alive() { recorded_process "$folder/$1.process" >/dev/null; }

start_gateway() {
  alive client.admin && return
  rm -f "$folder/client.admin.pid"
  start_daemon client.admin "$bin/radosgw" -n client.admin
  wait_until 60 listens "$s3_port" || die "the S3 server did not start; its log is $folder/client.admin.log"
}

end_daemon() {
  local pid start
  read -r pid start 2>/dev/null <"$folder/$1.process" || return 0
  # Nothing is lost by it, and asked in order each takes up to 20 s.
  process_is "$pid" "$start" && kill -9 "$pid"
  wait_until 20 ended "$1" || die "$1 (process $pid) does not end"
}
ended() { ! alive "$1"; }

make_user() {
  {
    admin user create --uid=orca --display-name=orca --access-key="$access_key" --secret-key="$secret_key"
    admin caps add --uid=orca --caps='roles=*'
    admin role create --role-name=orca-trainings --path=/ \
      --assume-role-policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/orca"]},"Action":["sts:AssumeRole"]}]}'
    admin role-policy put --role-name=orca-trainings --policy-name=all \
      --policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}'
  } >"$folder/making.log" 2>&1 || { tail -n 5 "$folder/making.log" >&2; die "the S3 server's user could not be made"; }
}

remove() {
  local daemon
  for daemon in client.admin osd.0 mon.a; do end_daemon "$daemon"; done
  local client
  client=$(any_docker_client)
  if [ -e "$folder/network" ] && engine_answers "$client"; then "$client" network rm "$(cat "$folder/network")" >/dev/null 2>&1 || true; fi
  rm -rf -- "$folder"
}

remove_leftovers() {
  local file pid began left
  for file in "$prefix"*/owner; do
    [ -e "$file" ] || continue
    read -r pid began <"$file"
    process_is "$pid" "$began" && continue
    left=$folder folder=$(dirname "$file")
    say "Removing the S3 server that process $pid left in $folder …"
    remove
    folder=$left
  done
}

case $command in
  up)
    fetch_programs
    remove_leftovers
    [ ! -e "$folder" ] || die "there is an S3 server '$name' already: end it with 'eng/s3.sh down $name'"
    mkdir -m 700 "$folder"
    record_process "$folder/owner" "$owner"
    use_programs
    gateway=
    if [ -n "$with_network" ]; then make_network; echo "$network" >"$folder/network"; fi
    mon_port=$(free_port) s3_port=$((mon_port + 1))
    echo "$s3_port" >"$folder/port"
    write_settings "$mon_port" "$s3_port" "$gateway"
    make_cluster
    start_daemon osd.0 "$bin/ceph-osd" -i 0
    start_gateway
    make_user
    cat <<ANSWER
ORCA_S3='http://127.0.0.1:$s3_port'
ORCA_S3_ACCESS_KEY='$access_key'
ORCA_S3_SECRET_KEY='$secret_key'
ORCA_S3_ROLE='arn:aws:iam:::role/orca-trainings'
ANSWER
    if [ -n "$with_network" ]; then printf "ORCA_S3_NETWORK='%s'\nORCA_S3_CONTAINERS='http://%s:%s'\n" "$network" "$gateway" "$s3_port"; fi ;;
  start) use_programs; s3_port=$(cat "$folder/port"); start_gateway ;;
  kill) end_daemon client.admin ;;
  admin) use_programs; admin "$@" ;;
  down) [ ! -e "$folder" ] || remove ;;
esac
