#!/bin/sh
# Builds the image with whichever of docker, podman and buildah is there.
#
#   docker/build-image.sh [TAG]        vast-tams:VERSION unless given
#
#   IMAGE_BUILDER   docker, podman or buildah, instead of the first that works
#   NODE_IMAGE      the image to build on, for a registry of one's own
#   NPMRC           an .npmrc for the installation of packages; it does not get into the image
set -eu
cd "$(dirname "$0")/.."

# A client without its daemon builds nothing.
works() {
  case $1 in
    docker) docker info >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

builder=${IMAGE_BUILDER:-}
if [ -z "$builder" ]; then
  for each in docker podman buildah; do
    if works "$each"; then builder=$each && break; fi
  done
fi
if [ -z "$builder" ]; then
  echo 'None of docker (with its daemon), podman and buildah is here; install one.' >&2
  exit 1
fi

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
tag=${1:-vast-tams:$version}
set -- --tag "$tag" --file Dockerfile \
  --build-arg "VERSION=$version" \
  --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
  --build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
if [ -n "${NODE_IMAGE:-}" ]; then set -- "$@" --build-arg "NODE_IMAGE=$NODE_IMAGE"; fi
if [ -n "${NPMRC:-}" ]; then set -- "$@" --secret "id=npmrc,src=$NPMRC"; fi

case $builder in
  docker) DOCKER_BUILDKIT=1 docker build "$@" . ;;
  # The OCI format knows no health check.
  podman) podman build --format docker "$@" . ;;
  buildah) buildah build --format docker "$@" . ;;
  *) echo "IMAGE_BUILDER takes docker, podman or buildah, not $builder." >&2 && exit 1 ;;
esac
echo "built $tag with $builder"
