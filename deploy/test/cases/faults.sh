# shellcheck shell=bash disable=SC2154,SC2086,SC2119,SC2016 # its variables are set where it is sourced
# What goes wrong while a run is at work. Sourced by e2e.sh.
#
# The oracle of each: the result is, to the bit, that of the run that nothing disturbed; no attempt of a step ever had
# two pods at work; and what has ended is not written again.

faults=(calm operator_killed pod_deleted pod_evicted result_lost suspended restarted deleted quota cache_altered
  input_altered store_unreachable)
if is_local_cluster; then faults+=(s3 server_away workspace_full image_late); fi

fault_steps() {
  cat <<Y
  - {name: prune, prune: {structure: Channel, importance: Taylor, ratio: 0.5}}
  - {name: fine-tune, fineTune: {epochs: 1, learningRate: 0.05}}
  - {name: quantize, quantize: {mode: Static}}
Y
}

fault_compression() { # NAME [MORE-OF-THE-SPEC]
  compression "$1" "
$(fault_steps)" "${2:-}" | sed 's#^  datasets:#&\
    training: {uri: file:///opt/examples/fashion-mnist/train.npz, samples: 2000}\
    calibration: {from: training, samples: 128}#'
}

# at NAME STEP: its pod is at work
at() { seen "$1" "$2" '^Running$' || die "$1: no pod at work on $2"; }

# begun NAME STEP: its pod is there. One that reads inputs can be at its end before anybody has seen it at work.
begun() { seen "$1" "$2" . || die "$1: no pod for $2"; }

seen() { # NAME STEP PHASES: within two minutes, what its pods are in matches
  local i
  for ((i = 0; i < 600; i++)); do
    mc get pod -l "modelcompression.dev/name=$1,modelcompression.dev/step=$2" -o jsonpath='{.items[*].status.phase}' |
      grep -q "$3" && return
    sleep 0.2
  done
  return 1
}

pod_of() { mc get pod -l "modelcompression.dev/name=$1,modelcompression.dev/step=$2" -o jsonpath='{.items[0].metadata.name}'; }

watch_pods() { # NAME
  kubectl -n $space get pods -l "modelcompression.dev/name=$1" --watch --output-watch-events -o json >"$scratch/$1.pods" 2>/dev/null &
  pod_watch=$!
}

# one_at_a_time NAME: from what was watched: at no time had an attempt two pods that were at work
one_at_a_time() {
  kill $pod_watch 2>/dev/null || true
  wait $pod_watch 2>/dev/null || true
  local twice
  twice=$(jq -rn '
    reduce inputs as $event ({alive: {}, twice: []};
      ($event.object | {job: .metadata.labels["batch.kubernetes.io/job-name"], name: .metadata.name}) as $pod
      | (if $event.type == "DELETED" or ($event.object.status.phase | . == "Succeeded" or . == "Failed")
         then del(.alive[$pod.job][$pod.name])
         else .alive[$pod.job][$pod.name] = true end)
      | if (.alive[$pod.job] | length) > 1 then .twice += [$pod.job] else . end)
    | .twice | unique[]' "$scratch/$1.pods")
  if [ ! -s "$scratch/$1.pods" ]; then die "$1: no pod was seen"; fi
  if [ -n "$twice" ]; then die "$1: two pods at work of $twice"; fi
}

# as_calm NAME: it ends well, with the result of the run that nothing disturbed, and then nothing is written any more
as_calm() {
  ends "$1" Succeeded 600
  one_at_a_time "$1"
  local expected digest
  expected=$(field calm .status.result.digest)
  digest=$(field "$1" .status.result.digest)
  if [ -z "$expected" ] || [ "$digest" != "$expected" ]; then die "$1: result is '$digest', undisturbed it is '$expected'"; fi
  versions[$1]=$(field "$1" .metadata.resourceVersion)
}

declare -A versions

# Called when all is done: what ended long ago is as it was.
nothing_written() {
  local name
  for name in "${!versions[@]}"; do
    if [ "$(field "$name" .metadata.resourceVersion)" != "${versions[$name]}" ]; then die "$name was written after its end"; fi
  done
}

begin() { # NAME [MORE-OF-THE-SPEC]
  watch_pods "$1"
  fault_compression "$1" "${2:-}" | apply
}

kill_operator() { kubectl -n $system delete pod -l app.kubernetes.io/instance=mc --grace-period=0 --force >/dev/null 2>&1; }

scale_operator() { # REPLICAS
  kubectl -n $system scale deployment mc --replicas="$1" >/dev/null
  kubectl -n $system rollout status deployment mc --timeout=120s >/dev/null
  if [ "$1" = 0 ]; then kubectl -n $system wait pod -l app.kubernetes.io/instance=mc --for=delete --timeout=60s >/dev/null; fi
}

case_calm() {
  begin calm
  ends calm Succeeded 600
  one_at_a_time calm
  versions[calm]=$(field calm .metadata.resourceVersion)
}

case_operator_killed() {
  begin operator-killed
  local step
  for step in inputs prune fine-tune quantize; do
    begun operator-killed $step
    kill_operator
  done
  as_calm operator-killed
}

case_pod_deleted() {
  begin pod-deleted
  at pod-deleted fine-tune
  mc delete pod "$(pod_of pod-deleted fine-tune)" --wait=false >/dev/null
  as_calm pod-deleted
}

# What a drain does.
case_pod_evicted() {
  begin pod-evicted
  at pod-evicted fine-tune
  local pod
  pod=$(pod_of pod-evicted fine-tune)
  kubectl create --raw "/api/v1/namespaces/$space/pods/$pod/eviction" -f - >/dev/null <<Y
{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "$pod", "namespace": "$space"}}
Y
  as_calm pod-evicted
  local counts
  counts=$(field pod-evicted '.status.steps[?(@.name=="fine-tune")].attempt} {.status.steps[?(@.name=="fine-tune")].disruptions')
  if [ "$counts" != "1 1" ]; then die "pod-evicted: attempt and disruptions are '$counts', expected '1 1'"; fi
}

# Its Job is deleted, with the pod that had the result, before any operator has read it.
case_result_lost() {
  begin result-lost
  at result-lost prune
  scale_operator 0
  local job
  job=$(mc get job -l modelcompression.dev/name=result-lost,modelcompression.dev/step=prune -o jsonpath='{.items[0].metadata.name}')
  mc wait job "$job" --for=condition=Complete --timeout=120s >/dev/null || die "result-lost: prune does not end"
  mc delete job "$job" >/dev/null
  scale_operator 1
  as_calm result-lost
}

case_suspended() {
  begin suspended
  at suspended fine-tune
  mc patch mc suspended --type=merge -p '{"spec": {"suspend": true}}' >/dev/null
  mc wait mc suspended --for=jsonpath='{.status.phase}'=Suspended --timeout=60s >/dev/null || die "not suspended"
  mc wait pod -l modelcompression.dev/name=suspended,modelcompression.dev/step=fine-tune --for=delete --timeout=60s >/dev/null ||
    die "suspended, and its pod is at work"
  mc patch mc suspended --type=merge -p '{"spec": {"suspend": false}}' >/dev/null
  as_calm suspended
}

# The spec is edited in the middle of a run.
case_restarted() {
  begin restarted
  at restarted fine-tune
  mc patch mc restarted --type=merge -p '{"spec": {"restartNonce": "again"}}' >/dev/null
  as_calm restarted
}

# Deleted in the middle: pods go too, and the next of that name finds what was finished.
case_deleted() {
  begin deleted
  at deleted fine-tune
  mc delete mc deleted >/dev/null
  mc wait pod,job -l modelcompression.dev/name=deleted --for=delete --timeout=90s >/dev/null || die "deleted, and pods are left"
  fault_compression deleted | apply
  as_calm deleted
}

case_quota() {
  mc create quota none --hard=pods=0 >/dev/null
  begin quota
  waits quota QuotaExceeded 120
  mc delete quota none >/dev/null
  as_calm quota
  if [ "$(field quota '.status.steps[*].attempt')" != "1 1 1 1" ]; then die "waiting for quota used up an attempt"; fi
}

# in_workspace COMMAND: in a pod that has the claim
in_workspace() {
  kubectl -n $space delete pod hand --ignore-not-found >/dev/null
  apply <<Y
apiVersion: v1
kind: Pod
metadata: {name: hand}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: hand
    image: $images/model-compression-steps:$tag
    command: [sh, -euc, $(jq -n --arg command "$1" '$command')]
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: models, mountPath: /models}]
  volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]
Y
  mc wait pod hand --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s >/dev/null || die "in the workspace: $1"
}

# What was published is altered: the next of that name, which has the same keys, finds it and makes it again.
case_cache_altered() {
  begin cache-altered
  as_calm cache-altered
  in_workspace 'for f in /models/cache-altered/steps/*/model.onnx; do chmod u+w "$f"; printf x >>"$f"; done'
  mc delete mc cache-altered >/dev/null
  begin cache-altered
  as_calm cache-altered
  local digest path
  digest=$(field cache-altered .status.result.digest)
  path=$(field cache-altered .status.result.uri)
  in_workspace "echo '${digest#sha256:}  ${path#pvc:/}' | sha256sum -c"
}

# What a step made is altered before the next step reads it: that one must not use it.
case_input_altered() {
  begin input-altered
  at input-altered prune
  scale_operator 0
  mc wait job -l modelcompression.dev/name=input-altered,modelcompression.dev/step=prune --for=condition=Complete --timeout=120s >/dev/null
  in_workspace 'for f in /models/input-altered/steps/*/model.onnx; do chmod u+w "$f"; printf x >>"$f"; done'
  scale_operator 1
  ends input-altered BadInput 300
  one_at_a_time input-altered
}

# A store that does not answer: tried again, and then given up.
case_store_unreachable() {
  compression unreachable '[{name: optimize, optimize: {}, retries: 1}]' '  podTemplate:
    env:
    - {name: AWS_ENDPOINT_URL_S3, value: "http://127.0.0.1:9"}
    - {name: AWS_REGION, value: us-east-1}
    - {name: AWS_ACCESS_KEY_ID, value: none}
    - {name: AWS_SECRET_ACCESS_KEY, value: none}' | sed 's#pvc://models/#s3://models/#' | apply
  ends unreachable RetriesExhausted 300
}

# The API server is killed and stays away for a minute, while the pod works on.
case_server_away() {
  begin server-away
  at server-away prune
  kill -KILL "$(cut -d' ' -f1 "$cluster_home/run/kube-apiserver.pid")"
  sleep 60 # the fault itself
  "$deploy/local-cluster/cluster.sh" up >/dev/null
  # The watch of the pods ended with the server: from here on another one looks.
  wait $pod_watch 2>/dev/null || true
  watch_pods server-away
  as_calm server-away
}

# A workspace with room for nothing: the step says so, and goes on when there is room.
case_workspace_full() {
  local folder=$cluster_home/volumes/full
  mkdir -p "$folder"
  mountpoint -q "$folder" || mount -t tmpfs -o size=64k tmpfs "$folder"
  kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: PersistentVolume
metadata: {name: full}
spec:
  storageClassName: full
  persistentVolumeReclaimPolicy: Delete
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  local: {path: $folder}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: Exists}]}]}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: full, namespace: $space}
spec: {storageClassName: full, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
Y
  compression full '[{name: optimize, optimize: {}, retries: 1}]' | sed 's#pvc://models/#pvc://full/#' | apply
  ends full RetriesExhausted 300
  mount -o remount,size=64m "$folder"
  mc patch mc full --type=merge -p '{"spec": {"restartNonce": "again"}}' >/dev/null
  ends full Succeeded 300
  mc delete mc full >/dev/null
  mc delete pvc full >/dev/null
  kubectl delete pv full >/dev/null
  umount "$folder"
}

# An image that cannot be pulled, and then can.
case_image_late() {
  install jobs.pendingTimeout=10m
  local late=localhost/model-compression-steps-late:$tag
  ctr() { command ctr --address /run/mc-cluster/containerd.sock --namespace k8s.io "$@"; }
  ctr images remove "$late" >/dev/null 2>&1 || true
  compression late-image "[{name: own, custom: {image: \"$late\"}}]" | apply
  waits late-image ImagePullFailed 120
  ctr images tag "$images/model-compression-steps:$tag" "$late" >/dev/null
  # What is in this image knows no custom step: that it says so shows that it was started.
  ends late-image Unsupported 600
  ctr images remove "$late" >/dev/null
  install
}
