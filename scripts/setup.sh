#!/usr/bin/env bash
# Installs what tests and cross builds need, on Debian and its kin; with the word bench, whom the benchmark compares with,
# too. Says nothing and does nothing when all is there.
# The packages of servers would start and enable them: here they must not, tests and benchmark start their own.
set -euo pipefail

missing=()
want() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing+=("${@:2}"); }
want mosquitto mosquitto
want mosquitto_sub mosquitto-clients
want gcc gcc libc6-dev
want file file
want ip iproute2
want nft nftables
want dbus-daemon dbus
want ethtool ethtool
want readelf binutils
# The lab's Internet (scripts/lab): address translation, resolvers, authoritative names, the edges' caches.
want nft nftables
want unbound unbound
want dnsmasq dnsmasq-base
want knotd knot knot-module-geoip
want varnishd varnish
want nsenter util-linux
want aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
want arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
[ "${1:-}" != bench ] || want prometheus-blackbox-exporter prometheus-blackbox-exporter
# Real daemons that tests ask; their packages would take over this machine's network. What they are linked with is harmless.
wantlib() { compgen -G "/usr/lib/*/$1" >/dev/null || missing+=("${@:2}"); }
wantlib 'systemd/libsystemd-shared-*.so' libsystemd-shared
wantlib 'libndp.so.*' libndp0 libcurl3-gnutls libglib2.0-0 libjansson4 libpsl5
"$(dirname "$0")/unpack.sh" lib/systemd/systemd-resolved systemd-resolved
"$(dirname "$0")/unpack.sh" sbin/NetworkManager network-manager
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: this is no Debian; please install: ${missing[*]}" >&2
  exit 1
fi
as_root() { "$@"; }
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "setup: not root and no sudo; please install: ${missing[*]}" >&2; exit 1; }
  as_root() { sudo "$@"; }
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
  trap 'as_root rm -f $policy' EXIT
fi

echo "setup: installing ${missing[*]}"
as_root apt-get -qq update
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
# Enabled by their packages: a next boot must not start them either.
for service in mosquitto unbound knot varnish varnishncsa prometheus-blackbox-exporter; do
  if [[ " ${missing[*]} " == *" ${service%ncsa} "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl disable --quiet "$service.service" || true
  fi
done
