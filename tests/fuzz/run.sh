#!/bin/sh
# Fuzzes each target under libFuzzer with AddressSanitizer and UBSan, all of them
# together for FUZZ_TOTAL_S seconds on as many cores as there are, or each for
# FUZZ_S; then counts which lines of the parsers the corpora reach.
#
# usage: run.sh    after make fuzz has built build/fuzz and build/coverage
set -u
cd "$(dirname "$0")/../.." || exit 2

fuzzer=$PWD/build/fuzz/fuzz/libfuzzer
found=$PWD/build/fuzz/found
work=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
results=$work/results
mkdir -p "$found"
: > "$results"
passed=0 failed=0

cores=$(nproc)
set -- tests/fuzz/corpus/*
FUZZ_S=${FUZZ_S:-$((${FUZZ_TOTAL_S:-180} * cores / $#))}
[ "$FUZZ_S" -gt 0 ] || FUZZ_S=1

# What one learns stays in a folder of this run's; what breaks it is kept.
# -> its process in $!
begin() {
	mkdir "$work/$1"
	FUZZ_TARGET=$1 ASAN_OPTIONS=allocator_may_return_null=1 \
	    LSAN_OPTIONS=suppressions=tests/fuzz/lsan.supp:print_suppressions=0 \
	    timeout $((FUZZ_S + 120)) nice "$fuzzer" "$work/$1" \
	    "tests/fuzz/corpus/$1" -max_total_time="$FUZZ_S" -max_len=8192 \
	    -timeout=10 -malloc_limit_mb=0 -rss_limit_mb=0 -print_final_stats=1 \
	    -artifact_prefix="$found/$1." > "$work/$1.log" 2>&1 &
}

# end NAME PROCESS
end() {
	if wait "$2"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$1.log")
		echo "ok      $1: $runs inputs in $FUZZ_S s, 0 findings"
		printf 'fuzzing: %s\t%s\t0 findings\n' "$1" "$runs" >> "$results"
		passed=$((passed + 1))
	else
		tail -n 40 "$work/$1.log"
		echo "FAILED  $1: see $found"
		failed=$((failed + 1))
	fi
}

# As many at once as there are cores; each runs for the same time.
set --
for seeds in tests/fuzz/corpus/*; do
	begin "${seeds##*/}"
	set -- "$@" "${seeds##*/}" $!
	[ $# -lt $((2 * cores)) ] && continue
	end "$1" "$2"
	shift 2
done
while [ $# -gt 0 ]; do
	end "$1" "$2"
	shift 2
done

sh tests/fuzz/coverage.sh > "$work/coverage"
status=$?
cat "$work/coverage"
sed -n 's/^coverage of .*: \(.*\) of \(.*\) lines$/lines of the parsers\t\2\t\1 reached by the corpora/p' \
    "$work/coverage" >> "$results"
[ $status = 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
node tests/fault/table.mjs --keep fuzz < "$results" || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed = 0 ]
