#!/bin/sh
# Writes dot-products.generated.ts anew from dot-products.wat beside this script, with the assembler of the package wabt.
set -eu
cd "$(dirname "$0")"

assembled=$(mktemp)
trap 'rm -f "$assembled"' EXIT
npx wat2wasm dot-products.wat -o "$assembled"
{
  echo '/** Made by generate.sh from dot-products.wat. */'
  echo 'export const DOT_PRODUCTS_WASM ='
  echo "  '$(base64 -w0 "$assembled")';"
} > dot-products.generated.ts
