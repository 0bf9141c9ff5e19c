#!/usr/bin/env bash
# Runs a command against an API server and etcd of its own, with no node, no controller and no root rights:
#
#   deploy/test/api-server.sh deploy/test/bundles.sh
#
# The command gets KUBECONFIG. Installed is monitoring-crds.yaml, for what the chart has behind flags. Needs etcd, openssl
# and what `deploy/local-cluster/cluster.sh install-tools` leaves in its cache (MC_TOOLS names another folder).
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
tools=${MC_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/model-compression/cluster/bin}
work=$(mktemp -d)
pids=()

command=

finish() {
  local status=$?
  if [ -n "$command" ]; then kill "$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; fi
  if [ ${#pids[@]} -gt 0 ]; then kill "${pids[@]}" 2>/dev/null || true; wait "${pids[@]}" 2>/dev/null || true; fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

free_port() { # one that nobody listens on
  local port
  while port=$((20000 + RANDOM % 10000)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo $port && return; fi
  done
}

store=$(free_port) peer=$(free_port) port=$(free_port)
token=$(openssl rand -hex 16)
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
(umask 077 && echo "$token,admin,admin,system:masters" >"$work/tokens.csv")

etcd --data-dir "$work/etcd" --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$store" \
  --advertise-client-urls "http://127.0.0.1:$store" --listen-peer-urls "http://127.0.0.1:$peer" >"$work/etcd.log" 2>&1 &
pids+=($!)
"$tools/kube-apiserver" --cert-dir "$work/certs" --bind-address 127.0.0.1 --secure-port "$port" \
  --etcd-servers "http://127.0.0.1:$store" --authorization-mode RBAC --token-auth-file "$work/tokens.csv" \
  --service-account-issuer https://localhost --service-account-signing-key-file "$work/sa.key" \
  --service-account-key-file "$work/sa.key" --service-cluster-ip-range 10.0.0.0/24 >"$work/api.log" 2>&1 &
pids+=($!)

export KUBECONFIG=$work/kubeconfig PATH=$tools:$PATH
cat >"$KUBECONFIG" <<Y
apiVersion: v1
kind: Config
clusters: [{name: own, cluster: {server: "https://127.0.0.1:$port", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: own, context: {cluster: own, user: admin}}]
current-context: own
Y

for ((i = 0; ; i++)); do
  if kubectl get namespace default >/dev/null 2>&1; then break; fi
  if [ $i -ge 240 ]; then
    echo "api-server: did not come within 2 minutes:" && tail -5 "$work"/*.log
    exit 1
  fi
  sleep 0.5
done
kubectl apply -f "$here/monitoring-crds.yaml" >/dev/null
kubectl wait --for=condition=Established -f "$here/monitoring-crds.yaml" >/dev/null
# In the background: while a command runs in front, no signal is heard.
"$@" <&0 &
command=$!
status=0
wait "$command" || status=$?
command=
exit $status
