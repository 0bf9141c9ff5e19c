#!/usr/bin/env bash
# All tests that need a cluster: brings up the local one, builds the images, and runs them against it.
# Needs what deploy/local-cluster/cluster.sh needs, a JDK 17, Maven, curl and jq.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

say() { echo "run: $(date -u +%T) $*"; }

# The mutants themselves take too long for here; their expressions go stale with every edit of what they take out.
deploy/test/mutants.sh --check
say "programs of the cluster"
deploy/local-cluster/cluster.sh install-tools gateway prometheus
say "images"
mvn -B -ntp -q -Pimages -DskipTests package -Dimage.base=tar://"$(deploy/images/base.sh)"
say "operator against an API server"
mvn -B -ntp -Pcluster -pl operator -am verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false
say "cluster"
deploy/local-cluster/cluster.sh up
eval "$(deploy/local-cluster/cluster.sh env)"
deploy/local-cluster/cluster.sh load {pipeline-steps/cli,pipeline-steps/serving,operator}/target/image.tar
deploy/test/api-server.sh deploy/test/bundles.sh
deploy/test/api-server.sh deploy/test/gateway.sh
deploy/test/e2e.sh
deploy/local-cluster/cluster.sh down
say "passed"
