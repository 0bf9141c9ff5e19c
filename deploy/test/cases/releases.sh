# shellcheck shell=bash disable=SC2154,SC2086,SC2016 # its variables are set where it is sourced
# Releases of models behind a real gateway, under load throughout. Sourced by e2e.sh.
#
# The oracle of each: every request was answered with 200, whatever became of the candidate; the candidate's share never
# rose but from step to step; and the repository has one commit that tells of the outcome.

releases=()
if is_local_cluster; then
  releases=(release_promoted release_slow release_wrong release_failing release_unready release_taken_back
    release_deleted release_operator_killed release_by_pods release_namespace_deleted)
fi

readonly rate=20 # requests a second

# What releases need beside the cluster, and a candidate: the example's model in INT8. Made once.
prepare_releases() {
  [ -n "${gateway:-}" ] && return
  local cluster=$deploy/local-cluster/cluster.sh
  install steps.threads=1
  gateway=$("$cluster" gateway)
  prometheus=$("$cluster" prometheus)
  "$cluster" git >/dev/null # makes the credentials that are read below
  local image=${MC_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/model-compression/cluster}/images/oip-server.tar
  [ "$image" -nt "$deploy/test/oip-server/OipServer.java" ] || "$deploy/test/oip-server/image.sh" "$image"
  "$cluster" load "$image" >/dev/null
  baseline=sha256:$(sha256sum <"$examples/fashion-mnist/resnet8.onnx" | cut -d' ' -f1)
  compression int8 '[{name: quantize, quantize: {mode: Static}}]' |
    sed 's#^  datasets:#&\n    calibration: {uri: file:///opt/examples/fashion-mnist/train.npz, samples: 128}#' | apply
  ends int8 Succeeded 600
  candidate=$(field int8 .status.result.digest)
  candidate_uri=$(field int8 .status.result.uri)
  jq -nc '{inputs: [{name: "input", shape: [1, 1, 28, 28], datatype: "FP32", data: [range(784) | . / 784]}]}' >"$scratch/body.json"
  mc create secret generic git --from-literal=username=git --from-literal=password="$(cat "$cluster_home/git/password")" \
    --from-file=ca.crt="$cluster_home/git/ca.crt" >/dev/null
}

git_as_user() { GIT_SSL_CAINFO=$cluster_home/git/ca.crt git -c credential.helper='!f() { echo username=git; echo "password=$(cat '"$cluster_home"'/git/password)"; }; f' -c user.name=e2e -c user.email=e2e@localhost "$@"; }

# release NAME [SERVER [MORE-OF-THE-SPEC [MORE-METRICS]]]: on standard output
release() {
  cat <<Y
apiVersion: modelcompression.dev/v1alpha1
kind: ModelRelease
metadata: {name: $1}
spec:
  # what serves now
  baseline:
    model: {uri: file:///opt/examples/fashion-mnist/resnet8.onnx, digest: "$baseline"}
  candidate:
    model: {uri: "$candidate_uri", digest: "$candidate"}
  server: ${2:-$(ours)}
  traffic:
    gateway: {name: public, namespace: gateway}
    hostnames: [$1.example]
    weights: [10, 50, 100]
    stepDuration: 10s
  analysis:
    interval: 10s
    dataset: {uri: file:///opt/examples/fashion-mnist/test.npz}
    samples: 1000
    minSamples: 1000
    prometheus: {url: "$prometheus"}
    metrics:
    - {name: accuracy, maxDrop: 0.02}
    - {name: errorRate, max: 0.02}
    - {name: latencyP50, maxRatio: 3}
${4:-}
  scaleDownDelay: 5s
  progressDeadline: 20m
${3:-}
Y
}

# Two servers, a measurement and the operator are to fit a node of two cores.
pods() { echo 'podTemplate: {resources: {requests: {cpu: 100m}}}'; }

ours() { echo "{$(pods)}"; }

# A server of somebody else, with a fault when it has the candidate.
foreign() { # [FAULT:VALUE]
  echo "{image: localhost/oip-server:1, port: 8080, args: [\"8080\", /mnt/model${1:+, \"${candidate:7:8}=$1\"}], $(pods)}"
}

# begin_release NAME [SERVER [MORE [METRICS]]]: commits it to a repository of its own, applies it, and sends load from when it answers
begin_release() {
  prepare_releases
  repository "$1"
  release "$1" "${2:-}" "$(write_back "$1")
${3:-}" "${4:-}" >"$scratch/$1.yaml"
  published "$1"
  apply <"$scratch/$1.yaml"
  load "$1"
}

# repository NAME: a new one; its address is in repository_url
repository() {
  "$deploy/local-cluster/cluster.sh" git "$1" >/dev/null
  rm -rf "$cluster_home/git/repositories/$1.git"
  repository_url=$("$deploy/local-cluster/cluster.sh" git "$1")
}

# pull_request NAME: the outcome as a pull request on a real Gitea, in repository_url
pull_request() {
  "$deploy/local-cluster/cluster.sh" gitea >/dev/null
  ask_gitea "repos/git/$1" -X DELETE >/dev/null 2>&1 || true
  repository_url=$("$deploy/local-cluster/cluster.sh" gitea "$1")
  mc create secret generic gitea --from-file="$cluster_home/gitea/token" --from-file="$cluster_home/gitea/ca.crt" \
    --dry-run=client -o yaml | apply
}

ask_gitea() { # PATH [OPTION-OF-CURL...]
  local path=$1
  shift
  curl -fsS --cacert "$cluster_home/gitea/ca.crt" -H "Authorization: token $(cat "$cluster_home/gitea/token")" "$@" \
    "https://10.200.0.2:3001/api/v1/$path"
}

write_back() { echo "  writeBack: {repository: \"$repository_url\", path: releases/$1.yaml, secret: {name: git}}"; }

# published NAME: what is in its file is the repository's first commit
published() {
  git init -q -b main "$scratch/$1"
  mkdir "$scratch/$1/releases"
  cp "$scratch/$1.yaml" "$scratch/$1/releases"
  git_as_user -C "$scratch/$1" add -A
  git_as_user -C "$scratch/$1" commit -qm "Release $1"
  git_as_user -C "$scratch/$1" push -q "$repository_url" main
}

# load NAME: sends requests from when the release answers, and writes down what becomes of it
load() {
  local i
  : >"$scratch/$1.route"
  kubectl -n $space get mr "$1" --watch -o json 2>/dev/null | jq -c --unbuffered \
    '{at: now, phase: .status.phase, weight: .status.weight, desired: .status.desiredWeight, verdict: .status.verdict, measured: .status.analysis.lastTime}' >"$scratch/$1.status" &
  for ((i = 0; i < 600; i++)); do
    if answers "$1"; then break; fi
    sleep 0.5
  done
  answers "$1" || die "$1: no answer"
  watch_shares "$1"
  printf 'POST %s/v2/models/%s/infer\n@%s\n' "$(front "$1")" "$1" "$scratch/body.json" |
    env --default-signal=INT vegeta attack -rate=$rate -duration=0 -timeout=10s -header "Host: $(host "$1")" \
      -header "Content-Type: application/json" >"$scratch/$1.load" &
  sender=$!
  say "$1: answers; $rate requests a second from here on"
}

# front NAME: where clients send their requests
front() {
  if [ "$1" != by-pods ]; then
    echo "$gateway"
  else
    echo "http://$(kubectl -n $space get service "$1" -o jsonpath='{.spec.clusterIP}' 2>/dev/null)"
  fi
}

# watch_shares NAME: writes down what the requests are divided by, each time it changes. A Service that selects the pods of
# both sides gives each pod its part: half of them where each side has one.
watch_shares() {
  local kind=httproute shares='[.spec.rules[-1].backendRefs[] | {(.name): (.weight // 1)}] | add'
  if [ "$1" = by-pods ]; then
    kind=service
    shares='.spec.selector["modelcompression.dev/workload"] as $only
      | if $only then {($only): 100} else {"'$(workload_of_candidate "$1")'": 50} end'
  fi
  kubectl -n $space get $kind "$1" --watch -o json 2>/dev/null |
    jq -c --unbuffered "{at: now, weights: ($shares)}" >"$scratch/$1.route" &
}

# The example names its own.
host() { if [ "$1" = fashion-resnet ]; then echo fashion.example.com; else echo "$1.example"; fi; }

answers() { # NAME
  # A Service that is not known to the node yet swallows what is sent to it.
  [ "$(curl -s --max-time 2 -o "$scratch/answer" -w '%{http_code}' -H "Host: $(host "$1")" -H 'Content-Type: application/json' \
    --data "@$scratch/body.json" "$(front "$1")/v2/models/$1/infer")" = 200 ]
}

# phase NAME PHASE SECONDS
phase() {
  kubectl -n $space wait mr "$1" --for=jsonpath='{.status.phase}'="$2" --timeout="$3s" >/dev/null || release_died "$1" "not $2 after $3 s"
  say "$1: $2: $(mr_field "$1" .status.message)"
}

mr_field() { kubectl -n $space get mr "$1" -o jsonpath="{$2}"; }

release_died() { # NAME WHY
  kubectl -n $space get mr "$1" -o yaml | sed -n '/^status:/,$p' | head -150 || true
  kubectl -n $space get deployments,services,httproutes,pods,jobs -o wide || true
  kubectl -n $space get events --sort-by=.lastTimestamp | tail -25 || true
  die "$1: $2"
}

# undisturbed NAME: the load is ended; every request was answered with 200
undisturbed() {
  kill -INT $sender
  wait $sender || true
  vegeta report -type=json "$scratch/$1.load" >"$scratch/$1.json"
  jq -e '.requests > 0 and .status_codes == {"200": .requests}' "$scratch/$1.json" >/dev/null ||
    release_died "$1" "requests: $(jq -c '{requests, status_codes, errors}' "$scratch/$1.json")"
  say "$1: $(jq -r '"\(.requests) requests in \(.duration / 1e9 | floor) s, all answered with 200; p50 \(.latencies["50th"] / 1e6 | floor) ms, p99 \(.latencies["99th"] / 1e6 | floor) ms"' "$scratch/$1.json")"
}

# shares NAME EXPECTED: the candidate's weights one after the other, as the route had them
shares() { shares_of "$1" "$(mr_field "$1" .status.candidate.workload)" "$2"; }

shares_of() { # NAME WORKLOAD EXPECTED
  local seen
  seen=$(jq -rn --arg workload "$2" '
    reduce (inputs | .weights[$workload] // 0) as $w ([]; if .[-1] == $w then . else . + [$w] end) | join(" ")' "$scratch/$1.route")
  [[ "$seen" =~ ^($3)$ ]] || release_died "$1" "weights were '$seen', expected $3"
  say "$1: weights: $seen"
}

# committed NAME WORD: one commit after the first tells of the run, and the file has WORD
committed() {
  local commits i
  for ((i = 0; i < 240; i++)); do
    commits=$(git -C "$cluster_home/git/repositories/$1.git" log --format=%H main | wc -l)
    [ "$commits" -ge 2 ] && break
    sleep 0.5
  done
  git -C "$cluster_home/git/repositories/$1.git" log -p main -1 >"$scratch/$1.commit"
  [ "$commits" -eq 2 ] || release_died "$1" "the repository has $commits commits, expected 2"
  grep -q "^+.*$2" "$scratch/$1.commit" || release_died "$1" "no $2 in $(cat "$scratch/$1.commit")"
  say "$1: one commit: $(git -C "$cluster_home/git/repositories/$1.git" log -1 --format=%s main)"
}

# merged NAME: what is in the repository is applied, as Argo CD or Flux would
merged() {
  git -C "$cluster_home/git/repositories/$1.git" show "main:releases/$1.yaml" | apply
}

# rolled_back NAME REASON SECONDS [WEIGHTS]
rolled_back() {
  phase "$1" RolledBack "$3"
  local reason
  reason=$(mr_field "$1" .status.failure)
  [ "$reason" = "$2" ] || release_died "$1" "failure is $reason, expected $2"
  say "$1: $(mr_field "$1" .status.failureMessage)"
  [ "$(mr_field "$1" '.status.conditions[?(@.type=="Stalled")].status')" = True ] || release_died "$1" "not Stalled"
  [ "$(mr_field "$1" '.status.conditions[?(@.type=="BaselineAvailable")].status')" = True ] || release_died "$1" "no baseline"
  committed "$1" "${candidate:7}"
  undisturbed "$1"
  shares "$1" "${4:-0}"
  local restarts
  restarts=$(kubectl -n $space get pods -l "modelcompression.dev/workload=$(mr_field "$1" .status.baseline.workload)" \
    -o jsonpath='{.items[*].status.containerStatuses[*].restartCount}')
  [[ "$restarts" =~ ^[0\ ]+$ ]] || release_died "$1" "the baseline was restarted: $restarts"
  drop "$1"
}

drop() { # NAME
  kubectl -n $space delete mr "$1" --ignore-not-found --wait --timeout=120s >/dev/null || release_died "$1" "cannot be deleted"
  kubectl -n $space delete deployments,services,httproutes -l "modelcompression.dev/release=$1" >/dev/null
}

promoted() { # NAME SECONDS [WEIGHTS]
  phase "$1" AwaitingGit "$2"
  committed "$1" "${candidate:7}"
  local pods
  pods=$(pods_of "$1")
  merged "$1"
  phase "$1" Succeeded 300
  sleep 10
  undisturbed "$1"
  shares "$1" "${3:-0 10 50 100|10 50 100}"
  [ "$(kubectl -n $space get pods -l "modelcompression.dev/workload=$(workload_of_candidate "$1")" -o jsonpath='{.items[*].metadata.name}')" = "$pods" ] ||
    release_died "$1" "the promoted model was rolled out twice"
}

workload_of_candidate() { echo "$1-${candidate:7:8}"; }
pods_of() { kubectl -n $space get pods -l "modelcompression.dev/workload=$(workload_of_candidate "$1")" -o jsonpath='{.items[*].metadata.name}'; }

# Prometheus is asked too, about what clients get.
case_release_promoted() {
  begin_release promoted "" "" "    - name: notServed
      max: 0.01
      query: 1 - sum(rate(modelcompression_server_requests_total{workload=\"{{workload}}\",outcome=\"ok\"}[1m])) / sum(rate(modelcompression_server_requests_total{workload=\"{{workload}}\"}[1m]))"
  promoted promoted 900
  say "promoted: $(mr_field promoted '.status.analysis.metrics[?(@.name=="notServed")].message')"
  [ "$(mr_field promoted '.status.analysis.metrics[?(@.name=="notServed")].verdict')" = Pass ] || release_died promoted "Prometheus had no part in it"
  drop promoted
}

# The Git server is away meanwhile, which the rollback does not wait for.
case_release_slow() {
  local pid
  prepare_releases
  begin_release slow "$(foreign delay:60)"
  read -r pid _ <"$cluster_home/run/git-server.pid"
  kill "$pid"
  phase slow RolledBack 600
  kubectl -n $space wait mr slow --for=condition=GitOutOfDate --timeout=60s >/dev/null || release_died slow "Git is not out of date"
  kubectl -n $space wait mr slow --for=jsonpath='{.status.writeBack.message}' --timeout=120s >/dev/null || release_died slow "nothing is said of Git"
  say "slow: Git: $(mr_field slow .status.writeBack.message)"
  "$deploy/local-cluster/cluster.sh" git >/dev/null
  rolled_back slow AnalysisFailed 10
}

case_release_wrong() {
  prepare_releases
  begin_release wrong "$(foreign wrong:0.2)"
  rolled_back wrong AnalysisFailed 600
}

case_release_failing() {
  prepare_releases
  begin_release failing "$(foreign fail:0.05)"
  rolled_back failing AnalysisFailed 600
}

case_release_unready() {
  prepare_releases
  begin_release unready "$(foreign unready:1)" "  startDeadline: 45s"
  rolled_back unready CandidateNotReady 600
}

# It is good until it has half of the requests.
case_release_taken_back() {
  prepare_releases
  begin_release taken-back "$(foreign)"
  local i ip
  for ((i = 0; i < 1200; i++)); do
    [ "$(mr_field taken-back .status.weight)" = 50 ] && break
    sleep 0.5
  done
  ip=$(kubectl -n $space get pods -l "modelcompression.dev/workload=$(workload_of_candidate taken-back)" -o jsonpath='{.items[0].status.podIP}')
  curl -fs -X POST "http://$ip:8080/faults/delay/60" >/dev/null || die "taken-back: no fault"
  local bad
  bad=$(date +%s.%N)
  rolled_back taken-back AnalysisFailed 600 "0 10 50 0|10 50 0"
  jq -rn --argjson bad "$bad" --arg workload "$(workload_of_candidate taken-back)" '
    [inputs | select(.at > $bad and (.weights[$workload] // 0) == 0)][0].at - $bad | "e2e: from the fault to weight 0: \(. * 10 | floor / 10) s"' \
    "$scratch/taken-back.route"
}

# Deleted with half of the requests at the candidate: the baseline has them all again, and stays.
case_release_deleted() {
  begin_release deleted
  kubectl -n $space wait mr deleted --for=jsonpath='{.status.weight}'=50 --timeout=600s >/dev/null || release_died deleted "never at weight 50"
  local candidate_workload
  candidate_workload=$(workload_of_candidate deleted)
  kubectl -n $space delete mr deleted --wait --timeout=120s >/dev/null || release_died deleted "cannot be deleted"
  sleep 10
  undisturbed deleted
  shares_of deleted "$candidate_workload" "0 10 50 0|10 50 0"
  [ "$(kubectl -n $space get deployments -l modelcompression.dev/release=deleted -o name)" = "deployment.apps/deleted-${baseline:7:8}" ] ||
    die "deleted: other workloads than the baseline are left"
  drop deleted
}

# With a pull request on Gitea, which a person merges. Only when it is named: Gitea takes minutes to build.
case_release_pull_request() {
  prepare_releases
  pull_request reviewed
  release reviewed "" "  writeBack: {mode: PullRequest, server: Gitea, repository: \"$repository_url\", path: releases/reviewed.yaml, secret: {name: gitea}}" \
    >"$scratch/reviewed.yaml"
  GIT_ASKPASS=$scratch/gitea-token
  export GIT_ASKPASS
  printf '#!/bin/sh\ncat %s\n' "$cluster_home/gitea/token" >"$GIT_ASKPASS"
  chmod +x "$GIT_ASKPASS"
  git init -q -b main "$scratch/reviewed"
  mkdir "$scratch/reviewed/releases"
  cp "$scratch/reviewed.yaml" "$scratch/reviewed/releases"
  local git=(env GIT_SSL_CAINFO="$cluster_home/gitea/ca.crt" git -C "$scratch/reviewed" -c user.name=e2e -c user.email=e2e@localhost)
  "${git[@]}" add -A
  "${git[@]}" commit -qm "Release reviewed"
  "${git[@]}" push -q "${repository_url/https:\/\//https://git@}" main
  apply <"$scratch/reviewed.yaml"
  load reviewed
  phase reviewed AwaitingGit 900
  kubectl -n $space wait mr reviewed --for=jsonpath='{.status.writeBack.url}' --timeout=120s >/dev/null ||
    release_died reviewed "no pull request"
  kill_operator
  kubectl -n $system rollout status deployment mc --timeout=120s >/dev/null
  ask_gitea 'repos/git/reviewed/pulls?state=all' >"$scratch/pulls.json"
  jq -e 'length == 1 and .[0].state == "open" and .[0].base.ref == "main"' "$scratch/pulls.json" >/dev/null ||
    release_died reviewed "pull requests: $(jq -c '[.[] | {number, state, title}]' "$scratch/pulls.json")"
  say "reviewed: $(jq -r '.[0] | "pull request \(.number): \(.title)"' "$scratch/pulls.json"); $(mr_field reviewed .status.writeBack.url)"
  ask_gitea repos/git/reviewed/pulls/1/merge --json '{"Do": "merge"}' >/dev/null
  ask_gitea 'repos/git/reviewed/raw/releases/reviewed.yaml?ref=main' >"$scratch/merged.yaml"
  grep -q "baseline" "$scratch/merged.yaml" && grep -q "digest: \"\?$candidate" "$scratch/merged.yaml"
  apply <"$scratch/merged.yaml"
  phase reviewed Succeeded 300
  [ "$(mr_field reviewed .status.writeBack.state)" = Written ] || release_died reviewed "Git is not done with"
  undisturbed reviewed
  shares reviewed "0 10 50 100|10 50 100"
  ask_gitea 'repos/git/reviewed/pulls?state=all' | jq -e 'length == 1 and .[0].merged' >/dev/null || release_died reviewed "not one merged pull request"
  drop reviewed
}

# Without a gateway: one Service in front of the pods of both sides.
case_release_by_pods() {
  prepare_releases
  repository by-pods
  release by-pods "" "$(write_back by-pods)" | sed -e '/^    gateway:/d' -e '/^    hostnames:/d' \
    -e 's/^    weights: .*/    provider: ReplicaRatio\n    weights: [50, 100]/' >"$scratch/by-pods.yaml"
  published by-pods
  apply <"$scratch/by-pods.yaml"
  load by-pods
  promoted by-pods 900 "0 50 100|50 100"
  drop by-pods
}

# With all that is in it: nothing holds it up, whatever is deleted first.
case_release_namespace_deleted() {
  prepare_releases
  local gone=mc-e2e-gone
  kubectl create namespace $gone >/dev/null
  kubectl label namespace $gone pod-security.kubernetes.io/enforce=restricted >/dev/null
  # The candidate waits for a claim that is not there.
  release gone | kubectl -n $gone apply -f - >/dev/null
  compression gone '[{name: optimize, optimize: {}}]' | kubectl -n $gone apply -f - >/dev/null
  kubectl -n $gone wait mr gone --for=jsonpath='{.status.baseline.ready}'=true --timeout=120s >/dev/null ||
    die "gone: no baseline"
  kubectl -n $gone wait mc gone --for=jsonpath='{.status.phase}' --timeout=60s >/dev/null || die "gone: no compression"
  kubectl delete namespace $gone --timeout=120s >/dev/null ||
    die "gone: the namespace cannot be deleted: $(kubectl get namespace $gone -o jsonpath='{.status.conditions[*].message}')"
  say "gone: the namespace is gone"
}

# The example, from its compression to the merge of the promotion. Only when it is named: it trains for minutes.
case_release_example() {
  prepare_releases
  local name=fashion-resnet overlay=$scratch/overlay candidate
  repository $name
  mkdir "$overlay"
  cat >"$overlay/kustomization.yaml" <<Y
resources: [$(realpath --relative-to="$overlay" "$examples/fashion-mnist")]
patches:
- patch: |
    apiVersion: modelcompression.dev/v1alpha1
    kind: ModelCompression
    metadata: {name: $name}
    spec:
      release:
        server: {$(pods)}
        writeBack: {repository: "$repository_url", path: releases/$name.yaml, secret: {name: git}}
Y
  kubectl kustomize "$overlay" >"$scratch/$name.yaml"
  published $name
  apply <"$scratch/$name.yaml"
  ends $name Succeeded 3600
  candidate=$(field $name .status.result.digest)
  load $name
  promoted $name 1800
  [ "$(field $name '.status.conditions[?(@.type=="Released")].status')" = True ] || die "$name is not Released"
  [ "$(field $name .status.result.digest)" = "$candidate" ] || die "$name was compressed again"
  mc delete mc $name --wait --timeout=120s >/dev/null
  drop $name
}

# The operator is killed in every phase, once.
case_release_operator_killed() {
  begin_release killed
  local phase
  for phase in Shadowing Progressing Promoting AwaitingGit; do
    kubectl -n $space wait mr killed --for=jsonpath='{.status.phase}'=$phase --timeout=600s >/dev/null 2>&1 || say "killed: $phase was not seen"
    kill_operator
  done
  promoted killed 900
  drop killed
}
