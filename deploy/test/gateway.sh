#!/usr/bin/env bash
# What the gateway of the local cluster makes of routes such as the operator's, under load: shares, the header that picks
# a side, changes of weight and of pods without a failed request, and what it cannot do. Needs no cluster:
#
#   deploy/test/api-server.sh deploy/test/gateway.sh
#
# Needs the programs that `deploy/local-cluster/cluster.sh install-tools gateway` builds, a JDK, Maven, curl and jq.
set -euo pipefail

deploy=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
model=$deploy/../examples/fashion-mnist/resnet8.onnx
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; wait; rm -rf "$work"' EXIT

say() { echo "gateway: $(date -u +%T) $*"; }
die() { say "FAILED: $*"; tail -3 "$work"/*.log; exit 1; }

address=$(hostname -I | cut -d' ' -f1) # endpoints may not be at 127.0.0.1
web=18080 api=18081

# A number of tries, 4 a second, until a command succeeds.
await() { # TRIES WHAT COMMAND...
  local tries=$1 what=$2 i
  shift 2
  for ((i = 0; i < tries; i++)); do "$@" >/dev/null 2>&1 && return; sleep 0.25; done
  die "$what did not come"
}

start_gateway() {
  local server
  server=$(kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}')
  kubectl config view --raw -o jsonpath='{.users[0].user.token}' >"$work/token"
  kubectl apply --server-side -f "$(dirname "$(command -v traefik)")/gateway-api.yaml" >/dev/null
  kubectl wait --for=condition=Established crd --all --timeout=60s >/dev/null
  sed "s/port: 80,/port: $web,/" "$deploy/local-cluster/gateway.yaml" | kubectl apply -f - >/dev/null
  traefik --global.sendAnonymousUsage=false --global.checkNewVersion=false --ping --metrics.prometheus \
    --entrypoints.web.address=":$web" --entrypoints.traefik.address=":$api" --providers.kubernetesgateway \
    --providers.kubernetesgateway.endpoint="${server/127.0.0.1/localhost}" \
    --providers.kubernetesgateway.certauthfilepath="$(dirname "$KUBECONFIG")/certs/apiserver.crt" \
    --providers.kubernetesgateway.token="$work/token" --accesslog --accesslog.filters.statuscodes=400-599 >"$work/traefik.log" 2>&1 &
  await 240 Traefik curl -fs "http://localhost:$api/ping"
  kubectl wait -n gateway gateway/public --for=condition=Programmed --timeout=60s >/dev/null
}

declare -A servers
serve() { # NAME PORT: a model server, with its own Service
  ORT_DISABLE_TELEMETRY=1 java -XX:+UseSerialGC -cp "$classpath" OipServer "$2" "$work/model" >"$work/$1.log" 2>&1 &
  servers[$1]=$!
  kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: Service
metadata: {name: $1}
spec: {ports: [{name: http, port: 80}]}
Y
  endpoints "$1" "$2:true"
}

endpoints() { # SERVICE PORT:READY...
  local one service=$1
  shift
  for one in "$@"; do
    kubectl apply -f - >/dev/null <<Y
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: $service-${one%:*}, labels: {kubernetes.io/service-name: $service}}
addressType: IPv4
ports: [{name: http, port: ${one%:*}}]
endpoints: [{addresses: ["$address"], conditions: {ready: ${one#*:}}}]
Y
  done
}

route() { # BASELINE-WEIGHT CANDIDATE-WEIGHT [FILTERS]
  kubectl apply -f - >/dev/null <<Y
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: fashion}
spec:
  parentRefs: [{name: public, namespace: gateway}]
  rules:
  - matches: [{headers: [{name: x-model-release, value: fashion-candidate}]}]
    backendRefs: [{name: candidate, port: 80}]
  - backendRefs: [{name: baseline, port: 80, weight: $1}, {name: candidate, port: 80, weight: $2}]
    filters: ${3:-[]}
Y
}

accepted() { # the newest generation
  local generation
  generation=$(kubectl get httproute fashion -o jsonpath='{.metadata.generation}')
  [ "$(kubectl get httproute fashion -o jsonpath='{.status.parents[0].conditions[?(@.type=="Accepted")].observedGeneration}')" = "$generation" ]
}

taken() { # after that, the gateway has it too: it takes a configuration every 2 s at most
  await 240 "Accepted at the newest generation" accepted
  sleep 4
}

asked() { # SERVICE: how many requests it got
  curl -s "http://localhost:$api/metrics" |
    awk -v service="default-$1-http-80@" 'index($0, "traefik_service_requests_total") && index($0, service) {n += $2} END {print n + 0}'
}

load() { # RATE DURATION [HEADER]: sends requests, and leaves what became of them in $work/load.json
  printf 'POST http://localhost:%s/v2/models/fashion/infer\n@%s\n' "$web" "$work/body.json" |
    vegeta attack -rate="$1" -duration="$2" -timeout=10s -header "Content-Type: application/json" ${3:+-header "$3"} |
    vegeta report -type=json >"$work/load.json"
}

all_answered() { # WHAT
  jq -e '.requests > 0 and .status_codes == {"200": .requests}' "$work/load.json" >/dev/null ||
    die "$1: $(jq -c '{requests, status_codes, errors}' "$work/load.json")"
  say "$1: $(jq -r '"\(.requests) requests, all answered; p50 \(.latencies["50th"] / 1e6 | floor) ms, p99 \(.latencies["99th"] / 1e6 | floor) ms"' "$work/load.json")"
}

classpath=$("$deploy/test/oip-server/build.sh" "$work/server")
mkdir -p "$work/model/fashion/1"
cp "$model" "$work/model/fashion/1/model.onnx"
jq -nc '{inputs: [{name: "input", shape: [1, 1, 28, 28], datatype: "FP32", data: [range(784) | . / 784]}]}' >"$work/body.json"
start_gateway
serve baseline 18090
serve candidate 18091
for port in 18090 18091; do await 240 "the server at $port" curl -fs "http://localhost:$port/v2/health/ready"; done
route 90 10
taken
say "two servers behind a route"

before=$(asked candidate)
load 50 4s
all_answered "weights 90/10"
share=$(($(asked candidate) - before))
[ "$share" -eq 20 ] || die "the candidate got $share of 200 requests at weight 10"

before=$(asked candidate)
load 50 2s "x-model-release: fashion-candidate"
all_answered "the header that picks the candidate"
share=$(($(asked candidate) - before))
[ "$share" -eq 100 ] || die "the candidate got $share of 100 requests that name it"

load 40 30s &
sender=$!
for weight in 50 100 0 10 0 30; do
  route $((100 - weight)) $weight
  taken
done
wait $sender
all_answered "six changes of weight"

# A pod goes: it is not ready any more, goes on answering for 10 s, and ends. Another takes over.
load 40 25s &
sender=$!
first=${servers[candidate]}
serve candidate 18092
await 240 "another server" curl -fs http://localhost:18092/v2/health/ready
endpoints candidate 18091:false
kill "$first"
wait $sender
all_answered "a pod that is replaced"

before=$(asked candidate)
route 100 0
await 240 "Accepted" accepted
at=$(asked candidate)
load 50 10s
late=$(($(asked candidate) - at))
say "at weight 0: $late requests still arrived after Accepted"
before=$(asked candidate)
load 50 3s
[ "$(asked candidate)" -eq "$before" ] || die "the candidate gets requests 10 s after its weight was set to 0"

route 50 50 '[{type: RequestMirror, requestMirror: {backendRef: {name: candidate, port: 80}}}]'
taken
load 20 1s
say "with RequestMirror: $(jq -c .status_codes "$work/load.json"), while the route says $(kubectl get httproute fashion -o json |
  jq -c '[.status.parents[0].conditions[] | "\(.type)=\(.status)"]')"
features=$(kubectl get gatewayclass traefik -o json | jq -c '[.status.supportedFeatures[].name]')
if jq -e 'index("HTTPRouteRequestMirror")' <<<"$features" >/dev/null; then die "it does support RequestMirror now"; fi
say "features: $features"
say passed
