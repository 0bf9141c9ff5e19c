#!/usr/bin/env bash
# Measures the operator: the packaged one, as a process with the options of its image and the memory of its chart, on a
# real kube-apiserver and etcd, whose data and audit log are in memory. Pods only pretend to work.
#
#   operator/bench/run.sh [-D…] [case …]      cases: pipelines throughput many; all of them without one
#
# -Dbench.rounds=3   how often each is measured        -Dbench.many=10000  compressions that have ended
# -Dbench.idle=60    seconds of silence, 600 for the table in operator/docs/benchmarks.md
# BUILT=1                as it was built last time
# PRIORITY="chrt -r 1"   in front of everything that is started, for a machine that others use too
#
# Needs a JDK 17 and what deploy/local-cluster builds; BINARIES and ETCD say where else they are.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
binaries=${BINARIES:-$HOME/.cache/model-compression/cluster/bin}
etcd=${ETCD:-/usr/bin/etcd}
priority=${PRIORITY:-}
settings=()
while [[ ${1:-} == -D* ]]; do
  settings+=("$1")
  shift
done
cases=("$@")
[ $# -gt 0 ] || cases=(pipelines throughput many)

work=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" operator-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT

cd "$root"
if [ -z "${BUILT:-}" ]; then
  mvn -q -pl operator -am package dependency:build-classpath -DskipTests \
    -Dmdep.outputFile="$root/operator/target/bench.classpath"
fi

# As in a container with the chart's memory limit: the options are the image's.
options=$(sed -n 's:.*<entrypoint>java,\(.*\),-jar,.*</entrypoint>:\1:p' operator/pom.xml | tr , ' ')
memory=$(sed -n 's/^  limits: {memory: \([0-9]*\)Mi.*/\1/p' deploy/helm/model-compression-operator/values.yaml)

echo "Operator: java $options, memory limit $memory MiB; ${priority:-no priority}"
echo "Machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1); load before: $(cut -d' ' -f1-3 /proc/loadavg)"
echo
$priority java -Xmx1g -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -Djava.io.tmpdir="$work" -Dkube.binaries="$binaries" -Detcd="$etcd" \
  -Doperator.jar="$root/operator/target/quarkus-app/quarkus-run.jar" \
  -Doperator.options="-XX:MaxRAM=${memory}m $options" \
  -Doperator.roles="$root/deploy/kustomize/cluster-wide/role.yaml" \
  "${settings[@]}" \
  -cp "operator/target/test-classes:operator/target/classes:$(cat operator/target/bench.classpath)" \
  dev.modelcompression.operator.bench.Bench "${cases[@]}"
echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)"
