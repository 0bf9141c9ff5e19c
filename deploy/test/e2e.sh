#!/usr/bin/env bash
# Compresses a real model on a real cluster, as a user would, and then does what users do wrong.
#
#   KUBECONFIG=… deploy/test/e2e.sh [CASE...]    all cases when none is named; needs helm, kubectl and jq
#
#   MC_IMAGES   registry and path of both images (default: localhost, for images that were loaded)
#   MC_TAG      their tag (default: the chart's appVersion)
#   MC_KEEP     not empty: leave everything as it is at the end
#
# The operator is installed by its chart in a namespace of its own; both namespaces enforce the level `restricted`.
set -euo pipefail

deploy=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
chart=$deploy/helm/model-compression-operator
examples=$deploy/../examples
images=${MC_IMAGES:-localhost}
tag=${MC_TAG:-$(sed -n 's/^appVersion: //p' "$chart/Chart.yaml")}
readonly system=mc-e2e-system space=mc-e2e

say() { echo "e2e: $(date -u +%T) $*"; }
die() {
  say "FAILED: $*"
  kubectl -n $space get mc,jobs,pods -o wide || true
  kubectl -n $space get mc -o yaml | sed -n '/^  status:/,$p' | head -80 || true
  kubectl -n $system logs deployment/mc --tail=300 | grep -v "^\s" | tail -20 | cut -c1-600 || true
  exit 1
}

mc() { kubectl -n $space "$@"; }
field() { mc get mc "$1" -o jsonpath="{$2}"; }

# ends NAME REASON SECONDS: the compression comes to rest, with this reason
ends() {
  local type=Stalled
  if [ "$2" = Succeeded ]; then type=Ready; fi
  mc wait mc "$1" --for="condition=$type" --timeout="$3s" >/dev/null || die "$1 is not $type after $3 s"
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
    kubectl -n $space delete mc --all --wait >/dev/null 2>&1 || true
  fi
  helm uninstall mc --namespace $system --wait >/dev/null 2>&1 || true
  kubectl delete namespace $space $system --ignore-not-found --wait >/dev/null
}

# The example ends well, and with the very model that `mc run` makes on one machine.
case_example() { like_one_machine fashion-resnet "$examples/fashion-mnist/compression.yaml"; }

# All of its steps on little data, in a minute or two: the gates that ask for a good model are left out.
case_quick() {
  local file
  file=$(mktemp)
  sed -e '/^  gates:/,$d' -e 's/name: fashion-resnet/name: quick/' -e 's#models/fashion-resnet#models/quick#' \
    -e 's#train.npz}#train.npz, samples: 2000}#' -e 's#test.npz}#test.npz, samples: 1000}#' \
    -e 's/epochs: 4/epochs: 1/' -e 's/latencyRuns: 2000/latencyRuns: 100/' \
    "$examples/fashion-mnist/compression.yaml" >"$file"
  like_one_machine quick "$file"
  rm -f "$file"
}

like_one_machine() { # NAME FILE
  local began=$SECONDS digest expected
  mc apply -f "$2" >/dev/null
  mc get mc "$1" --watch --no-headers &
  local watch=$!
  mc wait mc "$1" --for=condition=Ready --timeout=3600s >/dev/null & local ready=$!
  mc wait mc "$1" --for=condition=Stalled --timeout=3600s >/dev/null 2>&1 & local stalled=$!
  wait -n $ready $stalled || true
  kill $watch $ready $stalled 2>/dev/null || true
  reason_is "$1" Succeeded
  say "$1 took $((SECONDS - began)) s"
  digest=$(field "$1" .status.result.digest)
  expected=$(one_machine "$1" "$2")
  if [ -z "$digest" ] || [ "$digest" != "$expected" ]; then die "result is '$digest', that of mc run '$expected'"; fi
  say "$1: same result as mc run, $digest"
}

# one_machine NAME FILE: the digest of the result of `mc run` in one pod
one_machine() {
  local job=$1-one-machine
  mc create configmap "$job" --from-file=compression.yaml="$2" >/dev/null
  apply <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $job}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: mc
        image: $images/model-compression-steps:$tag
        args: [run, -f, /etc/mc/compression.yaml, --workspace, /scratch/run, --output, json]
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        resources: {limits: {memory: 4Gi}}
        volumeMounts: [{name: scratch, mountPath: /scratch}, {name: file, mountPath: /etc/mc}]
      volumes: [{name: scratch, emptyDir: {sizeLimit: 2Gi}}, {name: file, configMap: {name: $job}}]
Y
  mc wait job "$job" --for=condition=Complete --timeout=3600s >/dev/null || die "mc run in a pod"
  mc logs "job/$job" | sed -n '/^{/,$p' | jq -r .result.digest
}

# An image that is not there: waits, says so, and gives up.
case_image() {
  compression absent-image '[{name: own, custom: {image: "localhost/absent:1"}}]' | apply
  waits absent-image ImagePullFailed 120
  ends absent-image ImagePullFailed 120
}

# Too little memory: more at every attempt, until it is enough.
case_memory() {
  compression little-memory '[{name: optimize, optimize: {}, resources: {limits: {memory: 40Mi}}}]' | apply
  ends little-memory Succeeded 600
  local kills
  kills=$(field little-memory '.status.steps[?(@.name=="optimize")].oomKills')
  if [ "${kills:-0}" -lt 1 ]; then die "little-memory was not killed for want of memory"; fi
  say "little-memory: killed $kills times before it had enough"
}

# Too little memory, and the administrator allows no more.
case_memory_limit() {
  install steps.maxMemory=45Mi
  compression no-memory '[{name: optimize, optimize: {}, resources: {limits: {memory: 40Mi}}}]' | apply
  ends no-memory StepOOM 600
  install
}

# A claim that is not there: waits, and goes on when it is.
case_claim() {
  compression late-claim '[{name: optimize, optimize: {}}]' | sed 's#pvc://models#pvc://late#' | apply
  waits late-claim Unschedulable 120
  claim late
  ends late-claim Succeeded 300
}

# A model that is not what the spec says it is.
case_digest() {
  compression other-model '[{name: optimize, optimize: {}}]' |
    sed "s#resnet8.onnx}#resnet8.onnx, digest: \"sha256:$(printf '%064d' 1)\"}#" | apply
  ends other-model BadInput 300
}

cases=(image claim digest memory memory_limit quick example)
if [ $# -gt 0 ]; then cases=("$@"); fi
prepare
for name in "${cases[@]}"; do
  say "case $name"
  "case_$name"
done
if [ -z "${MC_KEEP:-}" ]; then clean; fi
say "passed: ${cases[*]}"
