# Doors, header manners: what can be seen line by line.
BEGIN {
	door["fcgi"] = "lib/web/fastcgi.c"
	door["curl"] = "lib/net/http.c"
	door["json"] = "lib/base/json.c"
	door["openssl"] = "lib/base/crypto.c"
	door["sqlite3"] = "lib/store/sqlite.c"
	door["libpq"] = "lib/store/postgres.c"
	late = "lib/net/curl_dlopen.c" # which the bundle takes instead
	below = "lib/store/sqlite_log.c" # by which SQLite writes
}

function breach(rule, what) {
	printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, what
}

# sql.h and what engines say instead are included several times on purpose.
function end_file() {
	if (is_header && !has_guard && path !~ /^lib\/store\/(sql|postgres_search)/)
		printf "%s:1: guard: a header has an include guard\n", path
}

FNR == 1 {
	end_file()
	path = FILENAME
	split(path, part, "/")
	folder = part[1] == "lib" ? part[2] : part[1]
	is_header = path ~ /\.h$/
	has_guard = 0
}
END { end_file() }

FNR == 1 && !/^\/\*/ { breach("opening", "a file opens with what it is for") }

/^#include "/ && part[1] == "lib" && !/\// {
	breach("layers", $2 " does not show its folder")
}

/^#include </ {
	name = $2
	library = ""
	if (name ~ /<fcgi/) library = "fcgi"
	if (name ~ /<curl\//) library = "curl"
	if (name ~ /<json/) library = "json"
	if (name ~ /<openssl\//) library = "openssl"
	if (name ~ /<sqlite3/) library = "sqlite3"
	if (name ~ /<libpq/) library = "libpq"
	if (library != "" && path != door[library] &&
	    !(library == "curl" && path == late) &&
	    !(library == "sqlite3" && path == below))
		breach("doors", name " is for " door[library] " alone")
}

/"(SELECT|INSERT|UPDATE|DELETE) / && folder != "store" {
	breach("sql", "statements stand in lib/store/sql/")
}

/^typedef struct/ { breach("typedef", "a struct keeps its name") }

is_header && /^#ifndef / { has_guard = 1 }

# Columns, not bytes: a tab reaches to the next eighth, and the bytes that
# continue a UTF-8 character take no room. A long foreign text may stand.
# Most lines are short enough however wide their tabs are.
length($0) + 7 * gsub(/\t/, "&") > 80 {
	width = 0
	foreign = 0
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		if (c == "\t")
			width += 8 - width % 8
		else if (c < "\200" || c >= "\300")
			width++
		if (c >= "\200")
			foreign = 1
	}
	if (width > 80 && !foreign)
		breach("width", "is " width " columns wide")
}
