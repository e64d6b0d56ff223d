# One cluster's life. Sourced by eng/kubernetes.sh as root, which says where the programs lie ($programs) and where the cluster
# does ($run). Every process has a session of its own and its id in $run/pids, and is ended by that id alone.

export PATH=$programs/bin:$programs/opt/usr/bin:$programs/opt/usr/sbin:$programs/opt/bin:$PATH

nodes=${ORCA_KUBERNETES_NODES:-1}
# Links, control groups and images are named so; a link's name has at most 15 characters.
cluster=orcak8s
# The pod network's first three parts; the machine itself is .1 in it.
network=10.88.77
api_port=16443
etcd_port=12379
domain=cluster.local

# ---- processes -----------------------------------------------------------------------------------

start() { # NAME COMMAND…
  local name=$1
  shift
  # runc finds libseccomp so; nothing else of the machine gets to see it. The lock is not theirs to keep.
  LD_LIBRARY_PATH=$programs/opt/lib setsid nohup "$@" >>"$run/log/$name.log" 2>&1 </dev/null 9>&- &
  printf '%s %s\n' $! "$(process_start $!)" >"$run/pids/$name"
}

pid_of() { local pid start; read -r pid start 2>/dev/null <"$run/pids/$1" && process_is "$pid" "$start" && printf '%s' "$pid"; }

end() { # NAME SIGNAL
  local pid
  pid=$(pid_of "$1") || { rm -f "$run/pids/$1"; return 0; }
  kill "-$2" "$pid" 2>/dev/null || true
  ended() { ! pid_of "$1" >/dev/null; }
  wait_until 5 ended "$1" || kill -KILL "$pid" 2>/dev/null || true
  rm -f "$run/pids/$1"
}

await() { # SECONDS WHAT COMMAND…
  local seconds=$1 what=$2
  shift 2
  quietly() { "$@" >/dev/null 2>&1; }
  wait_until "$seconds" quietly "$@" || { say "$what did not come within $seconds s"; return 1; }
}

as_admin() { kubectl --kubeconfig "$run/admin.kubeconfig" "$@"; }

cluster_answers() { [ -e "$run/ready" ] && pid_of kube-apiserver >/dev/null && as_admin get --raw /readyz >/dev/null 2>&1; }

# ---- certificates: one authority, elliptic keys --------------------------------------------------

certificate() { # NAME SUBJECT USAGE [NAMES]
  openssl req -new $new_key -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$3" "${4:+subjectAltName=$4}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

certificates() {
  local n user new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
  mkdir -p "$run/pki"
  cd "$run/pki"
  openssl req -x509 $new_key -keyout ca.key -out ca.crt -days 365 -subj "/CN=$cluster" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature 2>/dev/null
  certificate apiserver /CN=kube-apiserver serverAuth \
    "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.$domain,IP:127.0.0.1,IP:10.96.0.1,IP:$network.1"
  certificate apiserver-kubelet-client /O=system:masters/CN=apiserver-kubelet-client clientAuth
  certificate admin /O=system:masters/CN=admin clientAuth
  certificate kube-controller-manager /CN=system:kube-controller-manager clientAuth
  certificate kube-scheduler /CN=system:kube-scheduler clientAuth
  for n in $(seq "$nodes"); do
    certificate "kubelet$n" "/O=system:nodes/CN=system:node:node$n" clientAuth
    certificate "kubelet$n-serving" "/O=system:nodes/CN=system:node:node$n" serverAuth "DNS:node$n,IP:$network.$n"
  done
  openssl ecparam -name prime256v1 -genkey -noout -out sa.key
  openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
  for user in admin kube-controller-manager kube-scheduler $(seq -f kubelet%g "$nodes"); do
    cat >"$run/$user.kubeconfig" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: $user, user: {client-certificate-data: $(base64 -w0 "$user.crt"), client-key-data: $(base64 -w0 "$user.key")}}]
contexts: [{name: test, context: {cluster: test, user: $user}}]
current-context: test
EOF
  done
  chmod 600 ./*.key "$run"/*.kubeconfig
  [ -z "${ORCA_OWNER:-}" ] || chown "$ORCA_OWNER" "$run/admin.kubeconfig"
  cd "$run"
}

# ---- images --------------------------------------------------------------------------------------

# An archive as `docker save` makes it, of one folder, without Docker.
make_image() { # NAME FOLDER FILE [ENTRYPOINT]
  local work layer
  work=$(mktemp -d "$run/image.XXXX")
  tar -C "$2" --numeric-owner --owner=0 --group=0 --sort=name --mtime=@0 -cf "$work/layer.tar" .
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  printf '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$4" "$layer" >"$work/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$1" >"$work/manifest.json"
  tar -C "$work" -cf "$3" manifest.json config.json layer.tar
  rm -rf "$work"
}

images() {
  local root=$run/root applet
  mkdir -p "$run/images" "$root/pause" "$root/test"/{bin,etc,tmp,root}
  cp "$programs/bin/pause" "$root/pause/pause"
  make_image "docker.io/$cluster/pause:1" "$root/pause" "$run/images/pause.tar" '"Entrypoint":["/pause"]'
  cp "$programs/opt/bin/busybox" "$root/test/bin/busybox"
  for applet in $("$programs/opt/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/test/bin/$applet"
  done
  chmod 1777 "$root/test/tmp"
  printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/test/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/test/etc/group"
  make_image docker.io/orca-training/test:latest "$root/test" "$run/images/test.tar" '"Cmd":["sh"]'
  rm -rf "$root"
}

node_ctr() { local n=$1; shift; ctr --address "$run/n$n/containerd.sock" --namespace k8s.io "$@"; }

import_image() { local n; for n in $(seq "$nodes"); do node_ctr "$n" images import "$1" >/dev/null; done; }

# ---- nodes ---------------------------------------------------------------------------------------

# macvlan on an ifb link and not a bridge: nothing of a firewall lies on the way, so a Docker engine's rules cannot cut it, and
# none has to be made.
network_up() {
  local n
  ip link add "${cluster}d" type ifb
  ip link set "${cluster}d" up
  ip link add "${cluster}0" link "${cluster}d" type macvlan mode bridge
  for n in $(seq "$nodes"); do ip addr add "$network.$n/24" dev "${cluster}0"; done
  ip link set "${cluster}0" up
}

# A mount namespace of its own for containerd, its shims and the kubelet: their fixed places under /run, /var/log and /var/lib,
# their mounts and the kubelet's settings of the kernel stay off the machine, and go with the last process.
mounts_up() { # N
  local own=$run/n$1/own sysctl file
  mkdir -p "$own"/{run/netns,run/lock,log/pods,log/containers,lib/kubelet,sysctl}
  { echo 'set -e'
    echo 'mount --make-rprivate /; mount --make-rshared /'
    echo "mount --bind $own/run /run; mount --bind $own/log /var/log; mount --bind $own/lib /var/lib"
    for sysctl in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
      kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
      file=$own/sysctl/$(basename "${sysctl%=*}")
      echo "${sysctl#*=}" >"$file"
      echo "mount --bind $file /proc/sys/${sysctl%=*}"
    done
    echo "touch $own.ready; exec sleep infinity"
  } >"$own.sh"
  rm -f "$own.ready"
  start "mounts$1" unshare --mount --propagation private bash "$own.sh"
  await 10 "the mount namespace" test -e "$own.ready"
}

# Control groups version 1: one folder in each hierarchy.
groups_up() { # PATH
  local hierarchy
  for hierarchy in /sys/fs/cgroup/*/; do
    [ -e "$hierarchy/cgroup.procs" ] && [ "$(basename "$hierarchy")" != unified ] || continue
    mkdir -p "$hierarchy$1"
    [ -e "$hierarchy$1/cpuset.cpus" ] || continue
    cat "$hierarchy/cpuset.cpus" >"$hierarchy$1/cpuset.cpus"
    cat "$hierarchy/cpuset.mems" >"$hierarchy$1/cpuset.mems"
  done
}

groups_down() { # PATH
  gone() {
    find /sys/fs/cgroup/*/"$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    ! ls -d /sys/fs/cgroup/*/"$1" >/dev/null 2>&1
  }
  wait_until 3 gone "$1" || say "some control groups named $1 stay behind"
}

node_files() { # N
  local n=$1 node=$run/n$1
  mkdir -p "$node"/{cni,containerd,kubelet,kubelet-pki}
  cat >"$node/cni/10-net.conflist" <<EOF
{"cniVersion":"0.4.0","name":"$cluster","plugins":[{"type":"macvlan","master":"${cluster}d","mode":"bridge",
 "ipam":{"type":"host-local","dataDir":"$node/ipam","ranges":[[{"subnet":"$network.0/24","rangeStart":"$network.$((n * 50))","rangeEnd":"$network.$((n * 50 + 49))"}]]}}]}
EOF
  # restrict_oom_score_adj: a machine without CAP_SYS_RESOURCE cannot lower a pod's score, and runc dies of trying.
  cat >"$node/containerd.toml" <<EOF
version = 2
root = "$node/containerd"
state = "$node/own/run/containerd-state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs","io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.zfs","io.containerd.snapshotter.v1.devmapper","io.containerd.internal.v1.opt"]
[grpc]
  address = "$node/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/$cluster/pause:1"
  disable_tcp_service = true
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$programs/opt/usr/sbin/runc"
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$programs/opt/usr/lib/cni"
    conf_dir = "$node/cni"
EOF
  cat >"$node/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $network.$n
port: 10250
healthzPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $run/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $run/pki/kubelet$n-serving.crt
tlsPrivateKeyFile: $run/pki/kubelet$n-serving.key
cgroupDriver: cgroupfs
cgroupRoot: /$cluster/n$n
cgroupsPerQOS: true
enforceNodeAllocatable: [pods]
clusterDNS: [$network.1]
clusterDomain: $domain
resolvConf: ""
failSwapOn: false
oomScoreAdj: 0
makeIPTablesUtilChains: false
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
maxPods: 45
podPidsLimit: 512
nodeStatusUpdateFrequency: 1s
nodeStatusReportFrequency: 10s
nodeLeaseDurationSeconds: 20
kubeAPIQPS: 100
kubeAPIBurst: 200
syncFrequency: 10s
registryPullQPS: 0
eventRecordQPS: 0
serializeImagePulls: false
EOF
}

in_node() { # N NAME COMMAND…
  local n=$1 name=$2
  shift 2
  start "$name$n" nsenter --mount --target "$(pid_of "mounts$n")" --wd="$run/n$n" -- "$@"
}

node_up() { # N
  node_files "$1"
  groups_up "$cluster"
  groups_up "$cluster/n$1"
  mounts_up "$1"
  in_node "$1" containerd "$programs/opt/usr/bin/containerd" --config "$run/n$1/containerd.toml"
}

kubelet_up() { # N
  in_node "$1" kubelet "$programs/bin/kubelet" --config="$run/n$1/kubelet.yaml" --kubeconfig="$run/kubelet$1.kubeconfig" \
    --hostname-override="node$1" --node-ip="$network.$1" --root-dir="$run/n$1/kubelet" --container-runtime=remote \
    --container-runtime-endpoint="unix://$run/n$1/containerd.sock" --cert-dir="$run/n$1/kubelet-pki" --register-node=true --v=1
}

node_ready() { [ "$(as_admin get node "node$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]; }

# All that a node runs: its daemons, its pods' processes by their control group, its shims by their mount namespace.
node_down() { # N
  local keeper namespace mine pid round
  end "kubelet$1" KILL
  end "containerd$1" KILL
  for round in 1 2 3; do
    for pid in $(find "/sys/fs/cgroup/pids/$cluster/n$1" -name cgroup.procs -exec cat {} + 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
    sleep 0.1
  done
  if keeper=$(pid_of "mounts$1"); then
    namespace=$(readlink "/proc/$keeper/ns/mnt") mine=$(readlink /proc/self/ns/mnt)
    for pid in /proc/[0-9]*; do
      pid=${pid#/proc/}
      if [ "$namespace" != "$mine" ] && [ "$pid" != "$keeper" ] && [ "$(readlink "/proc/$pid/ns/mnt" 2>/dev/null || true)" = "$namespace" ]; then
        kill -KILL "$pid" 2>/dev/null || true
      fi
    done
    end "mounts$1" KILL
  fi
  groups_down "$cluster/n$1"
}

# ---- servers -------------------------------------------------------------------------------------

api_up() {
  start kube-apiserver kube-apiserver --etcd-servers="http://127.0.0.1:$etcd_port" --bind-address=127.0.0.1 --secure-port=$api_port \
    --advertise-address="$network.1" --endpoint-reconciler-type=none --tls-cert-file="$run/pki/apiserver.crt" \
    --tls-private-key-file="$run/pki/apiserver.key" --client-ca-file="$run/pki/ca.crt" \
    --kubelet-client-certificate="$run/pki/apiserver-kubelet-client.crt" --kubelet-client-key="$run/pki/apiserver-kubelet-client.key" \
    --kubelet-certificate-authority="$run/pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$run/pki/sa.pub" \
    --service-account-signing-key-file="$run/pki/sa.key" --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction --feature-gates=TTLAfterFinished=true --allow-privileged=true --profiling=false --event-ttl=1h \
    --default-not-ready-toleration-seconds=10 --default-unreachable-toleration-seconds=10
}

controllers_up() {
  local secure=(--kubeconfig="$run/$1.kubeconfig" --authentication-kubeconfig="$run/$1.kubeconfig" --authorization-kubeconfig="$run/$1.kubeconfig")
  secure+=(--bind-address=127.0.0.1 --secure-port="$2" --port=0 --leader-elect=false --profiling=false)
  start "$1" "$1" "${secure[@]}" "${@:3}"
}

cluster_up() {
  local n data
  mkdir -p "$run"/{pids,log}
  trap 'say "the cluster did not start; its logs are in $state/log"; rm -rf "$state/log"; cp -r "$run/log" "$state/log"; cluster_down; exit 1' ERR
  # In memory: nothing here outlives the cluster, and a test waits for every write.
  data=$(mktemp -d "/dev/shm/$cluster-etcd.XXXX")
  ln -s "$data" "$run/etcd"
  start etcd etcd --data-dir="$data" --listen-client-urls="http://127.0.0.1:$etcd_port" --advertise-client-urls="http://127.0.0.1:$etcd_port" \
    --listen-peer-urls="http://127.0.0.1:$((etcd_port + 1))" --initial-advertise-peer-urls="http://127.0.0.1:$((etcd_port + 1))" \
    --initial-cluster="default=http://127.0.0.1:$((etcd_port + 1))" --logger=zap
  network_up
  for n in $(seq "$nodes"); do node_up "$n"; done
  certificates
  await 20 etcd etcdctl --endpoints="http://127.0.0.1:$etcd_port" endpoint health
  api_up
  images
  for n in $(seq "$nodes"); do await 20 containerd node_ctr "$n" version; done
  import_image "$run/images/pause.tar"
  import_image "$run/images/test.tar"
  await 90 "the API server" as_admin get --raw /readyz
  controllers_up kube-controller-manager $((api_port + 1)) --use-service-account-credentials=true \
    --service-account-private-key-file="$run/pki/sa.key" --root-ca-file="$run/pki/ca.crt" --cluster-signing-cert-file="$run/pki/ca.crt" \
    --cluster-signing-key-file="$run/pki/ca.key" --node-monitor-period=2s --node-monitor-grace-period=20s \
    --feature-gates=TTLAfterFinished=true --kube-api-qps=200 --kube-api-burst=400
  controllers_up kube-scheduler $((api_port + 2))
  start clusterdns clusterdns --kubeconfig="$run/admin.kubeconfig" --listen="$network.1:53" --domain="$domain"
  for n in $(seq "$nodes"); do kubelet_up "$n"; done
  for n in $(seq "$nodes"); do await 90 "node $n" node_ready "$n"; done
  await 60 "the default service account" as_admin -n default get serviceaccount default
  touch "$run/ready"
  trap - ERR
}

# Ends whatever there is of a cluster, also of one that was killed half-way.
cluster_down() {
  local n server
  trap - ERR
  [ -d "$run" ] || return 0
  rm -f "$run/ready"
  for server in kube-scheduler kube-controller-manager clusterdns; do end "$server" KILL; done
  for n in 1 2 3 4; do [ ! -e "$run/n$n" ] || node_down "$n"; done
  end kube-apiserver TERM
  end etcd TERM
  ip link delete "${cluster}0" 2>/dev/null || true
  ip link delete "${cluster}d" 2>/dev/null || true
  groups_down "$cluster"
  [ ! -L "$run/etcd" ] || rm -rf "$(readlink "$run/etcd")"
  rm -rf --one-file-system "$run"
}
