#!/bin/sh
# A PostgreSQL server of its own, in a temporary folder and reached by a socket
# there, for as long as a command runs: that finds it by ADMIT_TEST_DATABASE.
#
# usage: postgres.sh BUILD-FOLDER            the unit tests and some web tests on it
#        postgres.sh BUILD-FOLDER COMMAND...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$1" && pwd)
shift

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2> /dev/null |
    sort -V | tail -n 1)
PATH=${bin:+$bin:}$PATH
export PATH
command -v initdb > /dev/null || {
	echo "postgres.sh: there is no PostgreSQL here" >&2
	exit 77
}

# In memory where there is a place for that, like the ledgers of other tests.
root=/tmp
[ ! -w /dev/shm ] || root=/dev/shm
work=$(mktemp -d $root/admit-pg.XXXXXX)

# It refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid=nobody --regid=nogroup --clear-groups --"
	chown nobody "$work"
fi
(cd "$work" && LC_ALL=C.UTF-8 $as initdb -D data -U admit --auth=trust \
    --no-sync -E UTF8 --locale=C.UTF-8 > initdb.log 2>&1) || {
	cat "$work/initdb.log" >&2
	exit 1
}
(cd "$work" && exec $as postgres -D data -k "$work" -c listen_addresses= \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
    -c max_connections=100 > server.log 2>&1) &
server=$!
trap 'kill -INT $server 2> /dev/null; wait $server || :; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
until pg_isready -q -h "$work" -U admit -d postgres; do
	kill -0 $server || {
		cat "$work/server.log" >&2
		exit 1
	}
done
# One for the unit tests, and what each web test's is a copy of.
for name in unit web; do
	psql -q -h "$work" -U admit -d postgres -c "CREATE DATABASE $name"
	psql -q -h "$work" -U admit -d $name -v ON_ERROR_STOP=1 \
	    -f "$here/unit/postgres.sql"
done
export ADMIT_TEST_DATABASE="postgresql://admit@/unit?host=$work"

if [ $# -gt 0 ]; then
	"$@"
else
	status=0
	sh "$here/unit/run.sh" "$out" || status=1
	sh "$here/web/run.sh" "$out" flow.test.mjs webhook.test.mjs \
	    pay.test.mjs products.test.mjs move.test.mjs || status=1
	# Servers of their own, whose disk is waited for.
	LANES=1 sh "$here/web/run.sh" "$out" many.test.mjs failover.test.mjs ||
	    status=1
	exit $status
fi
