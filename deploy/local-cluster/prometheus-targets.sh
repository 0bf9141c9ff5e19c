#!/usr/bin/env bash
# Tells Prometheus which pods want to be asked for figures: Debian's cannot look for them in Kubernetes itself.
#
#   prometheus-targets.sh KUBECTL KUBECONFIG FILE    keeps FILE up to date, in the form of file_sd_configs; needs jq
set -euo pipefail

while true; do
  # Begins with all that there are, each an event.
  "$1" --kubeconfig "$2" get pods --all-namespaces --watch --output-watch-events -o json | jq --unbuffered -nc '
    foreach inputs as $event ({};
      $event.object as $pod
      | ($pod.metadata.annotations // {}) as $says
      | "\($pod.metadata.namespace)/\($pod.metadata.name)" as $name
      | if $event.type == "DELETED" or $says["prometheus.io/scrape"] != "true" or $pod.status.podIP == null
          or ($pod.status.phase | . == "Succeeded" or . == "Failed")
        then del(.[$name])
        else .[$name] = {
          targets: ["\($pod.status.podIP):\($says["prometheus.io/port"] // "8080")"],
          labels: ({
            __metrics_path__: ($says["prometheus.io/path"] // "/metrics"),
            namespace: $pod.metadata.namespace,
            pod: $pod.metadata.name,
            container: $pod.spec.containers[0].name
          } + ($pod.metadata.labels // {} | with_entries(
            select(.key | startswith("modelcompression.dev/")) | .key |= (ltrimstr("modelcompression.dev/") | gsub("[^a-zA-Z0-9_]"; "_")))))
        } end;
      [.[]])' | while read -r targets; do
    echo "$targets" >"$3.new"
    mv "$3.new" "$3"
  done || true
  sleep 1
done
