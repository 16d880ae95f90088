#!/bin/sh
# Runs the timing test and keeps its figures for the table of faults
# (tests/fault/table.mjs).
#
# usage: run.sh PROGRAM
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$1" > "$log"
status=$?
cat "$log"
sed -n '/(control)/d
s/^ok *\([a-z_]*\) *t = \(.*\) over \(.*\) pairs$/time that \1() takes for a forger'\''s first or last wrong digit\t\3\tt = \2; from 4.5 on there would be a difference/p' \
    "$log" | node "$(dirname "$0")/../fault/table.mjs" --keep timing || status=1
exit $status
