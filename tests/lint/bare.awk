# The code without comments and without what stands in quotes, line by line:
# what comes after this in the same program sees $0 so.
FNR == 1 { in_comment = 0 }

in_comment || /["'\/]/ { $0 = bare($0) }

function bare(line,   out, quote, i, c, two) {
	out = quote = ""
	for (i = 1; i <= length(line); i++) {
		if (in_comment) {
			c = index(substr(line, i), "*/")
			if (!c)
				break
			in_comment = 0
			i += c
			continue
		}
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (quote != "") {
			if (c == "\\") i++
			else if (c == quote) { quote = ""; out = out c }
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'") quote = c
			out = out c
		}
	}
	return out
}
