#!/usr/bin/env bash
# Makes the programs of the test cluster, from Debian packages alone, in one folder and nowhere else.
#
#   eng/kubernetes/build.sh FOLDER     does nothing when FOLDER is made from the same inputs
#
# Kubernetes 1.20.2 is the last whose servers Debian has, as source in bookworm. Two patches bring it closer to later
# versions: indexed-jobs.patch adds the completion mode Indexed and `suspend` to its Jobs, which came with 1.21, and
# ended-pods.patch keeps a busy node from losing the exit code of a pod that is deleted, as none does since 1.22. All
# servers are one program, since they share most of their code. It takes three to six minutes, 2.3 GB while it lasts, and leaves 255 MB.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib/common.sh"

folder=${1:?the folder to make}
suite=bookworm
inputs=$(cat "$here/build.sh" "$here/"*.patch "$here/servers/"*.go "$here/pause.c" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$folder/inputs" 2>/dev/null || true)" = "$inputs" ]; then exit 0; fi

tools_missing() {
  local tool
  for tool in gcc patch openssl ip; do command -v "$tool" >/dev/null || return 0; done
  [ ! -e /usr/include/stdlib.h ]
}
if tools_missing; then apt_install gcc libc6-dev patch openssl iproute2; fi

say "Making a Kubernetes for tests; this takes some minutes, once …"
work=$folder.work
rm -rf "$folder" "$work"
mkdir -p "$folder"/{bin,opt} "$work"
trap 'rm -rf "$work"' EXIT

# A private state of apt, so that the machine's own sources and lists stay as they are.
mirror=$({ cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true; } | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ')
[ -n "$mirror" ] || die "found no Debian mirror in /etc/apt: the cluster is made from Debian's packages"
mkdir -p "$work"/{apt/lists/partial,apt/cache/archives/partial,apt/parts,deb}
key=signed-by=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [%s] %s %s main\ndeb-src [%s] %s %s main\n' "$key" "$mirror" "$suite" "$key" "$mirror" "$suite" >"$work/apt/list"
private_apt() {
  apt-get -qq -oDir::Etc::SourceList="$work/apt/list" -oDir::Etc::SourceParts="$work/apt/parts" \
    -oDir::State::lists="$work/apt/lists" -oDir::Cache="$work/apt/cache" -oAPT::Sandbox::User=root "$@" >&2
}
cd "$work/deb"
private_apt update
private_apt download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server etcd-client \
  containerd runc libseccomp2 containernetworking-plugins busybox-static kubernetes-client
private_apt source --download-only kubernetes

for package in *.deb; do
  case $package in golang-*) dpkg -x "$package" "$work/go" ;; *) dpkg -x "$package" "$work/opt" ;; esac
done
for file in usr/bin/{etcd,etcdctl,containerd,containerd-shim-runc-v2,ctr} usr/sbin/runc usr/lib/cni/{macvlan,host-local,loopback} bin/busybox; do
  mkdir -p "$folder/opt/$(dirname "$file")"
  cp "$work/opt/$file" "$folder/opt/$file"
done
# The one library that runc needs beside libc.
mkdir -p "$folder/opt/lib"
cp -L "$work/opt/usr/lib/"*/libseccomp.so.2 "$folder/opt/lib/"
cp "$work/opt/usr/bin/kubectl" "$folder/bin/kubectl"

export GOROOT=$work/go/usr/lib/go-1.19 GOPATH=$work/gopath GOCACHE=$work/gocache GO111MODULE=off CGO_ENABLED=0 GOFLAGS= HOME=$work
export PATH=$GOROOT/bin:$PATH
source=$GOPATH/src/k8s.io/kubernetes
mkdir -p "$source"
tar -C "$source" --strip-components=1 -xzf kubernetes_*.orig.tar.gz
cd "$source"
# Version 1.0.1 of reflect2 crashes on maps with Go 1.18 and later; Debian has 1.0.2.
rm -rf vendor/github.com/modern-go/reflect2
cp -r "$work/go/usr/share/gocode/src/github.com/modern-go/reflect2" vendor/github.com/modern-go/
for change in "$here/"*.patch; do patch -sp1 <"$change"; done
cp -r "$here/servers" cmd/test-servers

# The source package leaves out pkg/generated/openapi.
go build -trimpath -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
described=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg staging/src |
  grep -vE 'staging/src/k8s.io/(code-generator|sample-apiserver)/|_test\.go|zz_generated|/testdata/' | xargs -n1 dirname |
  sed 's#^staging/src/#k8s.io/kubernetes/vendor/#;t;s#^#k8s.io/kubernetes/#' | LC_ALL=C sort -u | paste -sd,)
"$work/openapi-gen" -O zz_generated.openapi -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations" \
  -p k8s.io/kubernetes/pkg/generated/openapi -i "$described" --output-base "$GOPATH/src"

flags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  version=k8s.io/kubernetes/vendor/$package
  flags="$flags -X $version.gitVersion=v1.20.2 -X $version.gitMajor=1 -X $version.gitMinor=20 -X $version.gitTreeState=clean"
done
nice -n 10 go build -trimpath -tags providerless,dockerless -ldflags "$flags" -o "$folder/bin/servers" ./cmd/test-servers
for name in kube-apiserver kube-controller-manager kube-scheduler kubelet clusterdns; do ln -s servers "$folder/bin/$name"; done
gcc -static -Os -s -o "$folder/bin/pause" "$here/pause.c"
printf '%s\n' "$inputs" >"$folder/inputs"
say "Made the test cluster's programs in $folder."
