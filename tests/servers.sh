#!/bin/sh
# The payment flow, traffic as it is and the life of processes behind every web
# server and mode (tests/web/servers.mjs), each started from the repository's
# own configuration as an ordinary user: root hands over to nobody. Several are
# tried at once, then each is measured alone. Prints one table and closes with
# "N passed, N failed".
#
# usage: servers.sh BUILD-FOLDER           behind all of them
#        servers.sh BUILD-FOLDER --write   and puts the table into the guide
#        servers.sh BUILD-FOLDER --quick   a part, behind Apache with mod_fcgid
#        servers.sh BUILD-FOLDER NAME...   behind these
set -u
cd "$(dirname "$0")/.." || exit 2
out=$(cd "$1" && pwd) || exit 2
shift
files="flow pay webhook updates traffic processes"
write=no
case ${1:-} in
--write)
	write=yes
	shift
	;;
--quick)
	files="traffic processes" quick=yes
	shift
	set -- apache-fcgid
	;;
esac

tmp=$(mktemp -d)
# What runs stops its own.
stop() {
	trap '' INT TERM HUP
	touch "$tmp/stop"
	for pid in "$tmp"/*.pid; do
		[ ! -e "$pid" ] || kill "$(cat "$pid")" 2> /dev/null
	done
	wait
	exit 130
}
trap stop INT TERM HUP
trap 'rm -rf "$tmp"' EXIT

sh tests/web/run.sh --install || exit 2
here=. as=
if [ "$(id -u)" = 0 ]; then
	# Nobody may not be able to read our folders.
	here=$tmp/admit
	mkdir -p "$here/build/bin" "$here/build/cgi-bin"
	cp "$out"/bin/admit "$here/build/bin/"
	cp "$out"/cgi-bin/*.fcgi "$here/build/cgi-bin/"
	cp -r apache.conf lighttpd.conf deploy tests "$here"
	chmod -R u+rwX,go+rX "$tmp"
	chown -R 65534:65534 "$tmp"
	out=$here/build
	as="setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs"
fi

# The names, or everything that --table says of one.
servers() {
	$as node "$here/tests/web/measured.mjs" "$@"
}

[ $# -gt 0 ] || set -- $(servers --names)
tests=$(for file in $files; do echo "$file.test.mjs"; done)
passed=0 failed=0
{
	echo "| server | mode | configuration | passed | first answer | memory |"
	echo "|---|---|---|---|---|---|"
} > "$tmp/table"
# Takes whichever server no other lane has taken: they mostly wait.
lane() {
	for name; do
		[ ! -e "$tmp/stop" ] || return
		mkdir "$tmp/$name.taken" 2> /dev/null || continue
		# Whoever asked for the times need not be who runs the tests.
		: > "$tmp/$name.times"
		[ -z "$as" ] || chown 65534:65534 "$tmp/$name.times"
		$as env HOME="$tmp" ADMIT_SERVER="$name" LANES=2 \
		    ADMIT_TIMES="${ADMIT_TIMES:+$tmp/$name.times}" \
		    sh "$here/tests/web/run.sh" "$out" $tests > "$tmp/$name.log" 2>&1 &
		echo $! > "$tmp/$name.pid"
		[ ! -e "$tmp/stop" ] || kill $!
		wait $!
		echo $? > "$tmp/$name.status"
		rm "$tmp/$name.pid"
	done
}
for i in $(seq $((2 * $(getconf _NPROCESSORS_ONLN)))); do
	lane "$@" &
done
wait

# What is measured is measured alone.
for name; do
	status=$(cat "$tmp/$name.status")
	last=$(tail -n 1 "$tmp/$name.log")
	p=${last%% passed*} f=${last#*, }
	f=${f% failed}
	case $p$f in *[!0-9]* | '') p=0 f=1 ;; esac
	[ $status = 0 ] || [ "$f" != 0 ] || f=1
	[ -z "${ADMIT_TIMES:-}" ] ||
	    sed "s/ ([^()]*)$/ ($name)/" "$tmp/$name.times" >> "$ADMIT_TIMES"
	passed=$((passed + p)) failed=$((failed + f))
	[ "$f" = 0 ] || grep -vE '^ *(ok|#|---|\.\.\.|duration_ms)' "$tmp/$name.log"
	[ "${quick:-}" ] || ADMIT_OUT=$out ADMIT_SERVER=$name \
	    servers "$name" $p $f >> "$tmp/table" ||
	    failed=$((failed + 1))
done

[ "${quick:-}" ] || cat "$tmp/table"
if [ $write = yes ] && [ $failed = 0 ]; then
	awk -v rows="$tmp/table" '
		/^<!-- end of servers -->/ { skip = 0 }
		!skip { print }
		/^<!-- servers -->/ {
			skip = 1
			while ((getline line < rows) > 0)
				print line
		}' deploy/README.md > "$tmp/guide" && cat "$tmp/guide" > deploy/README.md
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
