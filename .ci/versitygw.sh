#!/bin/sh
# Installs the S3 server that the tests of the S3 store run against, at the pinned version, and prints where it is.
#
#   .ci/versitygw.sh           installs it into the Go toolchain's bin folder, where the tests find it
#   .ci/versitygw.sh start     starts it as well, on 127.0.0.1:7070 over a temporary folder, until interrupted
#
# Needs Go. The tests that need the server are skipped where it is missing.
set -eu

VERSION=v1.8.0

gobin=$(go env GOBIN)
binary=${gobin:-$(go env GOPATH)/bin}/versitygw
if ! go version -m "$binary" 2>/dev/null | grep -q "github.com/versity/versitygw[[:space:]]$VERSION"; then
  go install "github.com/versity/versitygw/cmd/versitygw@$VERSION" >&2
fi
echo "$binary"

if [ "${1:-}" = start ]; then
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  echo "S3 at http://127.0.0.1:7070, access key test-access, secret key test-secret, files in $directory" >&2
  "$binary" --access test-access --secret test-secret --port 127.0.0.1:7070 --quiet posix "$directory"
fi
