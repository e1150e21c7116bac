#!/bin/sh
# Starts the server and the commands once, so that the image has their compiled code: in a container nothing can be kept.
#
#   docker/compile.sh APP COMMAND...     COMMAND starts the server in the folder APP
set -eu
cd "$1"
shift
data=$(mktemp -d)
install -d -o 10001 -g 10001 node_modules/.cache

# Of what the server loads later, for other engines and stores and in threads. Threads cannot run here, but are compiled.
cat > "$data/load-all.mjs" <<'END'
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) {
  // In the order of src/main.js: the cache is of the flags that are set then.
  await import(resolve('src/heap.js'));
  await import(resolve('src/shared/compile-cache.js'));
  for (const file of globSync('src/**/*.ts').filter((name) => !/server\.ts$|-child\.ts$|\.d\.ts$/.test(name))) {
    await import(resolve(file)).catch((error) => {
      if (!/-(worker|thread)\.ts$/.test(file)) throw error;
    });
  }
  const { schemaLibrary } = await import(resolve('src/shared/schema-library.ts'));
  schemaLibrary();
}
END
chmod a+rx "$data" "$data/load-all.mjs"
install -d -o 10001 -g 10001 "$data/tables"

# Node.js keeps the code of each user apart, and of each set of flags.
as_server() { exec setpriv --reuid 10001 --regid 10001 --clear-groups env HOST=127.0.0.1 PORT=0 DATA_DIR="$data/tables" "$@"; }

as_server NODE_OPTIONS="--import=$data/load-all.mjs" "$@" > "$data/log" &
server=$!
until grep -q 'TAMS .* at http' "$data/log"; do
  kill -0 "$server"
  sleep 1
done
kill "$server"
wait "$server"
(as_server node mgmt/main.js --help) > /dev/null

rm -r "$data"
# The server may read it and not write it, as all other code.
chown -R 0:0 node_modules/.cache
chmod -R a+rX,go-w node_modules/.cache
