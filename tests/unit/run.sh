#!/bin/sh
# The unit tests of one build, as many programs at once as there are cores.
# Closes with "N passed, N failed".
#
# usage: run.sh BUILD-FOLDER
set -u
out=$(cd "$1" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# A server is another process, asked for each statement.
limit=600
[ -z "${ADMIT_TEST_DATABASE:-}" ] || limit=900
export limit
# What is freed is kept from use for so long; with more of it each child of a
# test takes longer to be made than what it is made for.
export ASAN_OPTIONS="quarantine_size_mb=8:${ASAN_OPTIONS:-}"
one='
	began=$(date +%s%N)
	timeout --foreground $limit "$1" > "$2.log" 2>&1
	echo $? > "$2.status"
	echo $((($(date +%s%N) - began) / 1000000)) > "$2.ms"'
# The longest first: one that began last would keep a core waiting.
begun=
for program in "$out"/tests/test_stripe_subscription "$out"/tests/test_move \
    "$out"/tests/test_stripe_events "$out"/tests/test_instructions \
    "$out"/tests/test_schema "$out"/tests/test_*; do
	case $program in *.d | *.o) continue ;; esac
	case "$begun " in *" $program "*) continue ;; esac
	begun="$begun $program"
	[ ! -x "$program" ] || printf '%s\n' "$program" "$work/${program##*/}"
done | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 2 sh -c "$one" sh

# said RESULT FILE: how many tests cmocka says it of.
said() {
	sed -n "s/^\[  $1  \] \([0-9]*\) test.*/\1/p" "$2" |
	    awk '{ n += $1 } END { print n + 0 }'
}

# A program that ended badly without a failed test counts as one.
passed=0 failed=0
for status in "$work"/*.status; do
	program=${status%.status} name=${status##*/}
	name=${name%.status}
	f=$(said FAILED "$program.log")
	if [ "$(cat "$status")" != 0 ]; then
		[ "$f" != 0 ] || f=1
		echo "FAILED  $name"
		grep -vE '^\[ (RUN|      OK) ' "$program.log"
	fi
	grep '^measure:' "$program.log"
	[ -z "${ADMIT_TIMES:-}" ] || printf '%s\t%s\n' "$(cat "$program.ms")" \
	    "$name of ${out##*/}" >> "$ADMIT_TIMES"
	passed=$((passed + $(said PASSED "$program.log")))
	failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
