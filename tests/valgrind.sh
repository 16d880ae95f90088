#!/bin/sh
# The unit tests and the payment flow under valgrind's memcheck: uses of what
# was never set, of what was freed, and leaks. Slow. Closes with "N passed,
# N failed", where each program or process that was watched counts as one.
#
# usage: valgrind.sh BUILD-FOLDER-WITHOUT-SANITIZERS
set -u
out=$(cd "$1" && pwd) || exit 2
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
watch="valgrind --quiet --leak-check=full --show-leak-kinds=definite \
--errors-for-leak-kinds=definite --error-exitcode=99 --vgdb=no \
--trace-children=no"
passed=0 failed=0

# What has written to its file has found something.
judge() {
	if grep -qE '^==[0-9]+==' "$2"; then
		echo "FAILED  $1"
		cat "$2"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

# What stops whatever takes longer than a minute, plays thousands of orders of
# events, or kills a move at each of its statements is for faster tools.
mkdir "$work/units"
export watch work
one='
	name=${1##*/}
	but="every order*"
	[ "$name" != test_move ] || but="killed at every*"
	TESTS_BUT=$but timeout 600 $watch --log-file="$work/units/$name" "$1" \
	    > "$work/$name.said" 2>&1 ||
	    { cat "$work/$name.said"; echo "==0== failed" >> "$work/units/$name"; }'
for program in "$out"/tests/test_*; do
	# The last three count allocations and instructions, or have the former
	# fail; they are valgrind's own here.
	case $program in
	*.d | *.o | */test_db | */test_confine) continue ;;
	*/test_memory | */test_json_memory | */test_instructions) continue ;;
	esac
	[ ! -x "$program" ] || printf '%s\n' "$program"
done | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 sh -c "$one" sh
for log in "$work"/units/*; do
	judge "${log##*/}" "$log"
done

# The same names as in a build, each watching the true one.
mkdir -p "$work/out/cgi-bin" "$work/out/bin" "$work/logs"
for name in cgi-bin/pay.fcgi cgi-bin/webhook.fcgi cgi-bin/tgupdate.fcgi bin/admit; do
	printf '#!/bin/sh\nexec %s --log-file=%s/logs/%s.%%p %s/%s "$@"\n' \
	    "$watch" "$work" "$(basename "$name")" "$out" "$name" > "$work/out/$name"
	chmod +x "$work/out/$name"
done
sh tests/web/run.sh "$work/out" watched.mjs > "$work/said" 2>&1 || {
	cat "$work/said"
	failed=$((failed + 1))
}
for log in "$work"/logs/*; do
	judge "$(basename "$log")" "$log"
done

printf 'programs and processes under valgrind: unit tests, a day of a shop\t%s\t%s with an error or a leak\n' \
    $((passed + failed)) "$failed" |
    node tests/fault/table.mjs --keep valgrind || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
