#!/usr/bin/env bash
# cross.sh need COMPILER             says how to get a compiler that is missing
# cross.sh assert DIR MACHINE        fails unless every binary in DIR is static and for MACHINE (as readelf names it),
#                                    and the daemon holds the very SQLite of go.mod's driver
set -euo pipefail

need() {
  command -v "$1" >/dev/null || { echo "$1 is missing: make setup" >&2; exit 1; }
}

# sqlite prints a constant of the driver's own header.
sqlite() {
  local header
  header=$(go list -m -f '{{.Dir}}' github.com/mattn/go-sqlite3)/sqlite3-binding.h
  sed -nE "s/^#define SQLITE_$1 +\"?([^\"]+)\"?\$/\1/p" "$header"
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
  # 3.51.3 mended a bug that corrupts a database in WAL mode (sqlite.org/wal.html, "WAL-reset").
  [ "$(sqlite VERSION_NUMBER)" -ge 3051003 ] || { echo "the driver brings SQLite $(sqlite VERSION): 3.51.3 at least" >&2; exit 1; }
  id=$(sqlite SOURCE_ID) # the release's check-in
  [ -n "$id" ] || { echo "no SQLITE_SOURCE_ID in the driver's header" >&2; exit 1; }
  grep -aqF "$id" "$dir/edgeprobed" || { echo "$dir/edgeprobed does not hold SQLite $(sqlite VERSION)" >&2; exit 1; }
  echo "$dir/edgeprobed: SQLite $(sqlite VERSION) inside"
}

"$@"
