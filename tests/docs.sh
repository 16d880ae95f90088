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

# section_of WORD: what the man page says of the command, and of all of them.
section_of() {
	awk -v word="$1" '
		/^\.SH / { on = $0 == ".SH COMMON OPTIONS" }
		/^\.RS/ { deep++ }
		/^\.RE/ { deep-- }
		/^\.TP/ && !deep && !common { getline; on = $0 == ".B " word }
		/^\.SH COMMON/ { common = 1 }
		on' deploy/admit.1
}

# Each command, each word that it goes on by, and each of its options.
"$admit" help --table > "$rows.table"
tab=$(printf '\t')
while IFS=$tab read -r name option; do
	word=${name%% *} second=${name#"${name%% *}"}
	[ "$word" = "${last:-}" ] || section_of "$word" > "$rows.section"
	last=$word
	grep -q "^\.B $word\$" "$rows.section" &&
	    { [ -z "$second" ] || grep -q "^\.BI* ${second# }" "$rows.section"; }
	verdict $? "the man page does not know admit $name"
	[ -z "$option" ] ||
	    grep -q -e "$(echo "$option" | sed 's/-/\\\\-/g')" "$rows.section"
	verdict $? "the man page does not know admit $name $option"
done < "$rows.table"

# Each link of a document: from where, how it reads, which file it means, and
# whether a heading is called so, if it names one.
awk -v OFS='\t' '
	FNR == 1 { folder = FILENAME; sub(/[^\/]*$/, "", folder) }
	/^#+ / {
		anchor = tolower($0)
		sub(/^#+ /, "", anchor)
		gsub(/ /, "-", anchor)
		gsub(/[^a-z0-9-]/, "", anchor)
		heading[FILENAME "#" anchor]
	}
	{ while (match($0, /\]\([^)]+\)/)) {
		link = substr($0, RSTART + 2, RLENGTH - 3)
		$0 = substr($0, RSTART + RLENGTH)
		if (link ~ /^https?:/)
			continue
		from[++n] = FILENAME
		reads[n] = link
		at = index(link "#", "#")
		to[n] = at == 1 ? FILENAME : folder substr(link, 1, at - 1)
		while (sub(/[^\/.]+\/\.\.\//, "", to[n]))
			;
		names[n] = to[n] substr(link, at)
	} }
	END { for (i = 1; i <= n; i++)
		print from[i], reads[i], to[i],
		    names[i] == to[i] || names[i] in heading }
	' *.md docs/*.md deploy/README.md lib/README.md tests/README.md > "$rows.links"
while IFS=$tab read -r page link file named; do
	[ -e "$file" ] && [ "$named" = 1 ]
	verdict $? "$page links to $link, which is not there"
done < "$rows.links"
for page in docs/*.md; do
	[ "$page" = docs/README.md ] || grep -qF "](${page#docs/})" docs/README.md
	verdict $? "the guide does not lead to $page"
done

# Commands, options and settings of which the documents speak.
pages="README.md SECURITY.md deploy/README.md $(echo docs/*.md)"
sed 's/-u admit / /g; s,lib/admit admit.*,,' $pages > "$rows.pages"
grep -oE '(^|[ `/(])admit [a-z][^`|]*' "$rows.pages" | sed 's/.*admit \([a-z]\)/\1/' |
    awk -v OFS='\t' '{ word = $1; gsub(/[^a-z-].*/, "", word); print word, ""
	for (i = 2; i <= NF; i++)
		if (match($i, /^--[a-z-]+/))
			print word, substr($i, 1, RLENGTH) }' | sort -u > "$rows.spoken"
cut -f 1 "$rows.table" | sed 's/ .*//' | paste - "$rows.table" | cut -f 1,3 |
    sort -u > "$rows.commands"
while IFS=$tab read -r name option; do
	[ "$option" = --help ] || grep -qx "$name$tab$option" "$rows.commands"
	verdict $? "there is no admit $name $option, of which a document speaks"
done < "$rows.spoken"
names='[A-Z][A-Z]+(_[A-Z0-9]+)+|[A-Z][A-Z]+='
grep -ohE "$names" $pages | tr -d = | sort -u > "$rows.told"
# (LANGUAGE_RO is what somebody may add; YOUR_BOT is yours.)
{
	echo LANGUAGE_RO
	echo YOUR_BOT
	grep -rohIE '[A-Z][A-Z]+(_[A-Z0-9]+)*' lib tools cgi-bin deploy tests/bench \
	    tests/web/*.mjs tests/*/*.sh tests/fault tests/*.mk Makefile ./*.conf \
	    --exclude='*.md'
} | sort -u > "$rows.known"
for word in $(comm -23 "$rows.told" "$rows.known"); do
	verdict 1 "no program knows $word, of which a document speaks"
done

# What a page says that the programs and the bot say (Telegram's words are its own).
find lib/*/*.c lib/shop/texts/en.po tools/*.c tests/sandbox/*.mjs deploy/bundle -type f \
    -exec cat {} + | awk 'BEGIN { RS = "\"[ \t]*\n[ \t]*\""; ORS = "" } 1' > "$rows.says"
grep -ohE '“[^”]+”' docs/troubleshooting.md docs/telegram.md | tr -d '“”' > "$rows.quotes"
grep -ohE '`[A-Za-z][a-z]+ [^`]*`' docs/troubleshooting.md docs/shared-hosting.md |
    tr -d '`' | grep -vE '^(admit|sudo|pkill|journalctl) ' >> "$rows.quotes"
sed -i '/^Wrong response\|^Connection timed out\|^My course/d' "$rows.quotes"
while read -r quote; do
	grep -qF -e "$quote" "$rows.says"
	verdict $? "a document quotes what nobody says: $quote"
done < "$rows.quotes"

# The names of lines in the log that it explains.
for event in $(sed -n '/^## What the log says/,/^## Still/p' docs/troubleshooting.md |
    grep -E '^\| `' | cut -d'|' -f2 | tr -d '`,'); do
	[ "$event" = ev= ] || grep -rqF "\"$event\"" lib tools cgi-bin --include='*.c'
	verdict $? "docs/troubleshooting.md explains $event, which no log has"
done

# What the reader of a products file knows, the guide tells and the schema has.
awk '/const names\[\] = \{|const of_price\[\] = \{/ { on = 1 }
	on { while (match($0, /"[a-z_$]+"/)) {
		print substr($0, RSTART + 1, RLENGTH - 2)
		$0 = substr($0, RSTART + RLENGTH) } }
	/;$/ { on = 0 }' lib/shop/catalog_file.c | sort -u > "$rows.read"
awk '{ match($0, /^ */) }
	/^ *"properties": \{$/ { deep = RLENGTH + 2; next }
	RLENGTH < deep { deep = 0 }
	deep && RLENGTH == deep && /^ *"[a-z_$]+": \{/ {
		gsub(/^ *"|".*/, ""); print }' docs/products.schema.json |
    sort -u > "$rows.schema"
cmp -s "$rows.read" "$rows.schema"
verdict $? "docs/products.schema.json and catalog_file.c know other members:
$(diff "$rows.read" "$rows.schema")"
for word in $(cat "$rows.read"); do
	grep -qF "\`$word\`" docs/products.md ||
	    grep -qF "\`\"$word\"\`" docs/products.md
	verdict $? "docs/products.md says nothing of $word"
done

# Settings that a page shows as a file are taken.
for page in $pages; do
	awk -v to="$rows.ini" '/^ *```ini$/ { on = 1; n++; next }
		/^ *```$/ { on = 0 }
		on { sub(/^ */, ""); print > (to n) }' "$page"
	for file in "$rows".ini*; do
		[ -e "$file" ] || continue
		sed -n 's/=.*//p' "$file" > "$rows.given"
		{
			cat "$file"
			for line in STRIPE_SECRET_KEY=sk_test_ofNobody \
			    STRIPE_WEBHOOK_SECRET=whsec_ofNobody \
			    TELEGRAM_BOT_TOKEN=123:ofNobody \
			    TELEGRAM_WEBHOOK_SECRET=ofNobody PAID_CHANNEL_ID=-1001 \
			    BASE_URL=https://pay.example.com; do
				grep -qx "${line%%=*}" "$rows.given" || echo "$line"
			done
		} | sed "s,^PRODUCTS_FILE=.*,PRODUCTS_FILE=$rows.json," > "$rows.env"
		chmod 600 "$rows.env"
		echo '{"products":[{"id":"course","title":"A","stars":5,"channels":[{"id":-1}]}]}' > "$rows.json"
		env -i HOME="$rows.d" ADMIT_CONF="$rows.env" "$admit" check --settings > "$rows.said" 2>&1
		verdict $? "$page shows settings that are not taken: $(cat "$file")
$(cat "$rows.said")"
		rm "$file"
	done
done
# Pictures that the documents show are small: 80 KiB at most, with a palette.
for file in docs/pictures/*.png; do
	[ "$(wc -c < "$file")" -le 81920 ] &&
	    [ "$(od -An -tu1 -j25 -N1 "$file" | tr -d ' ')" = 3 ]
	verdict $? "$file is too large, or has no palette: make pictures"
	grep -q "pictures/${file##*/})" README.md docs/*.md
	verdict $? "no document shows $file"
done
[ "$(wc -l < README.md)" -le 150 ]
verdict $? "the README has more than the 150 lines of a front page"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
