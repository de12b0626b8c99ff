#!/usr/bin/env bash
# unpack.sh FILE PACKAGE...   unpacks Debian packages under .cache/debian without installing them, unless FILE is on this
# machine or there already: tests run a daemon whose package would take over what it is for
set -euo pipefail
cd "$(dirname "$0")/.."

into=.cache/debian
for root in / $into/ $into/usr/; do
  [ ! -x "$root$1" ] || exit 0
done
command -v apt-get >/dev/null || { echo "setup: this is no Debian; please install: ${*:2}" >&2; exit 1; }

from=$(mktemp -d)
trap 'rm -rf "$from"' EXIT
echo "setup: unpacking ${*:2}"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get -qq update
(cd "$from" && apt-get -qq download "${@:2}" 2>/dev/null)
mkdir -p $into
for package in "$from"/*.deb; do dpkg-deb -x "$package" $into; done
