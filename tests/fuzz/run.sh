#!/bin/sh
# Fuzzes each target for FUZZ_S seconds under libFuzzer with AddressSanitizer
# and UBSan, then counts which lines of the parsers the corpora reach.
#
# usage: run.sh    after make fuzz has built build/fuzz and build/coverage
set -u
cd "$(dirname "$0")/../.." || exit 2

fuzzer=$PWD/build/fuzz/fuzz/libfuzzer
found=$PWD/build/fuzz/found
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=build/results/fuzz.tsv
mkdir -p "$found" build/results
: > "$results"
passed=0 failed=0

# What it learns stays in a folder of this run's; what breaks a target is kept.
for seeds in tests/fuzz/corpus/*; do
	name=${seeds##*/}
	mkdir "$work/$name"
	if FUZZ_TARGET=$name ASAN_OPTIONS=allocator_may_return_null=1 \
	    LSAN_OPTIONS=suppressions=tests/fuzz/lsan.supp:print_suppressions=0 \
	    timeout $((FUZZ_S + 120)) nice "$fuzzer" "$work/$name" "$seeds" \
	    -max_total_time="$FUZZ_S" -max_len=8192 -timeout=10 \
	    -malloc_limit_mb=0 -rss_limit_mb=0 -print_final_stats=1 \
	    -artifact_prefix="$found/$name." > "$work/$name.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name.log")
		echo "ok      $name: $runs inputs in $FUZZ_S s, 0 findings"
		printf 'fuzzing: %s\t%s\t0 findings\n' "$name" "$runs" >> "$results"
		passed=$((passed + 1))
	else
		tail -n 40 "$work/$name.log"
		echo "FAILED  $name: see $found"
		failed=$((failed + 1))
	fi
done

sh tests/fuzz/coverage.sh > "$work/coverage"
status=$?
cat "$work/coverage"
sed -n 's/^coverage of .*: \(.*\) of \(.*\) lines$/lines of the parsers\t\2\t\1 reached by the corpora/p' \
    "$work/coverage" >> "$results"
[ $status = 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed = 0 ]
