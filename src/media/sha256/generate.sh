#!/bin/sh
# Writes sha256.generated.ts anew from sha256-wat.ts beside this script, with the assembler of the package wabt.
set -eu
cd "$(dirname "$0")"

text=$(mktemp)
assembled=$(mktemp)
trap 'rm -f "$text" "$assembled"' EXIT
node -e 'import("./sha256-wat.ts").then(({ SHA256_WAT }) => process.stdout.write(SHA256_WAT))' > "$text"
npx wat2wasm "$text" -o "$assembled"
{
  echo '/** Made by generate.sh from sha256-wat.ts. */'
  echo 'export const SHA256_WASM ='
  echo "  '$(base64 -w0 "$assembled")';"
} > sha256.generated.ts
