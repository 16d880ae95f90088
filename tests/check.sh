#!/bin/sh
# Runs suites over one or more builds and closes with one line over all of
# them: "N passed, N failed". Status 1 if anything failed, or if nothing ran.
#
# usage: check.sh BUILD-FOLDER SUITE... [BUILD-FOLDER SUITE...]
#        suites: lint docs hardening installing unit web servers-quick corpora
#        fuzz fault fault-quick
set -u
cd "$(dirname "$0")/.." || exit 2

passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# count PATTERN-OF-PASSED PATTERN-OF-FAILED STATUS WHAT: adds up what the log
# says. A suite that ended badly without a count counts as one failure.
count() {
	p=$(sed -n "$1" "$log" | awk '{ n += $1 } END { print n + 0 }')
	f=$(sed -n "$2" "$log" | awk '{ n += $1 } END { print n + 0 }')
	if [ "$3" != 0 ] && [ "$f" = 0 ]; then
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	[ "$f" = 0 ] && echo "ok      $4: $p passed" && return
	echo "FAILED  $4: $p passed, $f failed"
}

closing_line() {
	count 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' \
	    's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$1" "$2"
}

lint() {
	sh tests/lint/lint.sh > "$log" 2>&1
	status=$?
	[ $status = 0 ] && echo "1 passed, 0 failed" >> "$log" || cat "$log"
	closing_line $status "lint"
	sh tests/lint/selftest.sh > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "lint finds what is planted"
}

docs() {
	sh tests/docs.sh "$out" > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "README and man page"
}

hardening() {
	sh tests/hardening.sh "$out" > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "hardening of $out"
}

installing() {
	sh tests/installing.sh "$out" > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "make install, uninstall and bundle"
}

unit() {
	for program in "$out"/tests/test_*; do
		case $program in *.d | *.o) continue ;; esac
		[ -x "$program" ] || continue
		timeout 300 "$program" > "$log" 2>&1
		status=$?
		[ $status = 0 ] || grep -vE '^\[ (RUN|      OK) ' "$log"
		grep '^measure:' "$log"
		count 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' \
		    's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' $status \
		    "$program"
	done
}

web() {
	sh tests/web/run.sh "$out" > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	sed -n 's/^# \(measure:\)/\1/p' "$log"
	closing_line $status "web tests of $out"
}

servers_quick() {
	sh tests/servers.sh "$out" --quick > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "behind Apache, $out"
}

# faults [--quick]: the latter takes every so many points.
faults() {
	ADMIT_OUT=$out node tests/fault/run.mjs "$@" > "$log" 2>&1
	status=$?
	grep -vE '^[0-9]* passed, ' "$log"
	closing_line $status "faults of $out"
}

# Each parser over its corpus and changed copies of it.
corpora() {
	LSAN_OPTIONS=suppressions=tests/fuzz/lsan.supp:print_suppressions=0 \
	    timeout 300 "$out/fuzz/replay" tests/fuzz/corpus 1000 > "$log" 2>&1
	status=$?
	[ $status = 0 ] || cat "$log"
	closing_line $status "parsers of $out over their corpora"
}

fuzz() {
	sh tests/fuzz/run.sh > "$log" 2>&1
	status=$?
	grep -vE '^[0-9]* passed, ' "$log"
	closing_line $status "fuzzing"
}

out=
for word; do
	case $word in
	lint | docs | hardening | installing | unit | web) $word ;;
	corpora | fuzz) $word ;;
	servers-quick) servers_quick ;;
	fault) faults ;;
	fault-quick) faults --quick ;;
	*) out=$word ;;
	esac
done

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
