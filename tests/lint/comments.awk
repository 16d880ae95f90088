# Whether a file tells why: of a .c file's lines at least 5 in a hundred are
# nothing but comment, unless it has no more than 60 lines. Those that had less
# when this rule came stand in SPARSE.
#
# usage: awk -v sparse=SPARSE -f comments.awk -f bare.awk FILE.c ...
#        -v shrink=1  says what sed must take off SPARSE: what holds by now
BEGIN {
	while ((getline line < sparse) > 0) {
		at++
		if (line ~ /^[a-z]/)
			listed_at[line] = at
	}
}

FNR == 1 {
	end_file()
	path = FILENAME
	n = n_comment = in_comment = 0
}

# A line that holds something, but nothing once bare() has taken the comments
# out. next: bare.awk is here for its function alone.
{
	n++
	if ($0 !~ /^[ \t]*$/ && bare($0) ~ /^[ \t]*$/)
		n_comment++
	next
}

function end_file() {
	if (n <= 60 || n_comment / n >= 0.05)
		return
	if (path in listed_at)
		delete listed_at[path]
	else if (!shrink)
		printf "%s:%d: comments: %d of its %d lines tell why, fewer " \
		    "than 5 in a hundred\n", path, n, n_comment, n
}

END {
	end_file()
	for (path in listed_at)
		if (shrink)
			print listed_at[path] "d"
}
