# The code without comments and without what stands in quotes, line by line:
# what comes after this in the same program sees $0 so.
FNR == 1 { in_comment = 0 }

in_comment || /["'\/]/ { $0 = bare($0) }

function bare(line,   out, at, c) {
	for (;;) {
		if (in_comment) {
			at = index(line, "*/")
			if (!at)
				return out
			in_comment = 0
			line = substr(line, at + 2)
		}
		if (!match(line, /["'\/]/))
			return out line
		out = out substr(line, 1, RSTART - 1)
		c = substr(line, RSTART, 1)
		line = substr(line, RSTART + 1)
		if (c != "/") {
			out = out c
			if (c == "\"")
				at = match(line, /^([^"\\]|\\.)*"/)
			else
				at = match(line, /^([^'\\]|\\.)*'/)
			if (!at)
				return out
			out = out c
			line = substr(line, RLENGTH + 1)
		} else if (line ~ /^\*/) {
			in_comment = 1
			line = substr(line, 2)
		} else if (line ~ /^\//)
			return out
		else
			out = out c
	}
}
