#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR disable=SC2086,SC2119,SC2120,SC2034 # spaces in none; defaults are meant; used by the cases
# Compresses a real model on a real cluster, as a user would, and then does what users do wrong.
#
#   KUBECONFIG=… deploy/test/e2e.sh [CASE...]    all cases but `example` when none is named; needs helm, kubectl and jq
#
#   MC_IMAGES   registry and path of the images (default: localhost, for images that were loaded)
#   MC_TAG      their tag (default: the chart's appVersion)
#   MC_KEEP     not empty: leave everything as it is at the end
#
# Cases that need more than an API (a full disk, a dead API server, an S3 server) run on deploy/local-cluster only.
#
# The operator is installed by its chart in a namespace of its own; both namespaces enforce the level `restricted`.
set -Eeuo pipefail

deploy=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
chart=$deploy/helm/model-compression-operator
examples=$deploy/../examples
images=${MC_IMAGES:-localhost}
tag=${MC_TAG:-$(sed -n 's/^appVersion: //p' "$chart/Chart.yaml")}
readonly system=mc-e2e-system space=mc-e2e
cluster_home=${MC_CLUSTER_HOME:-/var/lib/model-compression-cluster}
scratch=$(mktemp -d)
trap 'trap - ERR; jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$scratch"' EXIT

say() { echo "e2e: $(date -u +%T) $*"; }
die() {
  trap - ERR
  say "FAILED: $*"
  kubectl -n $space get mc,jobs,pods -o wide || true
  kubectl -n $space get mc -o yaml | sed -n '/^  status:/,$p' | head -80 || true
  kubectl -n $system logs deployment/mc --tail=300 | grep -v "^\s" | tail -20 | cut -c1-600 || true
  exit 1
}

is_local_cluster() { [ "${KUBECONFIG:-}" = "$cluster_home/admin.kubeconfig" ]; }

trap 'say "FAILED: $BASH_COMMAND (${BASH_SOURCE[0]}:$LINENO)"' ERR

mc() { kubectl -n $space "$@"; }
field() { mc get mc "$1" -o jsonpath="{$2}"; }

# ends NAME REASON SECONDS: the compression comes to rest, with this reason
ends() {
  mc wait mc "$1" --for=condition=Reconciling=false --timeout="$3s" >/dev/null || die "$1 has not ended after $3 s"
  reason_is "$1" "$2"
}

reason_is() { # NAME REASON
  local reason
  reason=$(field "$1" '.status.conditions[?(@.type=="Succeeded")].reason')
  if [ "$reason" != "$2" ]; then die "$1: reason is $reason, expected $2"; fi
  say "$1: $2: $(field "$1" .status.message)"
}

# waits NAME REASON SECONDS: it says what it waits for
waits() {
  mc wait mc "$1" --for=jsonpath='{.status.conditions[?(@.type=="Succeeded")].reason}'="$2" --timeout="$3s" >/dev/null ||
    die "$1 does not say $2 after $3 s"
  say "$1: $2: $(field "$1" .status.message)"
}

apply() { mc apply -f - >/dev/null; }

# compression NAME STEPS [MORE-OF-THE-SPEC]: a small one, on standard output
compression() {
  cat <<Y
apiVersion: modelcompression.dev/v1alpha1
kind: ModelCompression
metadata: {name: $1}
spec:
  model: {uri: file:///opt/examples/fashion-mnist/resnet8.onnx}
  datasets:
    evaluation: {uri: file:///opt/examples/fashion-mnist/test.npz, samples: 500}
  workspace: {uri: pvc://models/$1}
  steps: $2
${3:-}
Y
}

install() { # [VALUE...]: as helm's --set
  local sets=() value
  for value in "$@"; do sets+=(--set "$value"); done
  helm upgrade --install mc "$chart" --namespace $system --set fullnameOverride=mc \
    --set "image.repository=$images/model-compression-operator,image.tag=$tag" \
    --set "steps.image.repository=$images/model-compression-steps,steps.image.tag=$tag" \
    --set "server.image.repository=$images/model-compression-server,server.image.tag=$tag" \
    --set jobs.pendingTimeout=15s,logging.format=text "${sets[@]}" --wait --timeout 5m >/dev/null || die "helm upgrade --install"
}

prepare() {
  clean
  local namespace
  for namespace in $system $space; do
    kubectl create namespace "$namespace" >/dev/null
    kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
  done
  claim models
  install
  say "operator installed"
}

claim() {
  apply <<Y
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
Y
}

clean() {
  if kubectl get namespace $space >/dev/null 2>&1; then
    kubectl -n $space delete mr,mc --all --wait >/dev/null 2>&1 || true
  fi
  helm uninstall mc --namespace $system --wait >/dev/null 2>&1 || true
  kubectl delete namespace $space $system --ignore-not-found --wait >/dev/null
}

# shellcheck source=cases/compressions.sh
. "$deploy/test/cases/compressions.sh"
# shellcheck source=cases/faults.sh
. "$deploy/test/cases/faults.sh"
# shellcheck source=cases/s3.sh
. "$deploy/test/cases/s3.sh"
# shellcheck source=cases/releases.sh
. "$deploy/test/cases/releases.sh"

# Not `example`: it trains for minutes, twice. `quick` goes through the same steps with little data, and is compared likewise.
cases=(image claim digest memory memory_limit no_releases quick "${faults[@]}" "${releases[@]}")
if [ $# -gt 0 ]; then cases=("$@"); fi
# Every fault is compared with the run that nothing disturbed.
if [[ " ${cases[*]} " != *" calm "* && " ${faults[*]} " == *" ${cases[0]} "* ]]; then cases=(calm "${cases[@]}"); fi
prepare
for name in "${cases[@]}"; do
  say "case $name"
  "case_$name"
done
nothing_written
if [ -z "${MC_KEEP:-}" ]; then clean; fi
say "passed: ${cases[*]}"
