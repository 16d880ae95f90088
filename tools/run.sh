#!/bin/sh
# What `make run` does once everything is built: lighttpd with the three
# programs and the worker, in the foreground, until Ctrl-C. Without keys in the
# environment (or in a settings file) the two foreign services are the
# sandbox's stand-ins.
#
# usage: run.sh BUILD-FOLDER
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
out=$(cd "$1" && pwd)
admit=$out/bin/admit
PORT=${PORT:-8080}
home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)

run=$(mktemp -d "${TMPDIR:-/tmp}/admit-run.XXXXXX")
chmod 700 "$run"
export PORT ADMIT_CGI="$out/cgi-bin" ADMIT_RUN="$run" ADMIT_LOG="$run/admit.log"
: > "$ADMIT_LOG"

has_keys() {
	[ -n "${STRIPE_SECRET_KEY:-}${STRIPE_WEBHOOK_SECRET:-}" ] ||
	    [ -n "${TELEGRAM_BOT_TOKEN:-}${ADMIT_CONF:-}" ] ||
	    [ -e "$home/.config/admit/admit.env" ]
}

chance() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

pids= worker= nap= sandbox=no failed=0

stop_all() {
	trap '' INT TERM HUP
	[ -z "$nap" ] || kill "$nap" 2>/dev/null
	# The web server first: whoever is being answered still promises.
	for pid in $pids $worker; do
		kill -TERM "$pid" 2>/dev/null
	done
	for pid in $pids $worker; do
		tries=0
		while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do
			sleep 0.1
			tries=$((tries + 1))
		done
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	# A worker that a program started while ours was away.
	[ -z "$worker" ] || "$admit" work --stop 2>/dev/null
	rm -rf "$run"
	exit "$failed"
}
trap stop_all INT TERM HUP

give_up() {
	echo "make run: $1" >&2
	[ ! -s "$ADMIT_LOG" ] || tail -n 5 "$ADMIT_LOG" >&2
	failed=1
	stop_all
}

# Paths in the ledger's address are taken from here, as one types them.
case ${DATABASE_URL:-} in
sqlite:/* | postgres* | /* | '') ;;
sqlite:*) export DATABASE_URL="sqlite:$PWD/${DATABASE_URL#sqlite:}" ;;
*) export DATABASE_URL="sqlite:$PWD/$DATABASE_URL" ;;
esac
case ${DB_PATH:-/} in
/*) ;;
*) export DB_PATH="$PWD/$DB_PATH" ;;
esac

conf=$root/lighttpd.conf
if ! has_keys; then
	sandbox=yes
	conf=$root/tests/sandbox/lighttpd.conf
	export ADMIT_ROOT="$root"
	export SANDBOX_PORT="${SANDBOX_PORT:-$((PORT + 10000 > 65535 ? PORT - 10000 : PORT + 10000))}"
	export BASE_URL="${BASE_URL:-http://127.0.0.1:$PORT}"
	export STRIPE_SECRET_KEY="sk_test_$(chance)"
	export STRIPE_WEBHOOK_SECRET="whsec_$(chance)"
	export TELEGRAM_BOT_TOKEN="1000001:$(chance)"
	export TELEGRAM_WEBHOOK_SECRET="$(chance)"
	export STRIPE_API_BASE="http://127.0.0.1:$SANDBOX_PORT/stripe"
	export TELEGRAM_API_BASE="http://127.0.0.1:$SANDBOX_PORT/telegram"
	# A link of your own is the other way of selling: one for all buyers.
	[ -n "${PAID_CHANNEL_LINK:-}" ] ||
	    export PAID_CHANNEL_ID="${PAID_CHANNEL_ID:--1001000000001}"
	export SUPPORT_CONTACT="${SUPPORT_CONTACT:-@support}"
	export DATABASE_URL="sqlite:$run/admit.db"
	unset DB_PATH
fi

"$admit" check --settings || give_up "the settings must be mended first"

# What the coach answers from.
teach() {
	"$admit" lessons import "$root/tests/lessons" &&
	    "$admit" lessons import --public "$root/tests/lessons/about"
}

if [ $sandbox = yes ]; then
	teach > "$run/lessons.out" 2>> "$ADMIT_LOG" ||
	    give_up "the lessons cannot be read: $(cat "$run/lessons.out")"
	node "$root/tests/sandbox/sandbox.mjs" > "$run/sandbox.out" 2>&1 &
	pids="$pids $!"
	tries=0
	until grep -q '^sandbox ready' "$run/sandbox.out" || [ $tries -ge 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	grep -q '^sandbox ready' "$run/sandbox.out" ||
	    give_up "the sandbox does not start: $(tail -n 3 "$run/sandbox.out")"
fi

lighttpd=$(PATH=$PATH:/usr/sbin:/sbin command -v lighttpd) ||
    give_up "lighttpd is not installed; run make deps"
"$lighttpd" -D -f "$conf" 2>> "$ADMIT_LOG" &
web=$!
pids="$web $pids"
"$admit" work --stay 2>> "$ADMIT_LOG" &
worker=$!

sleep 0.5
kill -0 "$web" 2>/dev/null || give_up "lighttpd does not start on port $PORT"
if [ $sandbox = yes ]; then
	echo "Admit's sandbox is at http://127.0.0.1:$PORT/   (Ctrl-C ends it)"
else
	echo "Admit serves http://127.0.0.1:$PORT/   (Ctrl-C ends it)"
fi
echo "log: $ADMIT_LOG"

# Ctrl-C reaches us all. A make that was sent SIGINT by itself does not pass it
# on: it blocks the signal and waits for us.
make_was_interrupted() {
	read -r name 2>/dev/null < "/proc/$PPID/comm" && [ "$name" = make ] &&
	    grep -q '^SigBlk:.*[2367abef]$' "/proc/$PPID/status"
}

# Ends with the first of: a signal, the web server's end, the end of make.
while kill -0 "$web" 2>/dev/null && kill -0 "$PPID" 2>/dev/null; do
	! make_was_interrupted || stop_all
	sleep 1 &
	nap=$!
	wait $nap
done
give_up "the web server ended"
