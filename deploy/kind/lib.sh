# Names and checks that up and down share.
# shellcheck shell=bash disable=SC2034

readonly CLUSTER=csi-mock
readonly CONTEXT=kind-$CLUSTER
readonly IMAGE=csi-mock-driver:0.1.0
# From the release notes of kind v0.33.0.
readonly NODE_IMAGE=kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d
# Named in three-nodes.yaml.
readonly SHARED=/tmp/csi-mock-kind

stop() {
  echo "$1" >&2
  exit 1
}

# Whether the shared directory is there and nobody else's: everybody can make something of its name.
shared_is_ours() { [ ! -L "$SHARED" ] && [ -d "$SHARED" ] && [ -O "$SHARED" ]; }

# require PROGRAM WHERE
require() { command -v "$1" >/dev/null || stop "$1 is missing: $2"; }

require_tools() {
  require docker 'kind runs the nodes as its containers; https://docs.docker.com/engine/install'
  require kind 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation'
  require kubectl 'https://kubernetes.io/docs/tasks/tools'
  docker info >/dev/null 2>&1 || stop 'docker does not answer: is it running, and may you use it?'
}

cluster_exists() {
  local clusters
  clusters=$(kind get clusters) || stop 'kind does not tell which clusters there are'
  grep -qx "$CLUSTER" <<<"$clusters"
}
