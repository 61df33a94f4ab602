#!/bin/sh
# Installs what the suites of this folder use as peers, and what the optional npm package kerberos is built with, from
# Debian's own packages. Run it as root before `npm ci`. Safe to run again, quick when all is there; asks nothing and
# starts no service: the suites start and stop what they need.
set -eu
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1

clients="python3-exchangelib davmail-server libxml2-utils curl"
build="libkrb5-dev libgssapi-krb5-2 g++ make python3"
logins="krb5-kdc krb5-admin-server krb5-user apache2-bin apache2-utils libapache2-mod-auth-gssapi gss-ntlmssp
  tinyproxy-bin squid faketime lighttpd openssl python3-gssapi python3-requests-ntlm"
store="postgresql"
mail="postfix python3-aiosmtpd"

missing=""
for package in $clients $build $logins $store $mail; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "run as root; to be installed:$missing" >&2
  exit 1
fi

# invoke-rc.d and deb-systemd-invoke ask this file before they start a service; 101 forbids it
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold $missing
