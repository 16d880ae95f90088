#!/bin/sh
# Each rule of lint.sh must be able to fail: plants one breach after another in
# a copy of the sources and looks for the rule's name.
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0 failed=0

verdict() {
	if [ "$1" = "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok: $3"
	fi
}

mkdir "$tree/tests"
cp -r "$here/../../lib" "$here/../../cgi-bin" "$here/../../tools" "$tree"
cp -r "$here" "$tree/tests"
(cd "$tree" && git init -q . && git add -A) || exit 2

# The tree as it is: what was planted is put back, what is new goes.
fresh() {
	(cd "$tree" && git diff --name-only -z |
	    git checkout-index -qfz --stdin && git clean -fdq)
}

lint() {
	sh "$tree/tests/lint/lint.sh" "$@"
}

# part_of RULE: the part of lint.sh that tells of its breaches; nothing else
# need look at what was planted for it.
part_of() {
	case $1 in
	layers | only | never | circle | share | stale) echo house structure ;;
	doors | sql | typedef | guard | opening | width) echo structure ;;
	banned | home | function | goto) echo code ;;
	msgfmt) echo texts ;;
	*) echo "$1" ;;
	esac
}

# said RULE PATH WHAT: lint has told of the rule's breach in this file.
said() {
	grep -q "^$2.*: $1: .*$3" "$tree/.git/said"
	verdict $? 0 "$1 in $2 $3"
}

# found RULE PATH WHAT: it does now.
found() {
	lint --only "$(part_of "$1")" > "$tree/.git/said"
	said "$@"
}

# later RULE PATH WHAT FILE add|sed TEXT: the breach that this text makes of the
# file, added to it or as a script of sed, is found as above; breaches in several
# files are looked for at once, by together.
todo=$tree/.git/todo
later() {
	number=$((${number:-100} + 1))
	mkdir -p "$todo/$number"
	printf '%s\n' "$1" > "$todo/$number/rule"
	printf '%s\n' "$2" > "$todo/$number/path"
	printf '%s\n' "$3" > "$todo/$number/what"
	printf '%s\n' "$4" > "$todo/$number/file"
	printf '%s' "$6" > "$todo/$number/text"
	printf '%s\n' "$5" > "$todo/$number/how"
}

# Plants one breach a file, looks for all of them, and goes on with the rest.
together() {
	while [ -n "$(ls "$todo")" ]; do
		fresh
		planted= parts=
		for item in "$todo"/*; do
			file=$(cat "$item/file")
			case "$planted " in *" $file "*) continue ;; esac
			planted="$planted $file"
			parts="$parts $(part_of "$(cat "$item/rule")")"
			case $(cat "$item/how") in
			add) cat "$item/text" >> "$tree/$file" ;;
			sed) sed -i -f "$item/text" "$tree/$file" ;;
			esac
			mv "$item" "$item.now"
		done
		lint --only "$(echo $parts | tr ' ' '\n' | sort -u)" \
		    > "$tree/.git/said"
		for item in "$todo"/*.now; do
			said "$(cat "$item/rule")" "$(cat "$item/path")" \
			    "$(cat "$item/what")"
		done
		rm -r "$todo"/*.now
	done
}

# plant RULE FILE TEXT: the text is added to the file.
plant() {
	later "$1" "$2" "" "$2" add "$3
"
}

fresh
lint > /dev/null
verdict $? 0 "the tree as it is holds"
lint --only cellar > "$tree/.git/said"
said usage lint.sh 'no part cellar'

plant layers lib/base/str.c '#include "shop/app.h"'
plant layers lib/telegram/api.c '#include "stripe/event.h"'
plant layers lib/net/http.c '#include "store/db.h"'
plant layers lib/shop/app.c '#include "conf.h"'
plant layers lib/shop/conf.c '#include "cellar/wine.h"'
plant layers tools/admit.c '#include "cgi-bin/pay.h"'
plant doors lib/store/db.c '#include <sqlite3.h>'
plant doors lib/stripe/api.c '#include <curl/curl.h>'
plant doors lib/stripe/event.c '#include <json-c/json.h>'
plant doors cgi-bin/webhook.c '#include <fcgiapp.h>'
plant doors lib/stripe/signature.c '#include <openssl/hmac.h>'
plant doors lib/store/sqlite.c '#include <libpq-fe.h>'
plant sql lib/ledger/ledger.c 'const char *q = "SELECT 1";'
plant typedef lib/shop/app.h 'typedef struct x x;'
plant banned lib/base/kv.c 'int x = atoi("1");'
plant home lib/net/http.h 'char *x = getenv("HOME");'
plant home lib/shop/app.c 'long t = time(NULL);'
plant width lib/base/buf.c "$(printf 'int x = 1; %080d' 1)"
plant function lib/base/err.c "$(
	printf 'int\nlong_one(void)\n{\n'
	yes '	work();' | head -n 61
	printf '}\n'
)"
plant function lib/base/json.c "$(
	printf 'int\nwinding(int a)\n{\n'
	yes '	if (a)' | head -n 12
	printf '		return 1;\n}\n'
)"
plant goto lib/base/clock.c "$(printf 'void\nf(void)\n{\n	goto out;\n}\n')"
plant length cgi-bin/pay.c "$(yes '/* more */' | head -n 120)"
plant words lib/base/file.c "$(printf '/* see /%s/x */' work)"
plant words tests/урок.md "$(printf 'see /%s/x' work)"
plant stray notes.txt 'to do'
plant stray .log 'said'
plant stray tests/_try.mjs 'console.log(1);'
plant stray lib/base/str.c.orig 'int x;'
plant guard lib/base/new.h 'int x;'
plant opening lib/base/new.h 'int x;'

# The house: folders that are in no list, arrows by an include and by a name;
# and circles of three, and by a name that stands in one file's header and is
# defined in another file. All of it at once, each in files of its own.
fresh
mkdir -p "$tree/lib/attic" "$tree/lib/worker" "$tree/lib/coach" \
    "$tree/lib/ledger" "$tree/lib/payment"
echo '/* Nobody knows what this is. */' > "$tree/lib/attic/box.c"
echo 'int admit_only(void);' >> "$tree/tools/cmd.h"
printf 'int\nadmit_only(void)\n{\n\treturn 0;\n}\n' >> "$tree/tools/admit.c"
echo 'static int (*f)(void) = admit_only;' >> "$tree/tools/cmd_work.c"
echo '#include "coach/terms.h"' > "$tree/lib/worker/worker.c"
echo '#include "payment/new.h"' > "$tree/lib/ledger/record.c"
printf 'struct new { int x; };\n' > "$tree/lib/payment/new.h"
for n in a:b b:c c:a; do
	printf '/* A. */\n#include "base/%s.h"\n' ${n#*:} \
	    > "$tree/lib/base/${n%:*}.h"
done
printf '/* One. */\nint one(void);\nint two(void);\n' > "$tree/lib/base/one.h"
printf '/* One. */\nint\none(void)\n{\n\treturn two();\n}\n' > "$tree/lib/base/one.c"
printf '/* Two. */\nint\ntwo(void)\n{\n\treturn one();\n}\n' > "$tree/lib/base/two.c"
lint --only house > "$tree/.git/said"
said layers lib/attic/box.c attic
said never tools/cmd_work.c
said never lib/worker/worker.c coach/terms
said layers lib/ledger/record.c payment/new
said circle lib/base/b.h 'back by base/c -> base/a -> base/b'
said circle lib/base/one.c 'takes two'

plant layers lib/telegram/api.c "$(printf 'void\nf(struct stripe_session *s)\n{\n}\n')"
plant layers lib/web/page.c 'static enum err (*f)() = db_exec;'
plant only lib/shop/text.c '#include "stripe/event.h"'
plant only lib/shop/text.c 'struct stripe_event *x;'

# Circles of two, by includes and by names.
plant circle lib/base/str.h '#include "base/buf.h"'
plant circle lib/base/arena.c 'static int x = sizeof(buf_add);'
plant circle lib/stripe/session.h '#include "stripe/event.h"'

# The sentences: what is wrong with a file, with its line; what differs from
# the English one; names that are on one side alone.
# spoilt FILE SED WHAT: after this change lint tells of it.
spoilt() {
	later texts "lib/shop/texts/$1.po:[0-9]*" "$3" "lib/shop/texts/$1.po" sed "$2"
}
spoilt de 's/^msgctxt "MENU_PAY"/msgctxt "MENU_BUY"/' 'there is no text MENU_BUY'
spoilt de 's/^msgctxt "MENU_PAY"/msgctxt "MENU_START"/' 'MENU_START stands here twice'
spoilt de '/^msgctxt "MENU_PAY"/d' 'there is no text without a name'
spoilt de 's/^"Schreiben Sie an {contact}/"{person}/; s/an {contact}"/an {person}"/' \
    'SUPPORT has the holes {person}'
spoilt pl 's/Napisz: {contact}/Napisz/' 'SUPPORT has the holes (none)'
spoilt pl 's/Napisz: {contact}/Napisz: {contact}}/' 'SUPPORT has a brace'
spoilt pl 's/^msgid "Your access"/msgid "The access"/' 'not that of en.po'
spoilt pl 's/"Stan dostępu"/"Stan dostępu/' 'a quote is missing'
spoilt pl 's/"Stan dostępu"/"Stan \\qdostępu"/' 'an escape that is none of'
spoilt pl 's/"Stan dostępu"/"Stan "dostępu"/' 'a bare quote'
spoilt pl 's/^msgstr "Stan dostępu"/masgstr "Stan"/' 'neither a comment nor'
spoilt pl 's/^msgstr "Stan dostępu"//' 'is not complete'
spoilt pl 's/charset=UTF-8/charset=ISO-8859-2/' 'must be in UTF-8'
spoilt pl 's/^"Language: pl/"Language: de/' 'its language is de'
spoilt pl 's/nplurals=3/nplurals=2/' '3 plural forms, where Plural-Forms has 2'
spoilt pl 's/plural=(/plural=system(/' 'no Plural-Forms'
spoilt pl 's/^"Plural-Forms:/"Plural-Farms:/' 'no Plural-Forms'
spoilt uk '/^msgstr\[1\]/,/^msgstr\[2\]/d' '1 plural forms, where'
together
fresh
sed -i 's/^\tTEXT_MENU_PAY,/&\n\tTEXT_MENU_BUY,/' "$tree/lib/shop/text.h"
found texts "lib/shop/text.h:[0-9]*" 'TEXT_MENU_BUY is not in'
if command -v msgfmt > /dev/null; then
	fresh
	sed -i 's/nplurals=3/nplurals=4/' "$tree/lib/shop/texts/pl.po"
	found msgfmt "lib/shop/texts/pl.po" 'plural'
fi

# What is not translated, or only by a guess, is told and is no breach.
fresh
sed -i 's/^msgstr "Stan dostępu"/msgstr ""/' "$tree/lib/shop/texts/pl.po"
sed -i '/^#\. \/pay/a #, fuzzy' "$tree/lib/shop/texts/pl.po"
printf '\n#~ msgctxt "OLD"\n#~ msgid "old"\n#~ msgstr "stare"\n' \
    >> "$tree/lib/shop/texts/pl.po"
lint --only texts > "$tree/said"
verdict $? 0 "what is not translated is no breach"
grep -q 'pl.po: note: MENU_STATUS is not' "$tree/said" &&
    grep -q 'pl.po: note: MENU_PAY is not' "$tree/said"
verdict $? 0 "and is listed"
sed -i 's/$/\r/' "$tree/lib/shop/texts/pl.po"
lint --only texts > /dev/null
verdict $? 0 "lines may end as under Windows"

# A share above a fifth, and one above what is still allowed to it.
fresh
yes '/* more */' | head -n 24000 >> "$tree/lib/net/form.c"
found share lib/net 'more than 20'
echo 'share net 21' >> "$tree/tests/lint/allowed"
found share lib/net 'more than 21'

# The list of what is allowed still: nothing beside it, and nothing too much.
fresh
echo '#include "base/buf.h"' >> "$tree/lib/base/str.h"
lint --only house |
    sed -n 's/^[^:]*:[0-9]*: circle: \([^:]*\): .*/circle \1/p' \
	>> "$tree/tests/lint/allowed"
lint --only house > /dev/null
verdict $? 0 "what is allowed still is no breach"
sed -i '/^circle/d' "$tree/tests/lint/allowed"
found circle lib/base/str.h
fresh
echo 'circle base/attic -> base/cellar' >> "$tree/tests/lint/allowed"
found stale tests/lint/allowed base/attic
lint --shrink --only length > /dev/null
verdict $? 0 "the list shrinks by itself"
cmp -s "$here/allowed" "$tree/tests/lint/allowed"
verdict $? 0 "and only by what holds"

# A file that does not tell why, unless it is on the list of those, which
# shrinks by what tells enough by now or is gone.
fresh
{
	echo '/* Says no more than this. */'
	yes 'int x;' | head -n 61
} > "$tree/lib/base/mute.c"
found comments lib/base/mute.c
printf 'lib/base/mute.c\nlib/base/str.c\nlib/base/gone.c\n' \
    >> "$tree/tests/lint/sparse"
lint --only comments > /dev/null
verdict $? 0 "a file on the list may be silent"
lint --shrink --only length > /dev/null
verdict "$(grep -E 'base/(mute|str|gone)\.c' "$tree/tests/lint/sparse")" \
    lib/base/mute.c "the list of silent files shrinks"

# What must not be mistaken for a breach.
fresh
printf '/* goto atoi( getenv( in a comment */\nconst char *s = "goto x; atoi(";\n' \
    >> "$tree/lib/base/str.c"
lint > /dev/null
verdict $? 0 "comments and texts are not code"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
