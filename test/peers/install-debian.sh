#!/bin/sh
# Installs what the suites of this folder use as peers, from Debian's own packages. Safe to run again; asks nothing.
set -eu
export DEBIAN_FRONTEND=noninteractive
# no service may start here: the suites start what they need
export RUNLEVEL=1
packages="python3-exchangelib davmail-server libxml2-utils"
missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $missing
