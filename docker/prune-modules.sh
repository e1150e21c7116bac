#!/bin/sh
# Removes from the production dependencies what only people, compilers and bundlers read, and then loads every
# dependency, so that too much of it ends the build and not a server.
#
#   docker/prune-modules.sh FOLDER     FOLDER has package.json and node_modules
set -eu
cd "$1"

# Source maps, declarations and texts. Licences stay: they have to go with the code.
find node_modules -type f \( \
  -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.tsbuildinfo' -o -name '*.flow' \
  -o \( -iname '*.md' ! -iname 'license*' ! -iname 'notice*' \) -o -name '.*rc' -o -name '.editorconfig' -o -name '.gitattributes' \
  \) -delete

# Tests and the media that they play, examples, documentation.
find node_modules -type d \( -name test -o -name tests -o -name __tests__ -o -name examples -o -name benchmarks \
  -o -name docs -o -name .github \) -prune -exec rm -r {} +

# Second builds of the same code, for bundlers and browsers: their package.json lead Node.js to the other one.
find node_modules/@opentelemetry -type d \( -name esm -o -name esnext \) -path '*/build/*' -prune -exec rm -r {} +
find node_modules/@aws-sdk node_modules/@smithy -type d \( -name dist-es -o -name dist-types \) -prune -exec rm -r {} +

# The native library of the other C library, where npm brought both.
find node_modules/@duckdb -maxdepth 1 -name '*-musl' -exec rm -r {} +

find node_modules -type d -empty -delete

node --input-type=module -e '
  import { readFileSync } from "node:fs";
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of Object.keys(dependencies)) await import(name);
'
