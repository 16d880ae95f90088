# Calls and functions, in code stripped by bare.awk, which comes before.
BEGIN {
	n = split("strcpy strcat sprintf vsprintf atoi atol atoll strtok gets " \
	    "strncpy system popen alloca setjmp longjmp FCGX_FPrintF", list, " ")
	for (i = 1; i <= n; i++)
		banned[list[i]] = "is banned"

	home["getenv"] = home["secure_getenv"] = "lib/base/settings.c"
	home["time"] = home["gettimeofday"] = "lib/base/clock.c"
	home["clock_gettime"] = "lib/base/clock.c"
}

function breach(rule, what) {
	printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, what
}

{
	rest = $0
	while (match(rest, /[A-Za-z_][A-Za-z_0-9]*\(/)) {
		call = substr(rest, RSTART, RLENGTH - 1)
		rest = substr(rest, RSTART + RLENGTH)
		if (call in banned)
			breach("banned", call "() " banned[call])
		if (call in home && FILENAME != home[call])
			breach("home", call "() belongs in " home[call])
	}
}

/(^|[^A-Za-z_])goto / { breach("goto", "an arena frees instead") }

# A function: its name at the first column, then { and } alone there.
/^[a-z_0-9]+\(/ { name = $0; sub(/\(.*/, "", name) }
FNR == 1 { start = 0 }
/^\{$/ { start = FNR; branches = 1 }
/^\}$/ && start {
	if (FNR - start - 1 > 60)
		breach("function", name "() has " FNR - start - 1 " lines, over 60")
	if (branches > 12)
		breach("function", name "() has complexity " branches ", over 12")
	start = 0
}
start {
	line = $0
	branches += gsub(/(^|[^A-Za-z_])(if|for|while|case)[^A-Za-z_]/, "", line)
	branches += gsub(/&&|\|\||\?/, "", line)
}
