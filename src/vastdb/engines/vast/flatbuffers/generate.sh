#!/bin/sh
# Writes tabular.generated.ts and compute-ir.generated.ts anew from the .fbs files beside this script.
# Needs flatc 2.0.8 or newer (Debian: flatbuffers-compiler).
#
# Node.js runs our sources by stripping types, so what flatc writes is mended: enums become constant objects,
# the union helpers that look names up in enums go, and Arrow's own tables come from apache-arrow.
set -eu
cd "$(dirname "$0")"

flatc --ts --ts-flat-files --filename-suffix .generated -o . tabular.fbs compute-ir.fbs

for file in tabular.generated.ts compute-ir.generated.ts; do
  # The two checks that flatc's code does not pass: unused type parameters, and defaults that are plain numbers.
  sed -i -E \
    -e '1s|$|\n// @ts-nocheck|' \
    -e '/^export function union(List)?To/,/^}/d' \
    -e '/^export enum /,/^}/{ s/^export enum (\w+) \{/export const \1 = {/; s/ = (-?[0-9]+)/: \1/; s/^\}/} as const;/ }' \
    -e "s|^import .*'./arrow.generated';|import { Field } from 'apache-arrow/fb/field';\nimport { Schema } from 'apache-arrow/fb/schema';|" \
    "$file"
  for name in $(sed -nE 's/^export const (\w+) = \{/\1/p' "$file"); do
    printf '\nexport type %s = (typeof %s)[keyof typeof %s];\n' "$name" "$name" "$name" >> "$file"
  done
done
