#!/bin/sh
# The web tests: the programs of one build behind real lighttpd. Several files
# at a time, for they mostly wait, the longest first; then, alone, what
# measures and what judges all that was captured. Where ADMIT_TIMES names a
# file, it gets a line for each test: milliseconds, a tab, the name.
#
# usage: run.sh BUILD-FOLDER [TEST-FILE...]
#        run.sh --install    only what the tests need of npm's
#        LANES=N             so many files at a time
#        ENGINE=postgres     with their ledgers on a PostgreSQL server
set -u
out=
[ "$1" = --install ] || out=$(cd "$1" && pwd) || exit 2
shift
cd "$(dirname "$0")" || exit 2

# Of two runs that begin at once, one installs.
(
	flock 9
	[ -e node_modules/.package-lock.json ] &&
	    [ ! package-lock.json -nt node_modules/.package-lock.json ] ||
	    npm ci --ignore-scripts --no-audit --no-fund > /dev/null
) 9< package-lock.json || exit 1
[ -n "$out" ] || exit 0

[ "${ENGINE:-}" != postgres ] || [ -n "${ADMIT_TEST_DATABASE:-}" ] ||
    exec sh ../postgres.sh "$out" sh run.sh "$out" "$@"

ADMIT_OUT=$out
ADMIT_CAPTURE=$(mktemp -d)
export ADMIT_OUT ADMIT_CAPTURE
work=$ADMIT_CAPTURE/run
mkdir "$work"

# Each test file runs in a process group of its own, which timeout(1) heads.
stop() {
	trap '' INT TERM HUP
	touch "$work/stop"
	for pid in "$work"/*.pid; do
		[ ! -e "$pid" ] || kill "$(cat "$pid")" 2> /dev/null
	done
	wait
	exit 130
}
trap stop INT TERM HUP
trap 'rm -rf "$ADMIT_CAPTURE"' EXIT

one() {
	timeout 600 node --single-threaded --test-reporter=tap "$1" > "$work/$1.log" 2>&1 &
	echo $! > "$work/$1.pid"
	wait $!
	echo $? > "$work/$1.status"
	rm "$work/$1.pid"
	flock "$work/turn" cat "$work/$1.log"
}

# Takes whichever file no other lane has taken.
lane() {
	for file; do
		[ ! -e "$work/stop" ] || return
		! mkdir "$work/$file" 2> /dev/null || one "$file"
	done
}

[ $# -gt 0 ] || set -- *.test.mjs
long= side=
for name in door subscription trouble coach rush telegram admin browser \
    scenarios flow languages pay thin stars year; do
	case " $* " in
	*" $name.test.mjs "*) long="$long $name.test.mjs" ;;
	esac
done
for file; do
	case $file in
	measure.test.mjs | types.test.mjs) ;;
	*) side="$side $file" ;;
	esac
done
for i in $(seq "${LANES:-$((3 * $(getconf _NPROCESSORS_ONLN)))}"); do
	lane $long $side &
done
wait
for file in measure.test.mjs types.test.mjs; do
	case " $* " in
	*" $file "*) lane "$file" & wait ;;
	esac
done

# A file that ended badly without a failed test counts as one.
passed=0 failed=0
for file; do
	counts=$(awk '/^# pass / { p += $3 } /^# (fail|cancelled) / { f += $3 }
	    END { print p + 0, f + 0 }' "$work/$file.log")
	p=${counts% *} f=${counts#* }
	[ "$f" != 0 ] || [ "$(cat "$work/$file.status")" = 0 ] || f=1
	passed=$((passed + p))
	failed=$((failed + f))
	[ $f != 0 ] || continue
	echo "FAILED  $file: $f"
	awk '/^ *not ok [0-9]+ - / {
		sub(/^ *not ok [0-9]+ - /, "        "); print }
	    /^ *error: / { if (/\|-$/) getline; sub(/^ */, "            "); print }
	    ' "$work/$file.log"
done
cat "$work"/*.log | sed -n 's/^ *# \(measure: \)/\1/p'
[ -z "${ADMIT_TIMES:-}" ] || cat "$work"/*.log | awk -v of="${out##*/}" '
	/^ *(not )?ok [0-9]+ - / { name = $0; sub(/^[^-]*- /, "", name) }
	/^ *duration_ms:/ { ms = $2; group = 0 }
	/^ *type: .suite/ { group = 1 }
	/^ *\.\.\.$/ && ms != "" {
		if (!group)
			printf "%.0f\t%s (%s)\n", ms, name, of
		ms = ""
	}' >> "$ADMIT_TIMES"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
