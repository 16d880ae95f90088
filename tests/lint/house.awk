# The arrows between the files of the house: who includes whom, and who takes a
# name that another's header gives away, or another's .c defines. A .c and the
# .h of the same name are one file here, "base/buf".
#
# usage: awk -f house.awk ARROWS ALLOWED lib/... cgi-bin/... tools/...
#        -v shrink=1  says what sed must take off ALLOWED: what holds by now
#        -v show=1    prints every arrow too

function trim(s) { gsub(/^ +| +$/, "", s); return s }

# "shop/*" and "payment/stripe_*" as patterns that fit a whole name.
function fits(name, list,   i, n, one) {
	n = split(list, one, " ")
	for (i = 1; i <= n; i++) {
		gsub(/\*/, ".*", one[i])
		if (name ~ "^" one[i] "$")
			return 1
	}
	return 0
}

function breach(where, key, what) {
	if (key in allowed)
		occurs[key] = 1
	else if (!shrink) {
		sub(/ /, ": ", key)
		print where ": " key ": " what
	}
}

{ list = FILENAME == ARGV[1] ? "arrows" : FILENAME == ARGV[2] ? "allowed" : "" }

# ---- the two lists ----

list { sub(/#.*/, ""); $0 = trim($0); gsub(/[ \t]+/, " ") }

list == "arrows" && /:/ {
	at = index($0, ":")
	who = trim(substr($0, 1, at - 1))
	what = trim(substr($0, at + 1))
	if (sub(/^only /, "", who)) {
		n_only++
		only_who[n_only] = who
		only_what[n_only] = what
	} else if (sub(/^never /, "", who)) {
		n_never++
		never_who[n_never] = who
		never_what[n_never] = what
	} else
		sees[who] = " " who " " what " "
}
list == "allowed" && $0 != "" {
	# "share shop 49": the figure is no part of its name.
	if ($1 == "share") {
		ceiling[$2] = $3
		$0 = $1 " " $2
	}
	allowed[$0] = "tests/lint/allowed:" FNR
}
list { next }

# ---- a file's text, without comments and what stands in quotes ----

FNR == 1 {
	stem = FILENAME
	sub(/^lib\//, "", stem)
	is_header = sub(/\.h$/, "", stem)
	sub(/\.c$/, "", stem)
	folder = stem
	sub(/\/.*/, "", folder)
	if (!(stem in file_of)) {
		file_of[stem] = FILENAME
		folder_of[stem] = folder
		stems[++n_stems] = stem
	}
	if (!(folder in sees))
		breach(FILENAME ":1", "layers " folder,
		    "the folder is not in the list of arrows")
	in_comment = braces = parens = in_enum = 0
	before = word = line_before = ""
}

FILENAME ~ /^lib\// { n_lines++; lines_of[folder]++ }

/^#include "/ {
	to = substr($2, 2, length($2) - 4)
	if (to !~ /\//)
		to = folder "/" to
	arrow(stem, to, "includes it")
	next
}

{ code = "" ; rest = $0 }
in_comment {
	if (!(at = index(rest, "*/")))
		next
	rest = substr(rest, at + 2)
	in_comment = 0
}
{
	while (match(rest, /"|'|\/\*|\/\//)) {
		code = code substr(rest, 1, RSTART - 1)
		quote = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART)
		if (quote == "//")
			rest = ""
		else if (quote == "/*") {
			at = index(substr(rest, 3), "*/")
			in_comment = !at
			rest = at ? " " substr(rest, at + 4) : ""
		} else if (quote == "\"")
			sub(/^"([^"\\]|\\.)*"?/, "@", rest)
		else
			sub(/^'([^'\\]|\\.)*'?/, "@", rest)
	}
	read_code(code rest)
	line_before = $0
}

# ---- names given and names taken ----

# The header is where a name comes from; what a .c keeps to itself is its own.
function give(name) {
	if (!is_header)
		own[stem, name] = 1
	else if (!index(given_by[name] " ", " " stem " "))
		given_by[name] = given_by[name] " " stem
}

function take(name) {
	if (!((stem, name) in taken)) {
		taken[stem, name] = FILENAME ":" FNR
		n_taken++
		taker[n_taken] = stem
		taken_name[n_taken] = name
	}
}

function read_code(s,   c, name, is_directive) {
	if (match(s, /^# *define +[A-Za-z_0-9]+/)) {
		name = substr(s, 1, RLENGTH)
		sub(/.* /, "", name)
		give(name)
		s = substr(s, RLENGTH + 1)
		is_directive = 1
	} else if (match(s, /^# *undef +/)) {
		delete given_by[substr(s, RLENGTH + 1)]
		return
	} else if (s ~ /^#/)
		return
	if (line_before ~ /\\$/)
		is_directive = 1
	if (!is_header && match(s, /^[a-z_][a-z_0-9]*\(/)) {
		name = substr(s, 1, RLENGTH - 1)
		if (line_before ~ /^static/)
			give(name)
		else if (braces == 0)
			defined_by[name] = stem
	}
	if (!is_header && braces == 0 &&
	    match(s, /^[a-rt-z][a-z_0-9 *]*[ *][a-z_0-9]+(\[[^]]*\])* =/)) {
		name = substr(s, 1, RLENGTH)
		sub(/(\[.*)? =$/, "", name)
		sub(/.*[ *]/, "", name)
		defined_by[name] = stem
	}
	while (match(s, /[A-Za-z_][A-Za-z_0-9]*|[0-9][A-Za-z_0-9]*|[^ \t]/)) {
		c = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		if (c ~ /^[A-Za-z_]/)
			on_word(c, substr(s, 1, 1), is_directive)
		else if (!is_directive)
			on_sign(c)
		before = word
		word = c
	}
}

function on_word(name, next_sign, is_directive) {
	if (word == "." || (word == ">" && before == "-"))
		return
	if (word == "struct" || word == "enum" || word == "union")
		take(word " " name)
	else if (!is_directive && in_enum && braces == in_enum &&
	    (word == "{" || word == ","))
		give(name)
	else if (!is_directive && braces == 0 && parens == 0 && is_header &&
	    next_sign == "(" && name !~ /^__/)
		give(name)
	else
		take(name)
}

function on_sign(c) {
	if (c == "{") {
		braces++
		if (before ~ /^(struct|enum|union)$/)
			give(before " " word)
		if (before == "enum" || word == "enum")
			in_enum = braces
	} else if (c == "}") {
		if (in_enum == braces)
			in_enum = 0
		braces--
	} else if (c == "(")
		parens++
	else if (c == ")")
		parens--
	# "struct db;" is enough to pass one on.
	else if (c == ";" && braces == 0 && before == "struct") {
		c = before " " word
		own[stem, c] = 1
		if (is_header)
			shown_by[c] = shown_by[c] " " stem
	}
	# "typedef struct json_object json;", "extern const char *x[];"
	else if ((c == ";" || c == "[") && is_header && braces == 0 &&
	    parens == 0 && word ~ /^[a-z]/) {
		give(word)
		if (taken_name[n_taken] == word)
			delete taken[taker[n_taken], taken_name[n_taken--]]
	}
}

function arrow(from, to, how) {
	if (from == to || (from, to) in arrow_at)
		return
	arrow_at[from, to] = FILENAME ":" FNR
	arrow_how[from, to] = how
	n_arrows++
	arrow_from[n_arrows] = from
	arrow_to[n_arrows] = to
	next_of[from, ++n_next[from]] = to
}

function arrow_by_name(i, to,   from) {
	from = taker[i]
	if (to == "" || from == to || (from, to) in arrow_at)
		return
	arrow(from, to, "takes " taken_name[i])
	arrow_at[from, to] = taken[from, taken_name[i]]
}

# The first of these headers that the file sees, if only through another. A
# name may have several: "struct NAME;" is enough to pass one on.
function reached(from, list,   i, n, one) {
	n = split(list, one, " ")
	for (i = 1; i <= n; i++)
		if (one[i] == from || (from, one[i]) in arrow_at)
			return one[i]
	if (n > 0)
		walk(from)
	for (i = 1; i <= n; i++)
		if (one[i] in came_from)
			return one[i]
	return ""
}

function names(with_shown,   i, name, from, one) {
	for (i = 1; i <= n_taken; i++) {
		name = taken_name[i]
		if ((taker[i], name) in own || !(name in given_by) ||
		    (name in shown_by) != with_shown)
			continue
		from = with_shown ? reached(taker[i], shown_by[name]) : ""
		if (from == "" && split(given_by[name], one, " ") == 1)
			from = one[1]
		else if (from == "")
			from = reached(taker[i], given_by[name])
		arrow_by_name(i, from)
		arrow_by_name(i, defined_by[name])
	}
}

# ---- what must hold ----

# From where a walk along the arrows gets to; came_from leads back.
function walk(start,   queue, n, i, j, at, to) {
	split("", came_from)
	came_from[start] = start
	queue[n = 1] = start
	for (i = 1; i <= n; i++) {
		at = queue[i]
		for (j = 1; j <= n_next[at]; j++) {
			to = next_of[at, j]
			if (!(to in came_from)) {
				came_from[to] = at
				queue[++n] = to
			}
		}
	}
}

function way_back(from, to,   way) {
	for (way = from; from != to; way = from " -> " way)
		from = came_from[from]
	return way
}

function judge(i,   from, to, name, where, j) {
	from = arrow_from[i]
	to = arrow_to[i]
	name = from " -> " to
	where = arrow_at[from, to]
	if (!(to in file_of))
		breach(where, "layers " name, to " is no file of the house")
	else if (index(sees[folder_of[from]], " " folder_of[to] " ") == 0)
		breach(where, "layers " name, arrow_how[from, to] "; " \
		    folder_of[from] " may not see " folder_of[to])
	for (j = 1; j <= n_only; j++)
		if (fits(to, only_what[j]) && !fits(from, only_who[j]))
			breach(where, "only " name, arrow_how[from, to] \
			    "; it is for " only_who[j])
	for (j = 1; j <= n_never; j++)
		if (fits(from, never_who[j]) && fits(to, never_what[j]))
			breach(where, "never " name, arrow_how[from, to])
}

END {
	names(0)
	names(1)
	for (i = 1; i <= n_arrows; i++)
		judge(i)
	for (s = 1; s <= n_stems; s++) {
		to = stems[s]
		walk(to)
		for (i = 1; i <= n_arrows; i++) {
			from = arrow_from[i]
			if (arrow_to[i] == to && from in came_from)
				breach(arrow_at[from, to],
				    "circle " from " -> " to,
				    arrow_how[from, to] "; back by " \
				    way_back(from, to))
		}
	}
	for (f in lines_of) {
		share = int(100 * lines_of[f] / n_lines)
		if (share < 20)
			continue
		occurs["share " f] = 1
		if ((!(f in ceiling) || share > ceiling[f]) && !shrink)
			printf "lib/%s:%d: share: %s %d: hundredths of lib/, " \
			    "more than %d\n", f, lines_of[f], f, share,
			    f in ceiling ? ceiling[f] : 20
	}
	for (key in allowed)
		if (!(key in occurs)) {
			if (shrink)
				print substr(allowed[key], index(allowed[key],
				    ":") + 1) "d"
			else
				printf "%s: stale: \"%s\" holds by now, take it " \
				    "off the list\n", allowed[key], key
		}
	if (show)
		for (i = 1; i <= n_arrows; i++)
			print arrow_from[i], arrow_to[i],
			    arrow_how[arrow_from[i], arrow_to[i]]
}
