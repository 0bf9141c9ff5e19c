# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# What a release of a model needs beside the cluster: a gateway, Prometheus and Git servers. They run in the cluster's
# network as programs of their own, so pods and machine reach them at the node's address. Sourced by cluster.sh, which
# sets its variables.

beside=(traefik prometheus prometheus-targets git-server gitea)
readonly gateway_port=80 traefik_port=8082 prometheus_port=9090 git_port=3000 gitea_port=3001

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
  install_prometheus
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
    make_certificate "$home/git"
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

# A Git server with an API for pull requests, over HTTPS, for its user `git`, whose token is made once as the certificate is.
gitea() { # [NAME]: makes this repository of the user's, unless it is there
  needs_cluster
  install_gitea
  local folder=$home/gitea url=https://$node_ip:$gitea_port
  mkdir -p "$folder"
  # It refuses to run as root, and others cannot look into root's cache.
  cp -ru "$tools/gitea" "$tools/gitea-files" "$folder"
  if [ ! -s "$folder/app.ini" ]; then
    make_certificate "$folder"
    gitea_settings "$folder" "$url" >"$folder/app.ini"
    chown -R nobody:nogroup "$folder"
    as_gitea "$folder" migrate >>"$home/log/gitea.log" 2>&1
  fi
  start gitea setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$folder" "$folder/gitea" web --config "$folder/app.ini"
  await 60 Gitea in_namespace curl --fail --silent --cacert "$folder/ca.crt" "$url/api/healthz"
  if [ ! -s "$folder/token" ]; then
    as_gitea "$folder" admin user create --username git --email git@localhost --random-password \
      --must-change-password=false >/dev/null
    (umask 077 && as_gitea "$folder" admin user generate-access-token --username git --scopes write:repository,write:user \
      --raw >"$folder/token")
  fi
  if [ -n "${1:-}" ] && ! ask_gitea "repos/git/$1" >/dev/null 2>&1; then
    ask_gitea user/repos --json "{\"name\": \"$1\", \"default_branch\": \"main\"}" >/dev/null || die "Gitea does not make $1"
  fi
  echo "$url${1:+/git/$1.git}"
}

ask_gitea() { # PATH [OPTION-OF-CURL...]
  local path=$1
  shift
  in_namespace curl --fail --silent --show-error --cacert "$home/gitea/ca.crt" \
    --header "Authorization: token $(cat "$home/gitea/token")" "$@" "https://$node_ip:$gitea_port/api/v1/$path"
}

as_gitea() { # FOLDER COMMAND...
  local folder=$1
  shift
  setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$folder" "$folder/gitea" --config "$folder/app.ini" "$@"
}

gitea_settings() { # FOLDER URL
  cat <<C
RUN_USER = nobody
WORK_PATH = $1
[server]
PROTOCOL = https
HTTP_ADDR = $node_ip
HTTP_PORT = $gitea_port
ROOT_URL = $2/
CERT_FILE = $1/ca.crt
KEY_FILE = $1/server.key
STATIC_ROOT_PATH = $1/gitea-files
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
PATH = $1/gitea.db
[repository]
ROOT = $1/repositories
[indexer]
ISSUE_INDEXER_TYPE = db
[security]
INSTALL_LOCK = true
SECRET_KEY = $(openssl rand -hex 32)
INTERNAL_TOKEN = $("$tools/gitea" generate secret INTERNAL_TOKEN)
[oauth2]
ENABLED = false
[service]
DISABLE_REGISTRATION = true
[log]
MODE = console
LEVEL = Warn
[actions]
ENABLED = false
[cron]
ENABLED = false
C
}

make_certificate() { # FOLDER: ca.crt and server.key of the node's address
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=git" -addext "subjectAltName=IP:$node_ip" \
    -keyout "$1/server.key" -out "$1/ca.crt" 2>/dev/null
}

needs_cluster() { alive kube-apiserver || die "not running: first, cluster.sh up"; }

# The token of a service account that a program outside of the cluster acts as, into a file.
account_token() { # NAMESPACE NAME FILE
  await 30 "the token of $2" has_token "$1" "$2"
  (umask 077 && kubectl --namespace "$1" get secret "$2-token" -o jsonpath='{.data.token}' | base64 -d >"$3")
}

has_token() { kubectl --namespace "$1" get secret "$2-token" -o jsonpath='{.data.token}' | grep -q .; }
