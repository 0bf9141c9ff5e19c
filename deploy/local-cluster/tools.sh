# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# Gets the programs of the local cluster: Debian's packages, and what is built from Go modules once into the cache.
# Sourced by cluster.sh, which sets here, tools and say.

readonly debian_packages=(containerd runc containernetworking-plugins iptables conntrack iproute2 socat
  etcd-server openssl skopeo umoci mmdebstrap)
readonly coredns_version=v1.12.4
readonly helm_version=v3.18.6
readonly vegeta_version=v12.13.0 # sends load, and counts every answer
readonly go_minor=24 go_version=1.24.9 # what Kubernetes needs at least, and what is fetched where there is less

install_tools() { # [gateway] [prometheus]
  install_packages "${debian_packages[@]}"
  mkdir -p "$tools"
  build kubernetes "$(cat "$here"/kubernetes/{main.go,go.mod,go.sum} | sha256sum)" build_kubernetes
  build coredns "$coredns_version" build_module "github.com/coredns/coredns@$coredns_version"
  build helm "$helm_version" build_helm
  build pause "$(sha256sum <"$here/pause/main.go")" build_file pause
  local program
  for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
    ln -sf kubernetes "$tools/$program"
  done
  for program in "$@"; do
    case $program in
      gateway) install_gateway ;;
      prometheus) install_prometheus ;;
      *) die "install-tools: there is no $program" ;;
    esac
  done
}

install_prometheus() { install_packages prometheus jq; }

install_gateway() {
  build traefik "$(cat "$here"/traefik/{go.mod,go.sum} | sha256sum)" build_traefik
  build gateway-api.yaml "$(module_version sigs.k8s.io/gateway-api traefik)" build_gateway_api
  build vegeta "$vegeta_version" build_module "github.com/tsenart/vegeta/v12@$vegeta_version"
}

install_git() {
  install_packages git
  build git-server "$(sha256sum <"$here/git-server/main.go")" build_file git-server
}

install_gitea() {
  install_packages git gcc libc6-dev
  build gitea "$(cat "$here"/gitea/{go.mod,go.sum} | sha256sum)" build_gitea
}

install_packages() { # PACKAGE...
  command -v apt-get >/dev/null || die "only Debian and its relatives are known; elsewhere use kind"
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  # Waits while another apt is at work. policy-rc.d 101: Debian must not start services that the packages bring.
  local policy=/usr/sbin/policy-rc.d made=false
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=true
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null || { $made && rm -f "$policy"; die "apt-get install failed"; }
  if $made; then rm -f "$policy"; fi
}

# Debian's Go is too old to build Kubernetes and new enough to fetch, as a module with a checksum, one that is not.
get_go() {
  local minor
  minor=$({ GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true; } | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge $go_minor ] && return
  command -v go >/dev/null || install_packages golang-go
  say "fetching Go $go_version"
  local root
  root=$(cd "$tools" && go mod download -json "golang.org/toolchain@v0.0.1-go$go_version.linux-amd64" |
    sed -n 's/^\s*"Dir": "\(.*\)",$/\1/p')
  [ -d "$root" ] || die "Go 1.$go_minor or later is needed to build Kubernetes, and could not be fetched"
  chmod -R u+w "$root"
  chmod +x "$root"/bin/* "$root"/pkg/tool/*/*
  export GOROOT=$root PATH=$root/bin:$PATH
}

# build PROGRAM STAMP COMMAND...: runs COMMAND, which writes $tools/PROGRAM.new, unless PROGRAM was built for this STAMP
build() {
  local program=$1 stamp=$2
  shift 2
  [ -e "$tools/$program" ] && [ "$(cat "$tools/$program.stamp" 2>/dev/null)" = "$stamp" ] && return
  get_go
  say "building $program (once)"
  CGO_ENABLED=0 "$@" "$tools/$program.new" >&2
  mv "$tools/$program.new" "$tools/$program"
  echo "$stamp" >"$tools/$program.stamp"
}

module_version() { # MODULE FOLDER: which one FOLDER's go.mod asks for
  sed -n "s,^\s*$1 \(v[^ ]*\).*,\1,p" "$here/$2/go.mod" | head -1
}

kubernetes_version() { module_version k8s.io/kubernetes kubernetes; }

kubernetes_minor() { kubernetes_version | cut -d. -f2; }

build_kubernetes() { # OUT
  local package=k8s.io/component-base/version
  go build -C "$here/kubernetes" -trimpath -buildvcs=false -o "$1" -ldflags "-s -w \
    -X $package.gitVersion=$(kubernetes_version) -X $package.gitMajor=1 -X $package.gitMinor=$(kubernetes_minor)" .
}

# Unless it is told, helm thinks that it renders for Kubernetes 1.20.
build_helm() { # OUT
  local package=helm.sh/helm/v3 part set="-X helm.sh/helm/v3/internal/version.version=$helm_version"
  for part in pkg/chartutil pkg/lint/rules; do
    set+=" -X $package/$part.k8sVersionMajor=1 -X $package/$part.k8sVersionMinor=$(kubernetes_minor)"
  done
  build_module "$package/cmd/helm@$helm_version" "$1" "$set"
}

build_module() { # PACKAGE@VERSION OUT [LINKER-FLAGS]
  local bin
  bin=$(mktemp -d "$tools/.build.XXXXXX")
  GOBIN=$bin go install -trimpath -buildvcs=false -ldflags "-s -w ${3:-}" "$1"
  mv "$bin"/* "$2"
  rmdir "$bin"
}

build_traefik() { # OUT
  local package=github.com/traefik/traefik/v3 version
  version=$(module_version "$package" traefik)
  go build -C "$here/traefik" -trimpath -buildvcs=false -o "$1" \
    -ldflags "-s -w -X $package/pkg/version.Version=${version#v}" "$package/cmd/traefik"
}

# Its database is a C library. Its templates and texts are files of its module; its pages would need more, its API does not.
build_gitea() { # OUT
  local package=code.gitea.io/gitea module
  CGO_ENABLED=1 go build -C "$here/gitea" -trimpath -buildvcs=false -o "$1" -tags "sqlite sqlite_unlock_notify" \
    -ldflags "-s -w -X main.Version=$(module_version "$package" gitea | tr -d v)" "$package"
  module=$(go list -C "$here/gitea" -m -f '{{.Dir}}' "$package")
  rm -rf "$tools/gitea-files"
  mkdir "$tools/gitea-files"
  cp -r "$module"/{templates,options,public} "$tools/gitea-files"
  chmod -R u+w "$tools/gitea-files"
}

# The API's own definitions come as files of its module.
build_gateway_api() { # OUT
  local module file
  go mod download -C "$here/traefik" sigs.k8s.io/gateway-api
  module=$(go list -C "$here/traefik" -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)
  for file in "$module"/config/crd/standard/gateway*.yaml; do
    echo ---
    cat "$file"
  done >"$1"
}

build_file() { # FOLDER OUT
  go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$2" "$here/$1/main.go"
}
