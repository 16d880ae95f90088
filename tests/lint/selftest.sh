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

fresh() {
	rm -rf "$tree"
	mkdir -p "$tree"
	cp -r "$here/../../lib" "$here/../../cgi-bin" "$here/../../tools" "$tree"
	(cd "$tree" && git init -q .)
}

# plant RULE FILE TEXT: the text is added to the file.
plant() {
	fresh
	printf '%s\n' "$3" >> "$tree/$2"
	if sh "$here/lint.sh" "$tree" | grep -q "^$2.*: $1: "; then
		verdict ok ok
	else
		verdict found missed "$1 in $2"
	fi
}

fresh
sh "$here/lint.sh" "$tree" > /dev/null
verdict $? 0 "the tree as it is holds"

plant layers lib/base/str.c '#include "shop/app.h"'
plant layers lib/telegram/api.c '#include "stripe/event.h"'
plant layers lib/net/http.c '#include "store/db.h"'
plant layers lib/shop/app.c '#include "conf.h"'
plant layers lib/shop/app.c '#include "cellar/wine.h"'
plant layers tools/admit.c '#include "cgi-bin/pay.h"'
plant doors lib/store/db.c '#include <sqlite3.h>'
plant doors lib/stripe/checkout.c '#include <curl/curl.h>'
plant doors lib/stripe/event.c '#include <json-c/json.h>'
plant doors cgi-bin/pay.c '#include <fcgiapp.h>'
plant doors lib/stripe/signature.c '#include <openssl/hmac.h>'
plant doors lib/store/sqlite.c '#include <libpq-fe.h>'
plant sql lib/shop/ledger.c 'const char *q = "SELECT 1";'
plant typedef lib/shop/app.h 'typedef struct x x;'
plant banned lib/base/str.c 'int x = atoi("1");'
plant home lib/shop/app.c 'char *x = getenv("HOME");'
plant home lib/shop/app.c 'long t = time(NULL);'
plant width lib/base/str.c "$(printf 'int x = 1; %080d' 1)"
plant function lib/base/str.c "$(
	printf 'int\nlong_one(void)\n{\n'
	yes '	work();' | head -n 61
	printf '}\n'
)"
plant function lib/base/str.c "$(
	printf 'int\nwinding(int a)\n{\n'
	yes '	if (a)' | head -n 12
	printf '		return 1;\n}\n'
)"
plant goto lib/base/str.c "$(printf 'void\nf(void)\n{\n	goto out;\n}\n')"
plant length cgi-bin/pay.c "$(yes '/* more */' | head -n 120)"
plant words lib/base/str.c "$(printf '/* see /%s/x */' work)"
plant guard lib/base/new.h 'int x;'
plant opening lib/base/new.h 'int x;'
fresh
mkdir -p "$tree/lib/attic"
echo '/* Nobody knows what this is. */' > "$tree/lib/attic/box.c"
sh "$here/lint.sh" "$tree" | grep -q 'lib/attic/box.c.*: layers: '
verdict $? 0 "an unknown folder"

# What must not be mistaken for a breach.
fresh
printf '/* goto atoi( getenv( in a comment */\nconst char *s = "goto x; atoi(";\n' \
    >> "$tree/lib/base/str.c"
sh "$here/lint.sh" "$tree" > /dev/null
verdict $? 0 "comments and texts are not code"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
