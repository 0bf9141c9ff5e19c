#!/usr/bin/env bash
# Makes the image localhost/oip-server:1 of the tests' model server, an archive that deploy/local-cluster/cluster.sh loads.
#
#   image.sh ARCHIVE    needs what base.sh and build.sh need, and unzip
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

classpath=$("$here/build.sh" "$work/classes")
mkdir -p "$work/oip/lib" "$work/oip/native"
tr : '\n' <<<"$classpath" | grep '\.jar$' | xargs cp -t "$work/oip/lib"
(cd "$work/classes" && cp ./*.class "$work/oip/lib")
# Unpacked here: the root of a pod's container may be read-only.
unzip -q -j "$work"/oip/lib/onnxruntime-*.jar 'ai/onnxruntime/native/linux-x64/*' -d "$work/oip/native"
skopeo copy --quiet "docker-archive:$("$here/../../images/base.sh")" "oci:$work/oci:1"
umoci insert --image "$work/oci:1" "$work/oip" /oip
umoci config --image "$work/oci:1" --config.user 65532:65532 --config.env ORT_DISABLE_TELEMETRY=1 \
  --config.entrypoint java --config.entrypoint -XX:+UseSerialGC --config.entrypoint -Donnxruntime.native.path=/oip/native \
  --config.entrypoint -cp --config.entrypoint '/oip/lib:/oip/lib/*' --config.entrypoint OipServer
skopeo copy --quiet "oci:$work/oci:1" "oci-archive:$1.new:localhost/oip-server:1"
mv "$1.new" "$1"
