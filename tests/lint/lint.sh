#!/bin/sh
# Holds the house to its plan: arrows between folders point down (the list is
# in arrows), files see each other in no circle, no folder holds more than a
# fifth of lib/, each library has one door, functions stay short, a few calls
# stay out. One line a breach; status 1 if there is any.
#
# What breaks the plan today stands in allowed, which must not grow; with
# --shrink, what holds by now is taken off it.
#
# usage: lint.sh [--shrink] [ROOT]
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
shrink=
[ "$1" != --shrink ] || { shrink=1 && shift; }
cd "${1:-$here/../..}" || exit 2

files=$(find lib cgi-bin tools -name '*.[ch]' | sort)
if [ -n "$shrink" ]; then
	lines=$(awk -v shrink=1 -f "$here/house.awk" "$here/arrows" \
	    "$here/allowed" $files)
	sed -i "$lines" "$here/allowed"
fi
found=$(
	awk -f "$here/house.awk" "$here/arrows" "$here/allowed" $files
	awk -f "$here/structure.awk" $files
	awk -f "$here/bare.awk" -f "$here/code.awk" $files
	for f in cgi-bin/*.c; do
		n=$(wc -l < "$f")
		[ "$n" -lt 120 ] ||
		    echo "$f:$n: length: a front program has under 120 lines"
	done
	# The project speaks of the project alone. (The brackets keep this very
	# line from matching.)
	git ls-files -coz --exclude-standard 2> /dev/null |
	    grep -vz package-lock.json |
	    xargs -0 grep -nIE '/[w]ork/|/[f]arm/|[f]arm-studio|\.\./[s]hared' \
		/dev/null 2> /dev/null |
	    sed 's/^\([^:]*:[0-9]*\):.*/\1: words: names a place outside the project/'
)
if [ -n "$found" ]; then
	echo "$found"
	exit 1
fi
echo "lint: $(echo "$files" | wc -l) files hold, but for" \
    "$(grep -c '^[a-z]' "$here/allowed") breaches still allowed"
