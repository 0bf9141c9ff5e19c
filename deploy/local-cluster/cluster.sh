#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
# A Kubernetes cluster of one node on this machine, without Docker and without a registry. Needs Debian 12 and root.
#
#   cluster.sh up              starts it, or what is missing of it; prints the path of its kubeconfig
#   cluster.sh load FILE...    gives it images: archives of Docker's or the OCI's layout
#   cluster.sh status          tells what runs; ends with 1 unless everything does
#   cluster.sh env             prints the shell variables that kubectl and helm need: eval "$(cluster.sh env)"
#   cluster.sh down [--purge]  stops it; --purge also deletes its state: etcd, images, volumes
#   cluster.sh install-tools [gateway] [prometheus]  only installs and builds what `up` needs, and what these do
#
#   cluster.sh gateway         starts Traefik beside it, with a Gateway `public` in the namespace `gateway`; prints its URL
#   cluster.sh prometheus      starts Prometheus beside it; prints its URL
#   cluster.sh git [NAME]      starts a Git server beside it, with the repository NAME; prints its URL
#   cluster.sh gitea [NAME]    starts Gitea beside it, which has pull requests; else the same
#
#   MC_CLUSTER_CACHE  where its programs are built once (default: ~/.cache/model-compression/cluster)
#   MC_CLUSTER_HOME   its state (default: /var/lib/model-compression-cluster)
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
cache=${MC_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/model-compression/cluster}
home=${MC_CLUSTER_HOME:-/var/lib/model-compression-cluster}
tools=$cache/bin
kubeconfig=$home/admin.kubeconfig

readonly name=mc-cluster # of the network namespace, and of what else has no folder of its own
readonly host_ip=10.200.0.1 node_ip=10.200.0.2 # the two ends of the cable between machine and cluster
readonly pods=10.244.0.0/24 services=10.96.0.0/16 api_ip=10.96.0.1 dns_ip=10.96.0.10
readonly run=/run/$name
readonly containerd_socket=$run/containerd.sock
readonly volumes=20

say() { echo "local-cluster: $*" >&2; }
die() { say "$@"; exit 1; }

. "$here/tools.sh"
. "$here/processes.sh"
. "$here/files.sh"
. "$here/beside.sh"

up() {
  install_tools "$@"
  mkdir -p "$home"/{log,run,pki,volumes} "$run"
  make_network
  make_credentials
  make_configuration
  start etcd etcd --data-dir "$home/etcd" --listen-client-urls http://127.0.0.1:2379 \
    --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
  start containerd containerd --config "$home/containerd.toml"
  start kube-apiserver "$tools/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --advertise-address=$node_ip --service-cluster-ip-range=$services --allow-privileged \
    --tls-cert-file="$home/pki/apiserver.crt" --tls-private-key-file="$home/pki/apiserver.key" \
    --token-auth-file="$home/pki/tokens.csv" --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$home/pki/apiserver.crt" --kubelet-client-key="$home/pki/apiserver.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$home/pki/sa.key" \
    --service-account-signing-key-file="$home/pki/sa.key"
  await 120 "the API server" kubectl get --raw /readyz
  start kube-controller-manager "$tools/kube-controller-manager" --leader-elect=false \
    --kubeconfig="$home/system:kube-controller-manager.kubeconfig" --use-service-account-credentials \
    --service-account-private-key-file="$home/pki/sa.key" --root-ca-file="$home/pki/apiserver.crt"
  start kube-scheduler "$tools/kube-scheduler" --leader-elect=false \
    --kubeconfig="$home/system:kube-scheduler.kubeconfig"
  await 60 containerd ctr version
  load_pause
  start kubelet "$tools/kubelet" --config="$home/kubelet.yaml" --kubeconfig="$home/system:node:node1.kubeconfig" \
    --hostname-override=node1 --node-ip=$node_ip --root-dir="$home/kubelet"
  start kube-proxy "$tools/kube-proxy" --kubeconfig="$home/system:kube-proxy.kubeconfig" \
    --hostname-override=node1 --proxy-mode=iptables --cluster-cidr=$pods --conntrack-max-per-core=0
  start coredns "$tools/coredns" -conf "$home/Corefile"
  make_volumes
  await 60 "the node's registration" kubectl get node node1
  kubectl wait --for=condition=Ready node/node1 --timeout=120s >/dev/null || die "the node is not ready; see $home/log"
  await 60 "the default service account" kubectl -n default get serviceaccount default
  echo "$kubeconfig"
}

down() {
  local program
  for program in "${beside[@]}" coredns kube-proxy kubelet; do stop "$program"; done
  end_containers
  for program in kube-scheduler kube-controller-manager kube-apiserver containerd etcd; do stop "$program"; done
  unmount_all
  remove_network
  rm -rf "$run"
  if [ "${1:-}" = --purge ]; then rm -rf "$home"; fi
}

status() {
  local program pids=("$home"/run/*.pid) running=0
  [ -e "${pids[0]}" ] || die "not running"
  local programs=(etcd containerd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy coredns)
  for program in "${beside[@]}"; do [ ! -e "$home/run/$program.pid" ] || programs+=("$program"); done
  for program in "${programs[@]}"; do
    if alive "$program"; then echo "$program runs"; else echo "$program does not run"; running=1; fi
  done
  return $running
}

load() {
  [ $# -gt 0 ] || die "load: which archives?"
  local archive
  for archive in "$@"; do ctr --namespace k8s.io images import "$archive"; done
}

print_env() {
  echo "export KUBECONFIG='$kubeconfig' PATH='$tools':\"\$PATH\""
}

# One at a time: a second `up` waits, and then finds everything running.
alone() {
  [ "$(id -u)" = 0 ] || die "needs root: it makes a network namespace and starts containers"
  exec 9>/var/lock/$name.lock
  flock 9
  "$@" 9>&-
}

case ${1:-} in
  up) alone up ;;
  down) alone down "${2:-}" ;;
  load) load "${@:2}" ;;
  status) status ;;
  env) print_env ;;
  install-tools) alone install_tools "${@:2}" ;;
  gateway) alone gateway ;;
  prometheus) alone prometheus ;;
  git) alone git_server "${2:-}" ;;
  gitea) alone gitea "${2:-}" ;;
  *)
    sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit 64
    ;;
esac
