#!/bin/sh
# A PostgreSQL server of its own, in a temporary folder and reached by a socket
# there, for as long as a command runs: that finds it by ADMIT_TEST_DATABASE.
#
# usage: postgres.sh BUILD-FOLDER COMMAND...
#        postgres.sh BUILD-FOLDER --part PART  one of those of `make postgres`:
#            unit: the unit tests
#            web-1 ... web-6: a sixth of the web tests each; those that are
#                about the file that a ledger may be are skipped by their name
#            ways: behind a pooler, and in the schema that the server opens
#            machines: several of them, and servers that are killed
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

web() {
	sh "$here/web/run.sh" "$out" "$@"
}

# Of the web tests those whose number in the list is N, N + 6 ... What is about
# types or measures alone would say the same again.
sixth() {
	(cd "$here/web" && ls *.test.mjs) |
	    grep -vE '^(many|failover|measure|types)\.' |
	    awk -v n="$1" 'NR % 6 == n % 6'
}

[ "$1" = --part ] || {
	"$@"
	exit
}
case $2 in
unit) sh "$here/unit/run.sh" "$out" ;;
web-*) web $(sixth "${2#web-}") ;;
ways)
	status=0
	ADMIT_TEST_LEDGER=pooled web flow.test.mjs updates.test.mjs || status=1
	ADMIT_TEST_LEDGER=plain web flow.test.mjs || status=1
	exit $status
	;;
# Servers of their own, whose disk is waited for.
machines) LANES=1 web many.test.mjs failover.test.mjs ;;
esac
