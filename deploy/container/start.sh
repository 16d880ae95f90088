# What the container does: lighttpd and the worker, side by side. Where one ends,
# both do, and the host starts the container again.
#
# usage: start.sh [setup]    setup: tells Telegram where the bot lives before
set -u

export ADMIT_CGI=/usr/local/lib/admit/cgi-bin ADMIT_LOG=
ADMIT_RUN=$(mktemp -d) || exit 1 # 0700, for the sockets
export ADMIT_RUN
admit check --settings || exit 1
[ "${1:-}" != setup ] || admit setup

worker=
stop() {
	trap '' TERM INT
	# The web server first: whoever is being answered still promises. By
	# SIGINT it answers them before it goes.
	kill -INT "$web" && wait "$web"
	kill "$worker" && wait "$worker"
	rm -rf "$ADMIT_RUN"
	exit "$1"
} 2> /dev/null

lighttpd -D -f /usr/local/lib/admit/container.conf &
web=$!
admit work --stay &
worker=$!
trap 'stop 0' TERM INT
wait -n "$web" "$worker"
stop 1
