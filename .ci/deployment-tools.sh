#!/bin/sh
# Installs what the tests of the chart and of the compose files need, at pinned versions: Helm, the definitions of
# Kubernetes' own objects, and the schema of compose files. Needs Go; without it those tests are skipped.
#
# Compiling Helm takes two to three minutes, once: the Go toolchain keeps what it made.
set -eu

HELM=v3.22.0
# What Helm is linked with; its folder artifacts/openapi has the definitions.
CLI_RUNTIME=v0.37.0
COMPOSE=v2.16.2

gobin=$(go env GOBIN)
binary=${gobin:-$(go env GOPATH)/bin}/helm
if ! go version -m "$binary" 2>/dev/null | grep -q "helm.sh/helm/v3[[:space:]]$HELM"; then
  go install "helm.sh/helm/v3/cmd/helm@$HELM"
fi
# Outside of a module, so that no go.mod is looked for.
cd /
go mod download "k8s.io/cli-runtime@$CLI_RUNTIME" "github.com/compose-spec/compose-go/v2@$COMPOSE"
