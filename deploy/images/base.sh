#!/usr/bin/env bash
# Makes a base image from Debian packages where no registry can be reached: Debian 12 and a Java 17 runtime.
#
#   base.sh    builds it once into the cache; prints its path, for -Dimage.base=tar://PATH
#
#   MC_CLUSTER_CACHE  the cache (default: ~/.cache/model-compression/cluster)
set -euo pipefail

cache=${MC_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/model-compression/cluster}
image=$cache/images/base.tar

if [ ! -e "$image" ]; then
  echo "base image: building $image (once)" >&2
  mkdir -p "$cache/images"
  work=$(mktemp -d "$cache/images/.base.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # `essential`: what every Debian system has, without apt. Documentation, translations and what only builds or shows
  # windows is left out.
  # shellcheck disable=SC2016 # $1 is for the hooks' own shell
  mmdebstrap --quiet --variant=essential --include=openjdk-17-jre-headless,ca-certificates \
    --customize-hook='cd "$1" && find usr/share/doc -type f ! -name copyright -delete' \
    --customize-hook='cd "$1" && rm -rf usr/share/man usr/share/locale usr/share/i18n var/cache/* var/log/* ' \
    bookworm "$work/root.tar"
  umoci init --layout "$work/oci"
  umoci new --image "$work/oci:base"
  umoci raw add-layer --image "$work/oci:base" "$work/root.tar"
  umoci config --image "$work/oci:base" --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --config.env LANG=C.UTF-8
  skopeo copy --quiet "oci:$work/oci:base" "docker-archive:$work/base.tar:localhost/mc-base:1"
  mv "$work/base.tar" "$image"
fi
echo "$image"
