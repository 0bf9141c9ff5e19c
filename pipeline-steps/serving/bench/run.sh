#!/usr/bin/env bash
# Measures the packaged server beside plain Python servers of the same protocol (MLServer, and FastAPI; ONNX Runtime with one
# thread per worker): JSON requests of one image, in turns on the same machine. MLServer and one of the others are as their
# documentation teaches, with what they start by default; the others have two workers, one per core.
#
#   pipeline-steps/serving/bench/run.sh
#
# PYTHON=python3    one with fastapi, uvicorn[standard], orjson, numpy and onnxruntime of the same version as ours
# MLSERVER=…        the program mlserver of an environment that has it and the same onnxruntime; without it the others alone
# COMPRESSED=…      a compressed model (`mc run` on the example leaves one): a second server of ours has it
# VEGETA=…          the load generator, as deploy/local-cluster gets it
# LOAD=wrk          sends with wrk (Debian has it): it takes less of the two cores for itself than vegeta
# MODEL=…           the model of all servers but the second of ours; the example's
# FORMAT=json       or binary, the protocol's other form of tensors: then our servers alone are measured
# ROUNDS=3          how often each is measured; the table has medians
# SECONDS_EACH=10   how long
# BUILT=1           as it was built last time
# PRIORITY="chrt -r 1"   in front of servers and load, for a machine that others use too
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=${PYTHON:-python3}
mlserver=${MLSERVER:-}
compressed=${COMPRESSED:-}
vegeta=${VEGETA:-$HOME/.cache/model-compression/cluster/bin/vegeta}
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-10}
priority=${PRIORITY:-}
format=${FORMAT:-json}
example=$root/examples/fashion-mnist
model=$(readlink -f "${MODEL:-$example/resnet8.onnx}")

cd "$root"
[ -n "${BUILT:-}" ] || mvn -q -pl pipeline-steps/serving -am package -DskipTests

work=$(mktemp -d)
servers=()
finish() {
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

# shellcheck disable=SC2086 # priority is a command with its options
start() { # NAME PORT COMMAND...
  local name=$1 port=$2
  shift 2
  $priority "$@" >"$work/$name.log" 2>&1 &
  servers+=($!)
  for _ in $(seq 300); do
    if curl -fs -o "$work/ready" "http://localhost:$port/v2/health/ready"; then return; fi
    sleep 0.2
  done
  cat "$work/$name.log" >&2
  exit 1
}

# shellcheck disable=SC2086
attack() { # PORT CLIENTS SECONDS RESULT
  local header="Content-Type: application/json"
  [ "$format" = json ] || header="Inference-Header-Content-Length: $(cat "$work/request.binary.json-length")"
  local url=http://localhost:$1/v2/models/fashion/infer
  if [ "${LOAD:-}" = wrk ]; then
    BODY="$work/request.$format" HEADER=$header \
      $priority wrk --threads 1 --connections "$2" --duration "$3s" --latency --script "$here/wrk.lua" "$url" |
      sed -n '/^{/p' >"$4"
    return
  fi
  printf 'POST %s\n%s\n@%s\n' "$url" "$header" "$work/request.$format" |
    $priority "$vegeta" attack -rate=0 -max-workers="$2" -workers="$2" -duration="$3s" |
    "$vegeta" report -type=json >"$4"
}

family() { # PID
  local child
  echo "$1"
  for child in $(pgrep -P "$1"); do family "$child"; done
}

# Processor time of a server's processes so far, in clock ticks. What is before the last bracket may have blanks.
ticks() { # PID
  local sum=0 pid
  for pid in $(family "$1"); do
    sum=$((sum + $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | awk '{ticks = $12 + $13} END {print ticks + 0}')))
  done
  echo $sum
}

# As in the image.
options=$(sed -n 's:.*<entrypoint>java,\(.*\),-Donnxruntime.*</entrypoint>:\1:p' pipeline-steps/serving/pom.xml | tr , ' ')

echo "Machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1); load before: $(cut -d' ' -f1-3 /proc/loadavg); ${priority:-no priority}"
bare=$($priority "$python" "$here/request.py" "$example/test.npz" "$model" "$work")
echo "ONNX Runtime alone, one thread, p50: $bare ms"
echo

export ORT_DISABLE_TELEMETRY=1
# shellcheck disable=SC2086 # options are several
ours() { # NAME MODEL PORT
  MC_MODEL_NAME=fashion MC_MODEL_URI=$2 MC_HTTP_PORT=$3 MC_GRPC_PORT=$(($3 + 100)) MC_THREADS=2 \
    start "$1" "$3" java -XX:MaxRAM=1g $options -jar "$root/pipeline-steps/serving/target/quarkus-app/quarkus-run.jar"
}
cd "$here"
ours ours "$model" 18180
python_server() { # FORM WORKERS PORT
  FORM=$1 MODEL=$model NAME=fashion \
    start "fastapi-$1-$2" "$3" "$python" -m uvicorn fastapi_server:app --workers "$2" --port "$3" \
    --log-level warning --no-access-log
}
ports=(18180)
if [ "$format" = json ]; then
  python_server pydantic 1 18182
  python_server pydantic 2 18183
  python_server orjson 2 18184
  ports+=(18182 18183 18184)
fi
if [ -n "$mlserver" ] && [ "$format" = json ]; then
  mkdir "$work/mlserver"
  cp mlserver_model.py "$work/mlserver"
  echo '{"name": "fashion", "implementation": "mlserver_model.OnnxModel"}' >"$work/mlserver/model-settings.json"
  echo '{"http_port": 18185, "grpc_port": 18285, "metrics_port": 18385, "debug": false}' >"$work/mlserver/settings.json"
  MODEL=$model PYTHONPATH=$work/mlserver start mlserver 18185 "$mlserver" start "$work/mlserver"
  ports+=(18185)
fi
if [ -n "$compressed" ]; then
  ours compressed "$(readlink -f "$compressed")" 18186
  ports+=(18186)
fi

# The compilers of the Java machine take some seconds.
attack 18180 8 "${WARM_UP:-20}" "$work/warm-up"
[ -z "$compressed" ] || attack 18186 8 "${WARM_UP:-20}" "$work/warm-up"
for port in "${ports[@]}"; do attack "$port" 8 3 "$work/warm-up"; done
for clients in 1 8; do
  for round in $(seq "$rounds"); do
    for i in "${!ports[@]}"; do
      port=${ports[$i]}
      before=$(ticks "${servers[$i]}")
      attack "$port" "$clients" "$seconds" "$work/$port.$clients.$round.json"
      echo $(($(ticks "${servers[$i]}") - before)) >"$work/$port.$clients.$round.ticks"
    done
  done
done
"$python" "$here/table.py" "$work" "$bare"
echo
echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)"
