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
home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)

run=$(mktemp -d "${TMPDIR:-/tmp}/admit-run.XXXXXX")
chmod 700 "$run"
export ADMIT_CGI="$out/cgi-bin" ADMIT_RUN="$run" ADMIT_LOG="$run/admit.log"
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

# Whether somebody listens at this port already.
is_taken() {
	cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
	    awk -v "port=$(printf ':%04X' "$1")" '
		$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 }
		END { exit !found }'
}

# The first one from there that nobody has.
free_from() {
	n=$1
	while is_taken "$n" && [ "$n" -lt $(($1 + 100)) ]; do
		n=$((n + 1))
	done
	echo "$n"
}

must_be_free() {
	! is_taken "$1" || give_up "port $1 is taken, perhaps by one of these
that runs already. End that one with Ctrl-C where it was started, or take
another port: $2=$(free_from "$1") make run"
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

# A sandbox without a wish takes the next port. What has keys has an address,
# too, and somebody who expects it there.
has_keys || sandbox=yes
if [ -n "${PORT:-}" ] || [ $sandbox = no ]; then
	export PORT="${PORT:-8080}"
	must_be_free "$PORT" PORT
else
	PORT=$(free_from 8080)
	export PORT
	[ "$PORT" = 8080 ] || echo "Port 8080 is taken; this one is at $PORT."
fi

# The sandbox's shop, unless something is said of what is sold: a course and a
# club with pictures, texts of the law and lessons, in each language.
sample_shop() {
	shop=$root/tests/sandbox/shop
	[ -z "${PRODUCT_NAME:-}${PRICE_AMOUNT:-}${PRICE_EVERY:-}" ] &&
	    [ -z "${STRIPE_PRICE_ID:-}${STARS_AMOUNT:-}${PRODUCTS_FILE:-}" ] &&
	    [ -z "${PAID_CHANNEL_LINK:-}${PAID_CHANNEL_ID:-}" ] || return
	export PRODUCTS_FILE="$run/products.json" SELL_WITH=both
	export CONTENT_DIR="${CONTENT_DIR:-$shop/content}" SANDBOX_PAST="${SANDBOX_PAST:-1}"
	awk -v "shop=$shop" '
		{ if ((i = index($0, "SHOP/")) > 0)
			$0 = substr($0, 1, i - 1) shop substr($0, i + 4)
		print }' "$shop/products.json" > "$PRODUCTS_FILE"
}

# What the terminal speaks, until somebody is there.
terminals_language() {
	case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
	uk* | de* | pl*) printf %.2s "${LC_ALL:-${LC_MESSAGES:-$LANG}}" ;;
	*) echo en ;;
	esac
}

# A file of the sandbox's own, which goes with it; at a server a schema of its
# own, which stays. A ledger that somebody has is never played with.
sandbox_ledger() {
	case ${DATABASE_URL:-} in
	postgres*)
		export DB_SCHEMA="admit_sandbox_$PORT" WORKER_FOLDER="$run"
		export SANDBOX_LEDGER_STAYS=1
		echo "The sandbox's ledger is the schema $DB_SCHEMA of your database."
		return
		;;
	*) [ -z "${DATABASE_URL:-}${DB_PATH:-}" ] ||
	    echo "The sandbox has a ledger of its own and leaves yours alone." ;;
	esac
	export DATABASE_URL="sqlite:$run/admit.db"
	[ ! -e "$out/sandbox/clock.so" ] || {
		export SANDBOX_CLOCK="$run/clock"
		printf '\0\0\0\0\0\0\0\0' > "$SANDBOX_CLOCK"
		clock=$out/sandbox/clock.so
	}
}

conf=$root/lighttpd.conf clock=
if [ $sandbox = yes ]; then
	conf=$root/tests/sandbox/lighttpd.conf
	export ADMIT_ROOT="$root"
	[ -z "${SANDBOX_PORT:-}" ] || must_be_free "$SANDBOX_PORT" SANDBOX_PORT
	export SANDBOX_PORT="${SANDBOX_PORT:-$(free_from $((PORT > 55000 ? PORT - 10000 : PORT + 10000)))}"
	export BASE_URL="${BASE_URL:-http://127.0.0.1:$PORT}"
	export STRIPE_SECRET_KEY="sk_test_$(chance)"
	export STRIPE_WEBHOOK_SECRET="whsec_$(chance)"
	export TELEGRAM_BOT_TOKEN="1000001:$(chance)"
	export TELEGRAM_WEBHOOK_SECRET="$(chance)"
	export STRIPE_API_BASE="http://127.0.0.1:$SANDBOX_PORT/stripe"
	export TELEGRAM_API_BASE="http://127.0.0.1:$SANDBOX_PORT/telegram"
	export PAY_LINK_SECRET="${PAY_LINK_SECRET:-$(chance)}"
	export ADMIN_TG_IDS="${ADMIN_TG_IDS:-700000000}"
	# Of what operators are told; the visitor's language takes its place.
	[ -n "${SHOP_LANGUAGE:-}" ] || {
		export ADMIT_CONF="$run/admit.env"
		(umask 077 && echo "SHOP_LANGUAGE=$(terminals_language)" > "$ADMIT_CONF")
	}
	export RECONCILE_MINUTES="${RECONCILE_MINUTES:-1}" QUIET_HOURS="${QUIET_HOURS:-0-0}"
	export CART_REMINDER_HOURS="${CART_REMINDER_HOURS:-20}" INTRO_REMINDER_DAYS="${INTRO_REMINDER_DAYS:-1}"
	sample_shop
	# A link of your own is the other way of selling: one for all buyers.
	[ -n "${PAID_CHANNEL_LINK:-}${PRODUCTS_FILE:-}" ] ||
	    export PAID_CHANNEL_ID="${PAID_CHANNEL_ID:--1001000000001}"
	export SUPPORT_CONTACT="${SUPPORT_CONTACT:-@support}" SUPPORT_CHAT_ID="${SUPPORT_CHAT_ID:--1001000000009}"
	sandbox_ledger
	unset DB_PATH
fi

"$admit" check --settings || give_up "the settings must be mended first"

# What the coach answers from. A list of nobody to let in makes the ledger that
# lessons want, before there is anybody to register the bot with.
teach() {
	"$admit" import /dev/null > /dev/null &&
	    "$admit" lessons import "$root/tests/lessons" &&
	    "$admit" lessons import --public "$root/tests/lessons/about" &&
	    for language in en de pl; do
		    "$admit" lessons import "$root/tests/sandbox/shop/lessons/$language" || return
	    done
}

if [ $sandbox = yes ]; then
	teach > "$run/lessons.out" 2>> "$ADMIT_LOG" ||
	    give_up "the lessons cannot be read: $(cat "$run/lessons.out")"
	SANDBOX_ADMIT="$admit" SANDBOX_PRELOAD="$clock" \
	    node "$root/tests/sandbox/sandbox.mjs" > "$run/sandbox.out" 2>&1 &
	pids="$pids $!"
	tries=0
	until grep -qs '^sandbox ready' "$run/sandbox.out" || [ $tries -ge 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	grep -q '^sandbox ready' "$run/sandbox.out" ||
	    give_up "the sandbox does not start: $(tail -n 3 "$run/sandbox.out")"
fi

lighttpd=$(PATH=$PATH:/usr/sbin:/sbin command -v lighttpd) ||
    give_up "lighttpd is not installed; run make deps"

open_shop() {
	LD_PRELOAD=${clock:-${LD_PRELOAD:-}} "$lighttpd" -D -f "$conf" 2>> "$ADMIT_LOG" &
	web=$!
	LD_PRELOAD=${clock:-${LD_PRELOAD:-}} "$admit" work --stay 2>> "$ADMIT_LOG" &
	worker=$!
}

# What the sample has behind it is played first, and no operator is told of it.
if [ -n "$clock" ] && [ "${SANDBOX_PAST:-0}" = 1 ]; then
	stand_ins=$pids notify=${NOTIFY:-}
	export NOTIFY=dispute
	open_shop
	pids="$web $stand_ins"
	tries=0
	until grep -qs '^past played' "$run/sandbox.out" || ! kill -0 "$web" 2>/dev/null ||
	    [ $tries -ge 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill "$web" "$worker" 2>/dev/null
	wait "$web" "$worker" 2>/dev/null
	pids=$stand_ins NOTIFY=$notify
	[ -n "$notify" ] || unset NOTIFY
fi
open_shop
pids="$web $pids"

sleep 0.5
kill -0 "$web" 2>/dev/null || {
	! grep -q 'ddress already in use' "$ADMIT_LOG" || must_be_free "$PORT" PORT
	give_up "lighttpd does not start on port $PORT"
}
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
