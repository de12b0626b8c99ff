#!/usr/bin/env bash
# size.sh DAEMON...   fails when a daemon is larger than the design's budget: it is carried to devices over metered lines
set -euo pipefail

budget=12000000 # bytes, as `make bench` counts them

for daemon in "$@"; do
  size=$(stat -c %s "$daemon")
  if [ "$size" -gt $budget ]; then
    echo "$daemon has $size bytes, $((size - budget)) over its budget of $budget: see what a change linked in with go version -m $daemon" >&2
    echo "and go tool nm -size -sort size on a build without -s -w; a call of a method by a name that is not constant (text/template) keeps every method of all types" >&2
    exit 1
  fi
  echo "$daemon: $size bytes of $budget"
done
