# Turns the sentences of the product, as gettext keeps them (one PO file a
# language), into the C tables that shop/text.h promises, on standard output.
#
# usage: awk -f po.awk lib/shop/text.h en.po uk.po ...
#        awk -v lint=1 -f po.awk ...   writes no C, but lists the sentences that
#                                      a language lacks
#
# The names are those of enum text, and en.po is what the other files are held
# to: the same English sentences, the same holes. Whatever is wrong is told as
# file:line, and the status is 1. A sentence that is fuzzy or empty is left out:
# readers get the English one.

function fault(what) {
	print FILENAME ":" FNR ": texts: " what > "/dev/stderr"
	n_faults++
}

function fault_at(where, what) {
	print where ": texts: " what > "/dev/stderr"
	n_faults++
}

# The holes of a sentence, each once, in the order of the alphabet. What is sold
# stands in the case that its language wants there: {kind}, {kind_of} and
# {kind_in} are one hole.
function holes(s,   n, i, j, name, found, list, one) {
	n = 0
	gsub(/\{kind_(of|in)\}/, "{kind}", s)
	while (match(s, /\{[a-z_]+\}/)) {
		name = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		if (name in found)
			continue
		found[name] = 1
		for (i = n++; i > 0 && one[i - 1] > name; i--)
			one[i] = one[i - 1]
		one[i] = name
	}
	for (j = 0; j < n; j++)
		list = list one[j]
	return list
}

# What stands in braces and is no hole, or a brace alone.
function stray(s) {
	gsub(/\{[a-z_]+\}/, "", s)
	return s ~ /[{}]/
}

# A trigraph is none in here.
function no_trigraph(s) {
	gsub(/\?/, "\\?", s)
	return s
}

function c_text(s) {
	return "\"" no_trigraph(s) "\""
}

# ---- what a file says of itself ----

function header(text,   lines, n, i, line, plural) {
	n = split(text, lines, /\\n/)
	for (i = 1; i <= n; i++) {
		line = lines[i]
		if (line ~ /^Content-Type:/ && tolower(line) !~ /charset=utf-8/)
			fault_at(began, "the file must be in UTF-8, and say so")
		if (line ~ /^Language:/) {
			sub(/^Language: */, "", line)
			if (line != lang)
				fault_at(began, \
				    "it says that its language is " line)
		}
		if (line ~ /^Plural-Forms:/)
			plural_forms(line)
	}
}

# The rule is C already; what it may consist of is held here.
function plural_forms(line,   n, rule) {
	n = line
	sub(/^[^=]*nplurals *= */, "", n)
	sub(/;.*/, "", n)
	rule = line
	sub(/^.*plural *= */, "", rule)
	sub(/; *$/, "", rule)
	if (n !~ /^[1-6]$/ || rule !~ /^[n0-9 %=!<>&|?:()]+$/) {
		fault_at(began, "no Plural-Forms that could be understood")
		return
	}
	n_plurals[lang] = n
	plural_rule[lang] = rule
}

# ---- an entry, once all of it is read ----

# Asking for an element makes it, in awk.
function part(key) {
	return key in part_of ? part_of[key] : ""
}

function entry_ends() {
	if (state != "")
		entry_is()
	split("", part_of)
	is_fuzzy = 0
	state = ""
	n_forms = 0
}

function entry_is(   name, i) {
	name = part("msgctxt")
	if (!("msgid" in part_of) || !("msgstr" in part_of ||
	    "msgstr[0]" in part_of)) {
		fault_at(began, "the entry is not complete")
		return
	}
	if (name == "" && part("msgid") == "") {
		header(part("msgstr"))
		return
	}
	if (!(name in is_name)) {
		fault_at(began, "there is no text " (name == "" ? \
		    "without a name (msgctxt)" : name))
		return
	}
	if ((lang, name) in seen)
		fault_at(began, name " stands here twice")
	seen[lang, name] = 1
	against_english(name)
	if (is_fuzzy)
		return
	if ("msgid_plural" in part_of)
		take_forms(name)
	else if (n_forms > 0)
		fault_at(began, name " has plural forms and no msgid_plural")
	else
		take(name, 0, part("msgstr"))
}

function against_english(name) {
	if (lang == "en") {
		english[name] = part("msgid")
		english_plural[name] = part("msgid_plural")
		has_plural[name] = "msgid_plural" in part_of
		if (english[name] == "")
			fault_at(began, name " has no English sentence")
		english_holes[name] = holes(english[name])
		if (has_plural[name] &&
		    holes(english_plural[name]) != english_holes[name])
			fault_at(began, name " has other holes in its plural")
		return
	}
	if (!(name in english))
		return
	if (part("msgid") != english[name] ||
	    part("msgid_plural") != english_plural[name])
		fault_at(began, name \
		    ": the English sentence is not that of en.po")
}

function take_forms(name,   i) {
	if (!(lang in n_plurals)) {
		fault_at(began, name " has a plural, and the header of the " \
		    "file no Plural-Forms")
		return
	}
	if (n_forms != n_plurals[lang])
		fault_at(began, name " has " n_forms " plural forms, where " \
		    "Plural-Forms has " n_plurals[lang])
	for (i = 0; i < n_forms; i++)
		if (part("msgstr[" i "]") == "")
			return
	for (i = 0; i < n_forms; i++)
		take(name, i, part("msgstr[" i "]"))
}

function take(name, i, text) {
	if (text == "")
		return
	if (stray(text))
		fault_at(began, name " has a brace that is no hole")
	if ((name in english) && holes(text) != english_holes[name])
		fault_at(began, name " has the holes " (holes(text) == "" ? \
		    "(none)" : holes(text)) ", the English one has " \
		    (english_holes[name] == "" ? "(none)" : english_holes[name]))
	form[lang, name, i] = text
}

# The text between a line's quotes, as it stands there.
function quoted(s,   body) {
	body = s
	if (body !~ /^".*"[ \t]*$/) {
		fault("a quote is missing")
		return ""
	}
	sub(/^"/, "", body)
	sub(/"[ \t]*$/, "", body)
	s = body
	gsub(/\\[nt"\\]/, "", s)
	if (s ~ /["\\]/)
		fault("an escape that is none of \\n \\t \\\" \\\\, or a bare quote")
	return body
}

# ---- the lines ----

{ sub(/\r$/, "") }

FNR == NR && /^\tTEXT_[A-Z_]+,/ {
	name = $1
	sub(/^TEXT_/, "", name)
	sub(/,.*/, "", name)
	is_name[name] = 1
	names[++n_names] = name
	line_of[name] = FILENAME ":" FNR
}
FNR == NR { next }

FNR == 1 {
	if (lang != "")
		entry_ends()
	lang = FILENAME
	sub(/.*\//, "", lang)
	sub(/\.po$/, "", lang)
	langs[++n_langs] = lang
	path_of[lang] = FILENAME
	if (n_langs == 1 && lang != "en") {
		fault("en.po must be the first of the files")
		exit 1
	}
}

/^[ \t]*$/ || /^#~/ { entry_ends(); next }
/^#/ {
	if (state ~ /^msgstr/)
		entry_ends()
	if (/^#,/ && /fuzzy/)
		is_fuzzy = 1
	next
}

/^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[[0-9]\])[ \t]/ {
	key = $1
	if ((key == "msgctxt" || key == "msgid") && state ~ /^msgstr/)
		entry_ends()
	if (state == "")
		began = FILENAME ":" FNR
	if (key in part_of)
		fault(key " for the second time in one entry")
	text = $0
	sub(/^[^ \t]+[ \t]+/, "", text)
	part_of[key] = quoted(text)
	state = key
	if (key ~ /\[/ && key != "msgstr[" n_forms++ "]")
		fault("plural forms must be counted from 0")
	next
}
/^"/ && state != "" { part_of[state] = part_of[state] quoted($0); next }
{ fault("neither a comment nor part of an entry") }

# ---- what comes of it ----

function check_names(   i) {
	for (i = 1; i <= n_langs; i++)
		if (!(langs[i] in n_plurals))
			fault_at(path_of[langs[i]] ":1", \
			    "the header has no Plural-Forms")
	for (i = 1; i <= n_names; i++)
		if (!(names[i] in english))
			fault_at(line_of[names[i]], "TEXT_" names[i] \
			    " is not in " path_of["en"])
}

# A hole in every sentence that has one in English was seen to; what is not
# translated is not wrong.
function list_missing(   i, l) {
	for (l = 1; l <= n_langs; l++)
		for (i = 1; i <= n_names; i++)
			if (langs[l] != "en" &&
			    !((langs[l], names[i], 0) in form))
				print path_of[langs[l]] ": note: " names[i] \
				    " is not translated; readers get English"
}

function print_words(lang,   i, k, name) {
	printf "#define WORDS_%s(WORD)", toupper(lang)
	for (i = 1; i <= n_names; i++) {
		name = names[i]
		for (k = 0; (lang, name, k) in form; k++)
			printf " \\\n\tWORD(%s_%d, %s)", name, k, \
			    c_text(form[lang, name, k])
	}
	printf "\n\nstatic const struct words_%s {\n\tchar nothing;\n" \
	    "\tWORDS_%s(MEMBER)\n} words_%s = { 0, WORDS_%s(VALUE) };\n\n", \
	    lang, toupper(lang), lang, toupper(lang)
}

function print_places(lang,   i, k, name) {
	printf "static const uint32_t places_%s[TEXT__COUNT] = {\n", lang
	for (i = 1; i <= n_names; i++) {
		name = names[i]
		for (k = 0; (lang, name, k) in form; k++)
			;
		if (k > 0)
			printf "\t[TEXT_%s] = TEXT_PLACE(" \
			    "offsetof(struct words_%s, %s_0), %d),\n", \
			    name, lang, name, k
	}
	print "};\n"
}

# English is what the code falls back to, so it has every sentence.
function fill_english(   i, name) {
	for (i = 1; i <= n_names; i++) {
		name = names[i]
		if (("en", name, 0) in form)
			continue
		form["en", name, 0] = english[name]
		if (has_plural[name])
			form["en", name, 1] = english_plural[name]
	}
}

function print_tables(   l, i) {
	print "/* Made from lib/shop/texts/ by po.awk. */"
	print "#include \"shop/text.h\"\n"
	print "#include <stddef.h>\n"
	print "/* A rule may leave out brackets that this warning asks for. */"
	print "#pragma GCC diagnostic ignored \"-Wparentheses\"\n"
	print "const char *const texts_names[TEXT__COUNT] = {"
	for (i = 1; i <= n_names; i++)
		printf "\t[TEXT_%s] = \"%s\",\n", names[i], names[i]
	print "};\n"
	for (l = 1; l <= n_langs; l++)
		if (langs[l] in plural_rule)
			printf "static int\nplural_%s(unsigned long n)\n{\n" \
			    "\treturn %s;\n}\n\n", langs[l], plural_rule[langs[l]]
	print "/* The forms of a sentence lie one behind another. */"
	print "#define MEMBER(name, text) char name[sizeof(text)];"
	print "#define VALUE(name, text) text,\n"
	for (l = 1; l <= n_langs; l++) {
		print_words(langs[l])
		print_places(langs[l])
	}
	print "const struct texts_built texts_built[LANGUAGE__COUNT] = {"
	for (l = 1; l <= n_langs; l++) {
		printf "\t[LANGUAGE_%s] = { ", toupper(langs[l])
		if (langs[l] in plural_rule)
			printf ".n_forms = %d, .form_of = plural_%s,\n\t" \
			    ".plural_forms = \"nplurals=%d; plural=%s;\",\n\t", \
			    n_plurals[langs[l]], langs[l], n_plurals[langs[l]], \
			    no_trigraph(plural_rule[langs[l]])
		printf ".words = (const char *)&words_%s, " \
		    ".places = places_%s },\n", langs[l], langs[l]
	}
	print "};"
}

END {
	if (n_faults && n_langs == 1 && lang != "en")
		exit 1
	entry_ends()
	check_names()
	if (n_faults)
		exit 1
	fill_english()
	if (lint)
		list_missing()
	else
		print_tables()
}
