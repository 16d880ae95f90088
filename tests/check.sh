#!/bin/sh
# Runs suites over one or more builds and closes with one line over all of
# them: "N passed, N failed". Status 1 if anything failed, or if nothing ran.
#
# What computes shares the cores, in the order it is named and at low priority;
# what mostly waits runs beside it; what measures runs alone, last. A build that
# is asked for first comes before everything, others are made meanwhile. What
# each suite said, its measures as well, stays in build/check.
#
# usage: check.sh BUILD-FOLDER SUITE... [BUILD-FOLDER SUITE...]
#        suites: build lint parts docs hardening installing unit web web-memory
#        web-later measure servers-quick postgres-quick corpora fuzz fault
#        fault-quick
set -u
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d)
kept=build/check
rm -rf "$kept"
mkdir -p "$kept"
ADMIT_TIMES=$work/times
export ADMIT_TIMES
: > "$ADMIT_TIMES"

# Each suite's command runs in a process group of its own, which timeout(1)
# heads; what is told to end, ends its own.
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
trap 'rm -rf "$work"' EXIT

# its WHAT COMMAND...: runs the command to its end and says what became of it,
# in full if it failed. One that ended badly without a count counts as one.
its() {
	what=$1
	shift
	[ ! -e "$work/stop" ] || return
	log=$kept/$(echo "$what" | tr -c 'a-z0-9\n' _).log
	began=$(date +%s)
	timeout "${PATIENCE_S:-900}" $gently "$@" > "$log" 2>&1 &
	echo $! > "$work/$what.pid"
	[ ! -e "$work/stop" ] || kill $!
	wait $!
	status=$?
	rm -f "$work/$what.pid"
	[ ! -e "$work/stop" ] || return
	p=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log" | tail -n 1)
	f=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log" | tail -n 1)
	[ $status = 0 ] || [ "${f:-0}" != 0 ] || f=1
	[ -n "$p" ] || { p=0; [ $status != 0 ] || p=1; }
	echo "$p ${f:-0}" >> "$work/counts"
	line="$what: $p passed"
	word=ok
	[ "${f:-0}" = 0 ] || word=FAILED line="$line, $f failed"
	(
		flock 9
		[ $word = ok ] || cat "$log"
		[ "$suite" != fault ] && [ "$suite" != fuzz ] || [ $word != ok ] ||
		    grep -vE '^[0-9]* passed, ' "$log"
		printf '%-7s %s (%d s)\n' $word "$line" $(($(date +%s) - began))
	) 9> "$work/turn"
	[ $word = ok ]
}

# What a browser shows, the compiler of types, the quality of a search and the
# measures would show under the sanitizers what they show without.
same="browser pages types lessons measure"
# These reach what no unit test does. The others come to some 680 lines more of
# 33,100 (under clang's coverage), most of them in tools/, by many buyers, in many
# orders and through every fault of the vendors: check-all has them under the
# sanitizers.
memory="admin bench coach consent content desk init move older products report
    texts tools"
files() { printf '%s.test.mjs ' "$@"; }
later() {
	(cd tests/web && ls *.test.mjs) |
	    grep -vE "^($(echo $same $memory | tr ' ' '|'))\."
}

# one BUILD-FOLDER SUITE
one() {
	out=$1 suite=$2 name=${1##*/}
	gently="nice -n 10"
	case $suite in build | web* | measure) gently= ;; esac
	[ "$suite" = build ] || [ "$out" = "$first" ] ||
	    flock -s "$work/building" true
	case $suite in
	build)
		its "building $name" make --no-print-directory -j"$cores" "build-$name"
		;;
	lint)
		its "lint" sh tests/lint/lint.sh
		its "lint finds what is planted" sh tests/lint/selftest.sh
		;;
	parts)
		its "parts of check-all, interrupted" node tests/parts/selftest.mjs
		;;
	docs)
		its "documents and man page" sh tests/docs.sh "$out"
		its "what a newcomer is told" node tests/house/walkthrough.mjs
		its "reasons of mutants" node tests/mutants/mutants.mjs --reasons
		;;
	hardening) its "hardening of $name" sh tests/hardening.sh "$out" ;;
	installing)
		its "install, uninstall and bundle" sh tests/installing.sh "$out"
		;;
	unit) its "unit tests of $name" sh tests/unit/run.sh "$out" ;;
	web)
		its "web tests of $name" sh tests/web/run.sh "$out" \
		    $(cd tests/web && ls *.test.mjs | grep -v '^measure\.')
		;;
	web-memory)
		its "web tests of $name" sh tests/web/run.sh "$out" $(files $memory)
		;;
	web-later)
		its "other web tests of $name" sh tests/web/run.sh "$out" $(later)
		;;
	measure)
		its "delays of $name" sh tests/web/run.sh "$out" measure.test.mjs
		;;
	servers-quick) its "behind Apache" sh tests/servers.sh "$out" --quick ;;
	postgres-quick)
		its "on PostgreSQL" sh tests/postgres.sh "$out" \
		    sh tests/web/run.sh "$out" flow.test.mjs
		;;
	# Each parser over its corpus and changed copies of it.
	corpora)
		its "corpora of $name" env \
		    LSAN_OPTIONS=suppressions=tests/fuzz/lsan.supp:print_suppressions=0 \
		    "$out/fuzz/replay" tests/fuzz/corpus 60
		;;
	fuzz) PATIENCE_S=36000 its "fuzzing" sh tests/fuzz/run.sh ;;
	fault)
		PATIENCE_S=36000 its "faults of $name" env ADMIT_OUT="$out" \
		    node tests/fault/run.mjs
		;;
	fault-quick)
		its "some faults of $name" env ADMIT_OUT="$out" \
		    node tests/fault/run.mjs --quick
		;;
	esac
}

# Takes whatever no other lane has taken, in order.
lane() {
	for job in $computing; do
		[ ! -e "$work/stop" ] || return
		! mkdir "$work/$(echo "$job" | tr / _)" 2> /dev/null ||
		    one "${job%:*}" "${job#*:}"
	done
}

cores=$(getconf _NPROCESSORS_ONLN)
first= out= builds= computing= waiting= measures=
for word; do
	case $word in
	build) builds="$builds $out:$word" ;;
	web | web-memory | web-later) waiting="$waiting $out:$word" ;;
	measure) measures="$measures $out:$word" ;;
	lint | parts | docs | hardening | installing | unit | corpora | fuzz | fault | \
	    fault-quick | servers-quick | postgres-quick) computing="$computing $out:$word" ;;
	*) out=$word first=${first:-$word} ;;
	esac
done

# closing: the slowest tests and the sum. Nothing that ran is no success.
closing() {
	wait
	[ "$(wc -l < "$ADMIT_TIMES")" -lt 20 ] || {
		echo "the ten slowest tests:"
		sort -rn "$ADMIT_TIMES" |
		    awk -F '\t' 'NR <= 10 { printf "%8.1f s  %s\n", $1 / 1000, $2 }'
	}
	awk '{ p += $1; f += $2 } END {
		print p + 0 " passed, " f + 0 " failed"
		exit !(p > 0 && f == 0)
	}' "$work/counts"
	exit
}

: > "$work/counts"
case $builds in
" $first:build"*)
	one "$first" build &
	wait $! || closing
	builds=${builds#* * } # all but the first
	;;
esac

# Who needs a build that is still being made waits for this lock.
exec 8> "$work/building"
flock 8
(for job in $builds; do one "${job%:*}" build; done) &
exec 8>&-
for job in $waiting; do
	one "${job%:*}" "${job#*:}" &
done
for i in $(seq "$cores"); do
	lane &
done
wait
for job in $measures; do
	one "${job%:*}" "${job#*:}" &
	wait
done
closing
