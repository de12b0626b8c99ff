#!/usr/bin/env bash
# cross.sh need COMPILER             says how to get a compiler that is missing
# cross.sh assert DIR MACHINE        fails unless every binary in DIR is static and for MACHINE (as readelf names it),
#                                    and the daemon holds the very SQLite of go.mod's driver
set -euo pipefail

need() {
  command -v "$1" >/dev/null || { echo "$1 is missing: make setup" >&2; exit 1; }
}

# source_id is what SQLite calls this release: its check-in, as in the driver's own header.
source_id() {
  local header
  header=$(go list -m -f '{{.Dir}}' github.com/mattn/go-sqlite3)/sqlite3-binding.h
  sed -nE 's/^#define SQLITE_SOURCE_ID +"([^"]+)".*/\1/p' "$header"
}

assert() {
  local dir=$1 machine=$2 binary id
  for binary in "$dir"/*; do
    file "$binary" | grep -q 'statically linked' || { echo "$binary is not static:" "$(file "$binary")" >&2; exit 1; }
    readelf -h "$binary" | grep -qE "Machine: +$machine\$" || { echo "$binary is not for $machine" >&2; exit 1; }
    if readelf -l "$binary" | grep -q INTERP || readelf -d "$binary" | grep -q NEEDED; then
      echo "$binary asks for a loader or a library" >&2
      exit 1
    fi
    echo "$binary: static, $machine, $(stat -c %s "$binary" | numfmt --to=si --suffix=B)"
  done
  id=$(source_id)
  [ -n "$id" ] || { echo "no SQLITE_SOURCE_ID in the driver's header" >&2; exit 1; }
  grep -aqF "$id" "$dir/edgeprobed" || { echo "$dir/edgeprobed does not hold SQLite ${id:0:10}" >&2; exit 1; }
  echo "$dir/edgeprobed: SQLite of ${id:0:19} inside"
}

"$@"
