#!/usr/bin/env bash
# Checks what Helm and kustomize render: values against their schema, every object against the API server of
# $KUBECONFIG (a dry run: nothing is installed), and that both bundles give the same access rights.
# alerts.yaml says when alerts must fire, and the queries of the dashboards must be PromQL.
# Needs helm, kubectl, jq and promtool (Debian's package prometheus).
set -euo pipefail

deploy=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
chart=$deploy/helm/model-compression-operator
work=$(mktemp -d)
trap 'rm -rf "$work"; kubectl delete namespace mc-bundles mc-bundles-2 --ignore-not-found --wait=false >/dev/null' EXIT
failed=0

say() { echo "bundles: $*"; }

for program in helm kubectl jq promtool; do
  command -v $program >/dev/null || { say "there is no $program" && exit 1; }
done

fail() { say "FAILED: $*"; failed=1; }

render() { helm template mc "$chart" --namespace mc-bundles "$@"; }

# accepts NAME FILE [KUBECTL-ARGUMENT...]: the API server takes every object of FILE, in namespaces that enforce the level
# `restricted`, and warns of none (as it does of a Deployment whose pods it would refuse)
accepts() {
  local answer
  if ! answer=$(kubectl apply --dry-run=server --validate=strict -f "$2" "${@:3}" 2>&1); then
    fail "$1: $(grep -v 'server dry run' <<<"$answer")"
  elif grep -i warning <<<"$answer"; then
    fail "$1: the API server warns"
  else
    say "$1: $(wc -l <<<"$answer") objects accepted"
  fi
}

objects() { # FILE: its objects, as one array
  kubectl create --dry-run=client --validate=false -o json -f "$1" | jq -s '[(.[] | .items? // [.])[]?]'
}

# rights FILE: kind, name and rules of every role, in a form that can be compared
rights() {
  objects "$1" | jq -S '
    [.[] | select(.kind | test("Role$")) | {kind, name: .metadata.name, rules: (.rules | sort)}] | sort_by(.kind, .name)'
}

settings() { # FILE: the operator's own that the Deployment sets, as NAME=VALUE
  objects "$1" | jq -r '
    .[] | select(.kind == "Deployment") | .spec.template.spec.containers[0].env[] | select(.name | startswith("MC_"))
    | "\(.name)=\(.value)"' | sort
}

setting() { settings "$1" | sed -n "s/^$2=//p"; } # FILE VARIABLE

own() { # FILE: the resources that the operator's roles name; those of admin, edit and view are of users
  rights "$1" | jq -r '[.[] | select(.name | test("-(admin|edit|view)$") | not).rules[].resources[]] | unique | join(" ")'
}

leases() { # FILE: those that the operator may hold
  objects "$1" | jq -r '.[] | select(.kind == "Role").rules[] | select(.resources == ["leases"]).resourceNames[]?'
}

kinds() { # FILE: those that it has, each once
  objects "$1" | jq -r '[.[].kind] | unique | join(" ")'
}

# names NAME FILE WORD...: each word is in FILE
names() {
  local word
  for word in "${@:3}"; do grep -qF -e "$word" "$2" || fail "$1: no '$word'"; done
}

same() { # WHAT FILE FILE
  if diff <(rights "$2") <(rights "$3") >"$work/diff"; then say "$1: same rights"; else fail "$1: $(cat "$work/diff")"; fi
}

refuses() { # WORD ARGUMENT...: rendering with these values fails, and the message has WORD
  local word=$1 answer
  shift
  if answer=$(render "$@" 2>&1); then
    fail "$* was taken"
  elif ! grep -q "$word" <<<"$answer"; then
    fail "$*: no '$word' in: $answer"
  else
    say "$* refused"
  fi
}

kubectl delete namespace mc-bundles mc-bundles-2 --ignore-not-found >/dev/null
for namespace in mc-bundles mc-bundles-2; do
  kubectl create namespace $namespace >/dev/null
  kubectl label namespace $namespace pod-security.kubernetes.io/enforce=restricted >/dev/null
done

helm lint --strict --quiet "$chart" || fail "helm lint"

render >"$work/cluster.yaml"
accepts "chart, cluster-wide" "$work/cluster.yaml"
render --set 'watchNamespaces={mc-bundles}' >"$work/namespaced.yaml"
accepts "chart, one namespace" "$work/namespaced.yaml"
cat >"$work/all-values.yaml" <<Y
watchNamespaces: [mc-bundles, mc-bundles-2]
commonLabels: {cost-center: label-of-all}
image: {digest: "sha256:$(printf '%064d' 0)"}
imagePullSecrets: [{name: secret-of-the-operator}]
steps: {imagePullSecrets: [secret-of-steps, another-of-steps], runAsUser: 1000650000}
server: {image: {pullPolicy: Always}}
replicas: 2
revisionHistoryLimit: 3
strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
crds: {keep: false, annotations: {example.com/note: note-of-crds}}
logging: {format: text, level: DEBUG}
tracing: {endpoint: "http://collector.observability:4318"}
podAnnotations: {example.com/note: note-of-pods}
podLabels: {team: models, cost-center: label-of-pods}
priorityClassName: system-cluster-critical
nodeSelector: {zone: zone-of-the-operator}
tolerations: [{key: dedicated, operator: Equal, value: taint-of-nodes, effect: NoSchedule}]
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
    - {topologyKey: key-of-affinity, labelSelector: {matchLabels: {app.kubernetes.io/instance: mc}}}
topologySpreadConstraints:
- maxSkew: 1
  topologyKey: key-of-spread
  whenUnsatisfiable: ScheduleAnyway
  labelSelector: {matchLabels: {app.kubernetes.io/instance: mc}}
extraEnv: [{name: A, value: b}]
extraVolumes: [{name: ca, configMap: {name: map-of-the-operator}}]
extraVolumeMounts: [{name: ca, mountPath: /etc/mount-of-the-operator, readOnly: true}]
startupProbe: {failureThreshold: 61}
livenessProbe: {periodSeconds: 11, timeoutSeconds: 6}
readinessProbe: {failureThreshold: 4}
podDisruptionBudget: {enabled: true, minAvailable: 50%}
networkPolicy: {enabled: true, extraEgress: [{ports: [{port: 4317}]}]}
metrics: {dashboards: {enabled: true, labels: {cost-center: label-of-dashboards}, annotations: {grafana_folder: folder}}}
Y
render --values "$work/all-values.yaml" >"$work/all.yaml"
accepts "chart, everything on" "$work/all.yaml"
# What the API server would take as well if a template had left it out.
names "chart, everything on" "$work/all.yaml" label-of-all secret-of-the-operator '"secret-of-steps,another-of-steps"' \
  '"1000650000"' '{name: MC_SERVER_IMAGE_PULL_POLICY, value: "Always"}' 'revisionHistoryLimit: 3' 'maxSurge: 0' note-of-crds \
  '"DEBUG"' collector.observability 'port: 4318' note-of-pods label-of-pods system-cluster-critical zone-of-the-operator \
  'kubernetes.io/arch: amd64' taint-of-nodes key-of-affinity key-of-spread map-of-the-operator mount-of-the-operator \
  'failureThreshold: 61' 'periodSeconds: 11' 'timeoutSeconds: 6' 'failureThreshold: 4' 'minAvailable: 50%' 'port: 4317' \
  label-of-dashboards grafana_folder
render --set leaderElection.enabled=false,rbac.create=false,rbac.gatewayApi=false,serviceAccount.create=false \
  --set crds.install=false >"$work/bare.yaml"
accepts "chart, what can be left out" "$work/bare.yaml"
names "chart, what can be left out" "$work/bare.yaml" 'type: Recreate' 'serviceAccountName: default'
if [ "$(kinds "$work/bare.yaml")" != "Deployment Service" ]; then fail "chart, what can be left out: $(kinds "$work/bare.yaml")"; fi
render --set rbac.gatewayApi=false >"$work/no-gateway.yaml"
accepts "chart, without the Gateway API" "$work/no-gateway.yaml"
if grep -q gateway.networking "$work/no-gateway.yaml"; then fail "chart, without the Gateway API: has rights to it"; fi
# Platforms that choose the user refuse every other one.
render --set steps.runAsUser=null,podSecurityContext.runAsUser=null,podSecurityContext.runAsGroup=null >"$work/any-user.yaml"
accepts "chart, any user" "$work/any-user.yaml"
if [ "$(setting "$work/any-user.yaml" MC_RUN_AS_USER)" != "" ] || grep -q 65532 "$work/any-user.yaml"; then
  fail "chart, any user: has one"
fi
if kubectl get crd servicemonitors.monitoring.coreos.com prometheusrules.monitoring.coreos.com >/dev/null 2>&1; then
  render --set metrics.serviceMonitor.enabled=true --set metrics.prometheusRule.enabled=true \
    --set metrics.serviceMonitor.namespace=mc-bundles-2,metrics.serviceMonitor.scrapeTimeout=20s \
    --set metrics.prometheusRule.runbookUrl=https://example.com/metrics.md \
    --show-only templates/servicemonitor.yaml --show-only templates/prometheusrule.yaml >"$work/metrics.yaml"
  accepts "chart, metrics" "$work/metrics.yaml"
  names "chart, metrics" "$work/metrics.yaml" 'namespace: mc-bundles-2' 'matchNames: [mc-bundles]' 'scrapeTimeout: 20s' \
    'runbook_url: https://example.com/metrics.md#modelreleasestuck'
else
  say "chart, metrics: left out, the cluster has no CRDs of the Prometheus operator"
fi

render --set fullnameOverride=mc --set metrics.prometheusRule.enabled=true --show-only templates/prometheusrule.yaml |
  sed -n '/^  groups:/,$s/^  //p' >"$work/rules.yaml"
cp "$deploy/test/alerts.yaml" "$work"
if promtool test rules "$work/alerts.yaml" >"$work/alerts.log" 2>&1; then say "alerts fire"; else fail "$(cat "$work/alerts.log")"; fi
render --set metrics.dashboards.enabled=true --show-only templates/dashboards.yaml |
  kubectl create --dry-run=client --validate=false -o json -f - |
  jq -s '{groups: [{name: "dashboards", rules: [.[].data[] | fromjson | .panels[].targets[].expr | {record: "a", expr: .}]}]}' \
    >"$work/queries.yaml"
if promtool check rules --lint=none "$work/queries.yaml" >"$work/queries.log" 2>&1; then
  say "dashboards ask in PromQL: $(grep -o '[0-9]* rules' "$work/queries.log")"
else
  fail "$(cat "$work/queries.log")"
fi
# Another installation has the same metrics.
jq -r '.groups[].rules[].expr | select(test("namespace=~?\"[$](operator|namespace)\"") | not)' "$work/queries.yaml" >"$work/wide.log"
if [ -s "$work/wide.log" ]; then fail "dashboards ask all installations: $(cat "$work/wide.log")"; fi

refuses leaderElection --set replicas=2 --set leaderElection.enabled=false
refuses leaderElection --set strategy.type=RollingUpdate --set leaderElection.enabled=false
refuses level --set logging.level=TRACE
refuses runAsUser --set steps.runAsUser=0
refuses imagePullSecrets --set 'steps.imagePullSecrets[0].name=a'
refuses name --set 'extraEnv[0].value=b'
refuses maxUnavailable --set podDisruptionBudget.maxUnavailable=some
refuses nodeSelector --set nodeSelector.a=1
refuses app.kubernetes.io/name --set 'commonLabels.app\.kubernetes\.io/name=other'
refuses replicas --set replicas=-1
refuses imagee --set imagee.tag=1
refuses digest --set image.digest=latest
refuses memory --set steps.memory=lots
refuses maxMemory --set steps.maxMemory=0Gi
refuses scratch --set steps.scratch=1000m
refuses ttl --set jobs.ttl=0s
refuses noPodGrace --set jobs.noPodGrace=0s
refuses pendingTimeout --set jobs.pendingTimeout=8761h
refuses retryBackoff --set jobs.retryBackoff=6m
refuses watchNamespaces --set 'watchNamespaces={a,a}'
refuses fullnameOverride --set fullnameOverride=Not_a_name
refuses app.kubernetes.io/name --set 'podLabels.app\.kubernetes\.io/name=other'

# A Service's name has at most 63 characters, a release's 53 and dots.
long=release.$(printf '%045d' 1)
helm template "$long" "$chart" --namespace mc-bundles >"$work/long.yaml"
accepts "chart, a long release name" "$work/long.yaml"

for overlay in crds roles-of-users cluster-wide namespaced; do
  kubectl kustomize "$deploy/kustomize/$overlay" >"$work/kustomize-$overlay.yaml"
done
accepts "kustomize, crds" "$work/kustomize-crds.yaml"
# The overlay's own namespace does not exist in a dry run.
sed 's/namespace: model-compression$/namespace: mc-bundles/' "$work/kustomize-cluster-wide.yaml" >"$work/k.yaml"
accepts "kustomize, cluster-wide" "$work/k.yaml"
# With the definitions, whoever deletes the operator would delete what users have.
if grep -q CustomResourceDefinition "$work"/kustomize-{cluster-wide,namespaced}.yaml; then fail "kustomize: definitions in an overlay"; fi

# An administrator of one namespace, who has the cluster's role admin there and what roles-of-users adds to it: named one
# by one, as without a controller manager nothing is added.
objects "$work/kustomize-roles-of-users.yaml" | jq '.[0] * {
  kind: "Role", metadata: {name: "users", namespace: "mc-bundles"}, rules: [.[].rules[]]}' | kubectl create -f - >/dev/null
for role in clusterrole=system:aggregate-to-{admin,edit,view} role=users; do
  kubectl create rolebinding "${role##*[:=]}" --namespace mc-bundles "--$role" --user mc-bundles-admin >/dev/null
done
# accepts_from_admin NAME FILE: the same, by that administrator
accepts_from_admin() {
  # A binding is refused, also in a dry run, while its role is not there.
  objects "$2" | jq '.[] | select(.kind == "Role")' | kubectl apply --as=mc-bundles-admin -f - >/dev/null || fail "$1: the roles"
  accepts "$1" "$2" --as=mc-bundles-admin
}
sed 's/namespace: default$/namespace: mc-bundles/' "$work/kustomize-namespaced.yaml" >"$work/k.yaml"
accepts_from_admin "kustomize, namespaced, by an administrator of the namespace" "$work/k.yaml"
render --set 'watchNamespaces={mc-bundles}' --set crds.install=false,rbac.aggregateClusterRoles=false >"$work/without-cluster.yaml"
accepts_from_admin "chart, by an administrator of the namespace" "$work/without-cluster.yaml"

# Without releases, nothing is left of what only they need; both definitions stay.
compressions="events jobs leases modelcompressions modelcompressions/finalizers modelcompressions/status pods"
for namespaces in '[]' '["mc-bundles"]'; do
  render --set releases.enabled=false --set-json "watchNamespaces=$namespaces" >"$work/compressions.yaml"
  accepts "chart, without releases" "$work/compressions.yaml"
  found=$(own "$work/compressions.yaml")
  if [ "$found" != "$compressions" ]; then fail "chart, without releases: rights to $found, not $compressions"; fi
  found="$(setting "$work/compressions.yaml" MC_RELEASES_ENABLED) $(setting "$work/cluster.yaml" MC_RELEASES_ENABLED)"
  if [ "$found" != "false true" ]; then fail "chart, without releases and with them: MC_RELEASES_ENABLED $found"; fi
  if ! grep -q 'name: modelreleases.modelcompression.dev' "$work/compressions.yaml"; then fail "chart, without releases: no definition"; fi
done

# Two installations in one namespace would wait for each other's lease if it had one name.
helm template other "$chart" --namespace mc-bundles --set crds.install=false >"$work/other.yaml"
for bundle in cluster other kustomize-cluster-wide kustomize-namespaced; do
  expected=model-compression-operator
  case $bundle in cluster) expected=mc-$expected ;; other) expected=other-$expected ;; esac
  found="$(setting "$work/$bundle.yaml" MC_LEADER_ELECTION_LEASE) $(leases "$work/$bundle.yaml")"
  if [ "$found" = "$expected $expected" ]; then say "$bundle: lease $expected"; else fail "$bundle: leases $found, not $expected"; fi
done

render --set fullnameOverride=model-compression-operator >"$work/cluster.yaml"
same "cluster-wide" "$work/cluster.yaml" "$work/kustomize-cluster-wide.yaml"
comm -13 <(settings "$work/cluster.yaml") <(settings "$work/kustomize-cluster-wide.yaml") >"$work/diff"
if [ -s "$work/diff" ]; then fail "kustomize, other settings: $(cat "$work/diff")"; else say "kustomize: settings of the chart"; fi
render --set fullnameOverride=model-compression-operator --set 'watchNamespaces={default}' \
  --set rbac.aggregateClusterRoles=false >"$work/namespaced.yaml"
same "namespaced" "$work/namespaced.yaml" "$work/kustomize-namespaced.yaml"

exit $failed
