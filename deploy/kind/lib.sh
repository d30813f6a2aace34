# Names and checks that up and down share.
# shellcheck shell=bash disable=SC2034

readonly CLUSTER=csi-mock
readonly CONTEXT=kind-$CLUSTER
readonly IMAGE=csi-mock-driver:0.1.0
# Named in three-nodes.yaml.
readonly SHARED=/tmp/csi-mock-kind

# require PROGRAM WHERE
require() {
  command -v "$1" >/dev/null && return
  echo "$1 is missing: $2" >&2
  exit 1
}

require_tools() {
  require docker 'kind runs the nodes as its containers; https://docs.docker.com/engine/install'
  require kind 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation'
  require kubectl 'https://kubernetes.io/docs/tasks/tools'
  docker info >/dev/null 2>&1 || {
    echo 'docker does not answer: is it running, and may you use it?' >&2
    exit 1
  }
}

cluster_exists() { kind get clusters 2>/dev/null | grep -qx "$CLUSTER"; }
