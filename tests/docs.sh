#!/bin/sh
# The documents and the man page say what the programs say.
#
# usage: docs.sh BUILD-FOLDER          holds them to it
#        docs.sh BUILD-FOLDER --write  writes the settings anew, in
#                                      deploy/README.md and deploy/render.yaml
set -u
admit=$(cd "$1" && pwd)/bin/admit
cd "$(dirname "$0")/.." || exit 2
passed=0 failed=0

verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok: $2"
	fi
}

rows=$(mktemp)
trap 'rm -f "$rows" "$rows".*' EXIT
{
	printf '| name | what it is | default |\n|---|---|---|\n'
	"$admit" help --markdown
} > "$rows"

# Render asks for what is required; the rest can be uncommented. What has no
# default may be a secret, and is asked for as well then.
"$admit" help --env | awk '
	/^# / { meaning = $0 }
	/^#?[A-Z_]+=/ {
		name = value = $0
		sub(/=.*/, "", name)
		sub(/^[^=]*=/, "", value)
		off = sub(/^#/, "", name) && meaning !~ /is required$/ ? "# " : ""
		if (name ~ /^(TRUSTED_PROXIES|DATABASE_URL|WORKER_FOLDER)$/)
			next
		value = value == "" ? "sync: false" : "value: \"" value "\""
		printf "      %s\n      %s- key: %s\n      %s  %s\n",
		    meaning, off, name, off, value
	}' > "$rows.yaml"

# with_rows FILE ROWS: the file, with these between its two marks.
with_rows() {
	awk -v rows="$2" '
		/^ *(<!--|#) end of settings/ { skip = 0 }
		!skip { print }
		/^ *(<!--|#) settings/ {
			skip = 1
			while ((getline line < rows) > 0)
				print line
		}' "$1"
}

guide=deploy/README.md
with_rows $guide "$rows" > "$rows.new"
with_rows deploy/render.yaml "$rows.yaml" > "$rows.render"
if [ "${2:-}" = --write ]; then
	cat "$rows.new" > $guide
	cat "$rows.render" > deploy/render.yaml
	exit 0
fi
cmp -s "$rows.new" $guide
verdict $? "the settings in $guide are not those of conf.c: docs.sh --write"
cmp -s "$rows.render" deploy/render.yaml
verdict $? "the settings in deploy/render.yaml are not those of conf.c: docs.sh --write"

for word in $("$admit" help | awk '/^  [a-z]/ { print $1 } /^$/ { n++ } n == 2 { exit }'); do
	grep -q "^\.B $word\$" deploy/admit.1
	verdict $? "the man page does not know admit $word"
done
for word in $("$admit" help | grep -o -e '--[a-z]*' | sort -u); do
	grep -q "^\.B $(echo "$word" | sed 's/-/\\\\-/g')\$" deploy/admit.1
	verdict $? "the man page does not know $word"
done
# links_of FILE: what it links to, a place a line.
links_of() {
	grep -o ']([^)]*)' "$1" | sed 's/^](//; s/)$//' | grep -v '^https\{0,1\}:'
}

# anchors_of FILE: its headings as a link names them.
anchors_of() {
	sed -n 's/^##* //p' "$1" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9\n-'
}

for page in *.md docs/*.md deploy/README.md lib/README.md tests/README.md; do
	for link in $(links_of "$page"); do
		file=${link%%#*} anchor=${link#"${link%%#*}"}
		to=$page
		[ -z "$file" ] || to=$(dirname "$page")/$file
		[ -e "$to" ] && { [ -z "$anchor" ] ||
		    anchors_of "$to" | grep -qx "${anchor#"#"}"; }
		verdict $? "$page links to $link, which is not there"
	done
done
[ "$(wc -l < README.md)" -le 150 ]
verdict $? "the README has more than the 150 lines of a front page"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
