# shellcheck shell=bash disable=SC2154,SC2086,SC2119 # its variables are set where it is sourced
# What users do, right and wrong. Sourced by e2e.sh.

# The example ends well, and with the very model that `mc run` makes on one machine.
case_example() { like_one_machine fashion-resnet "$examples/fashion-mnist/compression.yaml"; }

# All of its steps on little data, in a minute or two: the gates that ask for a good model are left out.
case_quick() {
  local file
  file=$scratch/quick.yaml
  sed -e '/^  gates:/,$d' -e 's/name: fashion-resnet/name: quick/' -e 's#models/fashion-resnet#models/quick#' \
    -e 's#train.npz}#train.npz, samples: 2000}#' -e 's#test.npz}#test.npz, samples: 1000}#' \
    -e 's/epochs: 4/epochs: 1/' -e 's/latencyRuns: 2000/latencyRuns: 100/' \
    "$examples/fashion-mnist/compression.yaml" >"$file"
  like_one_machine quick "$file"
}

like_one_machine() { # NAME FILE
  local began=$SECONDS digest expected
  mc apply -f "$2" >/dev/null
  kubectl -n $space get mc "$1" --watch --no-headers &
  local watch=$!
  # Not Reconciling any more: it has ended, well or not.
  ends "$1" Succeeded 3600
  kill $watch
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

# An operator without releases, and without the rights for them: it compresses, and says so where one is asked for.
case_no_releases() {
  install releases.enabled=false
  compression no-releases '[{name: optimize, optimize: {}}]' '  release:
    traffic: {gateway: {name: public}}
    analysis: {metrics: [{name: errorRate, max: 0.01}]}' | apply
  ends no-releases Succeeded 300
  local reason
  reason=$(field no-releases '.status.conditions[?(@.type=="Released")].reason')
  if [ "$reason" != ReleasesDisabled ]; then die "no-releases: Released is $reason"; fi
  if kubectl -n $system logs deployment/mc --tail=-1 | grep -i forbidden; then die "no-releases: it wants rights"; fi
  mc delete mc no-releases >/dev/null
  install
}
