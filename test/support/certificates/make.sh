#!/usr/bin/env bash
# Makes the certificates of this folder anew, with openssl. The keys protect nothing, and all are good from 2020 to 2120.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'cat "$work/log"; rm -rf "$work"' EXIT
exec 2>"$work/log"

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

sign() { # sign <file> <authority> <name> <extension> <option...>: the key of <file> is there already
  mkdir -p "$work/$2.new"
  touch "$work/$2.index"
  [ -f "$work/$2.number" ] || echo 01 >"$work/$2.number"
  cat >"$work/$2.conf" <<CONFIGURATION
[ca]
default_ca=it
[it]
database=$work/$2.index
crlnumber=$work/$2.number
new_certs_dir=$work/$2.new
default_md=sha256
policy=policy
rand_serial=yes
unique_subject=no
[policy]
commonName=supplied
[extension]
$4
CONFIGURATION
  openssl req -new -key "$1.key" -subj "/CN=$3" -out "$work/request"
  openssl ca -batch -notext -config "$work/$2.conf" -keyfile "$2.key" -extensions extension \
    -startdate 20200101000000Z -enddate 21200101000000Z -in "$work/request" -out "$1.crt" "${@:5}"
}

# Two authorities, one of which nobody trusts.
for authority in authority stranger; do
  key "$authority.key"
  sign "$authority" "$authority" "tsalchemy test $authority" 'basicConstraints=critical,CA:TRUE' -selfsign
done

# The servers': for the name, and not for its address. The second is signed with another hash, on which channel binding depends.
key server.key
sign server authority localhost 'subjectAltName=DNS:localhost' -cert authority.crt
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out server-rsa.key
sign server-rsa authority localhost 'subjectAltName=DNS:localhost' -cert authority.crt -md sha384

# The clients': their common name is the role that they may log in as.
key client.key
sign client authority certified 'extendedKeyUsage=clientAuth' -cert authority.crt
openssl pkcs8 -topk8 -in client.key -passout pass:open-sesame -out client-locked.key
key client-stranger.key
sign client-stranger stranger certified 'extendedKeyUsage=clientAuth' -cert stranger.crt

# A list on which the first server's certificate stands as revoked.
openssl ca -config "$work/authority.conf" -cert authority.crt -keyfile authority.key -revoke server.crt
openssl ca -config "$work/authority.conf" -cert authority.crt -keyfile authority.key -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate 21200101000000Z -out revoked.crl
rm authority.key stranger.key
: >"$work/log"
