#!/bin/sh
# Makes the secrets that docker-compose.production.yml mounts, each once: what is there stays as it is.
# Usage: deploy/make-secrets.sh [DIRECTORY]; the directory is deploy/secrets unless another is named.
set -eu
umask 077
directory=${1:-"$(dirname "$0")/secrets"}
mkdir -p "$directory"
# The files are readable by the containers' users, the directory by its owner alone: nobody else on the host gets past it.
chmod 0700 "$directory"
cd "$directory"

# Whole or not at all: the next run would take half a secret for one.
keep() {
  [ -e "$1" ] && return
  printf '%s\n' "$2" > "$1.unfinished"
  chmod 0444 "$1.unfinished"
  mv "$1.unfinished" "$1"
}
# In hex, so that a URL takes it as it is.
password() { openssl rand -hex 32; }
key() { openssl rand -base64 32; }

[ -e postgres_password ] || keep postgres_password "$(password)"
keep database_url "postgres://keyledger:$(cat postgres_password)@postgres:5432/keyledger"

[ -e event_store_admin_password ] || keep event_store_admin_password "$(password)"
[ -e event_store_ops_password ] || keep event_store_ops_password "$(password)"
keep event_store_url \
  "esdb://admin:$(cat event_store_admin_password)@event-store:2113?tls=true&tlsCAFile=/run/secrets/event_store_ca.crt"

# A letter first: NATS takes what begins with a digit for a number.
[ -e nats_password ] || keep nats_password "n$(password)"
keep nats_url "nats://keyledger:$(cat nats_password)@nats:4222"

if [ ! -e event_store_ca.crt ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=Keyledger event store CA' \
    -keyout event_store_ca.key -out ca.unfinished 2> /dev/null
  chmod 0444 ca.unfinished
  mv ca.unfinished event_store_ca.crt
fi
if [ ! -e event_store_certificate ]; then
  printf '%s\n' 'subjectAltName = DNS:event-store, DNS:localhost, IP:127.0.0.1' \
    'extendedKeyUsage = serverAuth, clientAuth' > extensions.unfinished
  openssl req -newkey rsa:3072 -nodes -subj '/CN=eventstoredb-node' \
    -keyout event_store_private_key -out request.unfinished 2> /dev/null
  openssl x509 -req -in request.unfinished -days 825 -CA event_store_ca.crt -CAkey event_store_ca.key \
    -extfile extensions.unfinished -out certificate.unfinished 2> /dev/null
  chmod 0444 event_store_private_key certificate.unfinished
  mv certificate.unfinished event_store_certificate
  rm -f request.unfinished extensions.unfinished
fi

[ -e keyring.json ] || keep keyring.json \
  "{\"current_pepper\": 1, \"peppers\": {\"1\": \"$(key)\"}, \"position_key\": \"$(key)\"}"
echo "the secrets are in $(pwd)"
