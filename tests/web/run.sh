#!/bin/sh
# The web tests: the programs of one build behind real lighttpd.
#
# usage: run.sh BUILD-FOLDER [TEST-FILE...]
set -u
out=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")" || exit 2

if [ ! -e node_modules/.package-lock.json ] ||
    [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --ignore-scripts --no-audit --no-fund > /dev/null || exit 1
fi

ADMIT_OUT=$out
ADMIT_CAPTURE=$(mktemp -d)
export ADMIT_OUT ADMIT_CAPTURE
trap 'rm -rf "$ADMIT_CAPTURE"' EXIT
[ $# -gt 0 ] || set -- *.test.mjs

log=$ADMIT_CAPTURE/log
status=0
for file; do
	# What was sent and received is judged when all of it is there.
	[ "$file" != types.test.mjs ] || continue
	timeout 600 node --test --test-reporter=tap "$file" > "$log.$file" 2>&1 ||
	    status=1
	cat "$log.$file" >> "$log"
done
timeout 300 node --test --test-reporter=tap types.test.mjs >> "$log" 2>&1 ||
    status=1
cat "$log"
passed=$(awk '/^# pass / { n += $3 } END { print n + 0 }' "$log")
failed=$(awk '/^# (fail|cancelled) / { n += $3 } END { print n + 0 }' "$log")
[ $status = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ $failed = 0 ]
