# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# What a release of a model needs beside the cluster: a gateway, Prometheus and a Git server. They run in the cluster's
# network as programs of their own, so pods and machine reach them at the node's address. Sourced by cluster.sh, which
# sets its variables.

beside=(traefik prometheus prometheus-targets git-server)
readonly gateway_port=80 traefik_port=8082 prometheus_port=9090 git_port=3000

# Traefik as the data plane of the Gateway API: the GatewayClass `traefik`, and the Gateway `public` in the namespace
# `gateway`, which takes routes of every namespace.
gateway() {
  needs_cluster
  install_gateway
  kubectl apply --server-side --filename "$tools/gateway-api.yaml" >/dev/null
  kubectl wait --for=condition=Established --timeout=60s --filename "$tools/gateway-api.yaml" >/dev/null
  kubectl apply --filename "$here/gateway.yaml" >/dev/null
  account_token gateway traefik "$home/traefik.token"
  start traefik "$tools/traefik" --global.sendAnonymousUsage=false --global.checkNewVersion=false \
    --entrypoints.web.address="$node_ip:$gateway_port" --entrypoints.traefik.address="$node_ip:$traefik_port" \
    --entrypoints.web.transport.lifeCycle.graceTimeOut=2s --ping --metrics.prometheus \
    --metrics.prometheus.addRoutersLabels --accesslog --accesslog.filters.statuscodes=400-599 \
    --providers.kubernetesgateway --providers.kubernetesgateway.endpoint="https://$node_ip:6443" \
    --providers.kubernetesgateway.token="$home/traefik.token" --providers.kubernetesgateway.statusaddress.ip="$node_ip" \
    --providers.kubernetesgateway.certauthfilepath="$home/pki/apiserver.crt"
  await 60 Traefik in_namespace curl --fail --silent "http://$node_ip:$traefik_port/ping"
  kubectl wait --namespace gateway gateway/public --for=condition=Programmed --timeout=60s >/dev/null ||
    die "Traefik does not take the Gateway; see $home/log/traefik.log"
  echo "http://$node_ip"
}

# Asks pods that say so (prometheus.io/scrape, /port, /path) for their figures, and Traefik.
prometheus() {
  needs_cluster
  install_packages prometheus jq
  kubectl apply --filename "$here/prometheus.yaml" >/dev/null
  mkdir -p "$home/prometheus"
  account_token monitoring prometheus "$home/prometheus/token"
  make_kubeconfig "$home/prometheus/kubeconfig" "$(cat "$home/prometheus/token")"
  cat >"$home/prometheus/prometheus.yml" <<C
global: {scrape_interval: 2s, scrape_timeout: 2s}
scrape_configs:
- job_name: pods
  file_sd_configs: [{files: ["$home/prometheus/targets.json"]}]
- job_name: traefik
  static_configs: [{targets: ["$node_ip:$traefik_port"]}]
C
  start prometheus-targets "$here/prometheus-targets.sh" "$tools/kubectl" "$home/prometheus/kubeconfig" \
    "$home/prometheus/targets.json"
  start prometheus prometheus --config.file="$home/prometheus/prometheus.yml" \
    --storage.tsdb.path="$home/prometheus/data" --web.listen-address="$node_ip:$prometheus_port"
  await 60 Prometheus in_namespace curl --fail --silent "http://$node_ip:$prometheus_port/-/ready"
  echo "http://$node_ip:$prometheus_port"
}

# Repositories over HTTPS, for the user `git` with a password that is made once, as the certificate is.
git_server() { # [NAME]: makes this repository, unless it is there
  needs_cluster
  install_git
  mkdir -p "$home/git/repositories"
  if [ ! -s "$home/git/password" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=git" -addext "subjectAltName=IP:$node_ip" \
      -keyout "$home/git/server.key" -out "$home/git/ca.crt" 2>/dev/null
    (umask 077 && openssl rand -hex 16 >"$home/git/password")
  fi
  GIT_PASSWORD=$(cat "$home/git/password")
  export GIT_PASSWORD
  start git-server "$tools/git-server" "$node_ip:$git_port" "$home/git/repositories" "$home/git/ca.crt" \
    "$home/git/server.key" git
  local url="https://$node_ip:$git_port" repository="$home/git/repositories/${1:-}.git"
  await 30 "the Git server" in_namespace curl --silent --cacert "$home/git/ca.crt" --output /dev/null "$url"
  if [ -n "${1:-}" ] && [ ! -d "$repository" ]; then git init --quiet --bare --initial-branch=main "$repository"; fi
  echo "$url${1:+/$1.git}"
}

needs_cluster() { alive kube-apiserver || die "not running: first, cluster.sh up"; }

# The token of a service account that a program outside of the cluster acts as, into a file.
account_token() { # NAMESPACE NAME FILE
  await 30 "the token of $2" has_token "$1" "$2"
  (umask 077 && kubectl --namespace "$1" get secret "$2-token" -o jsonpath='{.data.token}' | base64 -d >"$3")
}

has_token() { kubectl --namespace "$1" get secret "$2-token" -o jsonpath='{.data.token}' | grep -q .; }
