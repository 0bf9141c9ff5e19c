# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# Gets the programs of the local cluster: Debian's packages, and what is built from Go modules once into the cache.
# Sourced by cluster.sh, which sets here, tools and say.

readonly debian_packages=(containerd runc containernetworking-plugins iptables conntrack iproute2 socat
  etcd-server openssl skopeo umoci mmdebstrap)
readonly coredns_version=v1.12.4
readonly helm_version=v3.18.6

install_tools() {
  install_packages
  command -v go >/dev/null || die "Go 1.24 or later is needed to build Kubernetes (https://go.dev/dl)"
  mkdir -p "$tools"
  build kubernetes "$(cat "$here"/kubernetes/{main.go,go.mod,go.sum} | sha256sum)" build_kubernetes
  build coredns "$coredns_version" build_module "github.com/coredns/coredns@$coredns_version"
  build helm "$helm_version" build_helm
  build pause "$(sha256sum <"$here/pause/main.go")" build_pause
  local program
  for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
    ln -sf kubernetes "$tools/$program"
  done
}

install_packages() {
  command -v apt-get >/dev/null || die "only Debian and its relatives are known; elsewhere use kind"
  local missing=() package
  for package in "${debian_packages[@]}"; do
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

# build PROGRAM STAMP COMMAND...: runs COMMAND, which writes $tools/PROGRAM.new, unless PROGRAM was built for this STAMP
build() {
  local program=$1 stamp=$2
  shift 2
  [ -x "$tools/$program" ] && [ "$(cat "$tools/$program.stamp" 2>/dev/null)" = "$stamp" ] && return
  say "building $program (once)"
  CGO_ENABLED=0 "$@" "$tools/$program.new" >&2
  mv "$tools/$program.new" "$tools/$program"
  echo "$stamp" >"$tools/$program.stamp"
}

kubernetes_version() { sed -n 's/^\s*k8s.io\/kubernetes //p' "$here/kubernetes/go.mod"; }

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

build_pause() { # OUT
  go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$1" "$here/pause/main.go"
}
