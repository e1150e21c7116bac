#!/bin/sh
# Puts together the root file system that the server runs in: Node.js, the shared libraries that it and the native
# modules are linked with, and nothing else. No shell and no package manager is left for an intruder.
#
#   docker/runtime-root.sh ROOT APP    APP has the node_modules whose native modules are looked at
set -eu
root=$1
app=$2

mkdir -p "$root/etc" "$root/usr/bin" "$root/dev" "$root/proc" "$root/sys" "$root/var/lib/dpkg/status.d" "$root/app"
node=$(node -p process.execPath)
cp "$node" "$root/usr/bin/node"

# Copied with their links, so that their names are those that the loader asks for.
{ echo "$node"; find "$app/node_modules" -name '*.node' -o -name '*.so'; } | xargs ldd |
  awk '$2 == "=>" && $3 ~ "^/(usr/)?lib" { print $3 } $1 ~ "^/lib.*/ld-" { print $1 }' | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
    # For scanners of vulnerabilities, which look for the packages that files come from.
    package=$(dpkg-query -S "$library" "/usr$library" "$(realpath "$library")" 2>/dev/null | head -n 1 | cut -d : -f 1)
    dpkg-query -s "$package" > "$root/var/lib/dpkg/status.d/$package"
  done
cp /etc/os-release "$root/etc/os-release"
# Without it the C library asks a name server before it looks into /etc/hosts.
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"

# Node.js brings the public authorities itself; a mounted file adds others by NODE_EXTRA_CA_CERTS.
printf 'tams:x:10001:10001:TAMS:/var/lib/tams:/sbin/nologin\n' > "$root/etc/passwd"
printf 'tams:x:10001:\n' > "$root/etc/group"
install -d -o 10001 -g 10001 -m 0750 "$root/var/lib/tams"
install -d -m 1777 "$root/tmp"
