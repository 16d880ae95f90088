#!/bin/sh
# Holds the house to its plan: arrows between folders point down (the list is
# in arrows), files see each other in no circle, no folder holds more than a
# fifth of lib/, each library has one door, functions stay short, a few calls
# stay out; sources tell why; every language has the same holes in its
# sentences; nothing lies about that belongs nowhere. One line a breach; status
# 1 if there is any. What is not translated is listed, and is no breach.
#
# What breaks the plan today stands in allowed, and files that tell too little
# of why in sparse. Neither may grow; --shrink takes off what holds by now.
#
# usage: lint.sh [--shrink] [--only "PART..."] [ROOT]
#        parts: house structure code comments length texts words stray
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
shrink= only=
[ "$1" != --shrink ] || { shrink=1 && shift; }
[ "$1" != --only ] || { only=$2 && shift 2; }
cd "${1:-$here/../..}" || exit 2

# What there is at the top.
top=".ci .clang-format .dockerignore .gitignore CHANGES.md LICENSE Makefile
    README.md SECURITY.md apache.conf cgi-bin deploy docs lib lighttpd.conf
    tests tools"
parts="house structure code comments length texts words stray"

files=$(find lib cgi-bin tools -name '*.[ch]' | sort)
sources=$(echo "$files" | grep '\.c$')
if [ -n "$shrink" ]; then
	lines=$(awk -v shrink=1 -f "$here/house.awk" "$here/arrows" \
	    "$here/allowed" $files)
	sed -i "$lines" "$here/allowed"
	lines=$(awk -v shrink=1 -v sparse="$here/sparse" \
	    -f "$here/comments.awk" -f "$here/bare.awk" $sources)
	sed -i "$lines" "$here/sparse"
fi
texts=lib/shop/texts
po="$texts/en.po $(ls $texts/*.po | grep -v /en.po)"
sentences() {
	awk -v lint=1 -f $texts/po.awk lib/shop/text.h $po 2>&1
}
# What a translator's own tool has against a file.
gettext_says() {
	msgfmt --check -o /dev/null "$1" 2>&1 ||
	    echo "$1:1: does not pass msgfmt --check"
}
# part NAME: looks at one thing, and says what breaks the plan.
part() {
	case $1 in
	house) awk -f "$here/house.awk" "$here/arrows" "$here/allowed" $files ;;
	structure) awk -f "$here/structure.awk" $files ;;
	code) awk -f "$here/bare.awk" -f "$here/code.awk" $files ;;
	comments)
		awk -v sparse="$here/sparse" -f "$here/comments.awk" \
		    -f "$here/bare.awk" $sources
		;;
	length)
		for f in cgi-bin/*.c; do
			n=$(wc -l < "$f")
			[ "$n" -lt 120 ] ||
			    echo "$f:$n: length: a front program has under 120 lines"
		done
		;;
	texts)
		sentences | grep -v ': note: '
		for f in $po; do
			! command -v msgfmt > /dev/null || gettext_says "$f" |
			    sed -n 's/^\([^:]*:[0-9]*\): /\1: msgfmt: /p'
		done
		;;
	# The project speaks of the project alone. (The brackets keep this very
	# line from matching.)
	words)
		git ls-files -coz --exclude-standard 2> /dev/null |
		    grep -vz package-lock.json |
		    xargs -0 grep -nIE '/[w]ork/|/[f]arm/|[f]arm-studio|\.\./[s]hared' \
			/dev/null 2> /dev/null |
		    sed 's/^\([^:]*:[0-9]*\):.*/\1: words: names a place outside the project/'
		;;
	# Tracked or about to be: what is ignored may lie where it likes.
	stray)
		git ls-files -coz --exclude-standard 2> /dev/null |
		    tr '\0' '\n' | awk -F/ -v top="$top" '
			BEGIN {
				n = split(top, names, " ")
				for (i = 1; i <= n; i++)
					belongs[names[i]] = 1
			}
			!($1 in belongs) {
				if (!told[$1]++)
					print $1 ":1: stray: is none of what" \
					    " stands at the top"
				next
			}
			$NF ~ /^_|~$|\.(log|orig|rej|bak|swp|tmp)$/ {
				print $0 ":1: stray: has the name of scratch"
			}'
		;;
	*) echo "lint.sh:1: usage: there is no part $1" ;;
	esac
}
found=$(
	for one in ${only:-$parts}; do
		part "$one"
	done
)
if [ -n "$found" ]; then
	printf '%s\n' "$found"
	exit 1
fi
sentences
echo "lint: $(echo "$files" | wc -l) files hold, but for" \
    "$(grep -c '^[a-z]' "$here/allowed") breaches still allowed"
