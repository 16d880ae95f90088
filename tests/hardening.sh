#!/bin/sh
# What the linker says of the programs of a release build: each is hardened as
# the Makefile asks. Closes with "N passed, N failed".
#
# usage: hardening.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.." || exit 2
out=$1 passed=0 failed=0

# expect PROGRAM WHAT PATTERN [no]: a line of readelf's that must be there, or
# must not.
expect() {
	if printf '%s\n' "$said" | grep -Eq "$3"; then
		found=yes
	else
		found=no
	fi
	if [ "$found" = "${4:-yes}" ]; then
		passed=$((passed + 1))
	else
		echo "$1: $2"
		failed=$((failed + 1))
	fi
}

for program in "$out"/cgi-bin/*.fcgi "$out"/bin/admit; do
	said=$(readelf -W --file-header --program-headers --dynamic --notes \
	    --dyn-syms "$program")
	expect "$program" "not position independent" 'Type: +DYN'
	expect "$program" "not all of it is read-only after start" 'GNU_RELRO'
	expect "$program" "symbols are bound late" 'BIND_NOW|FLAGS_1.*NOW'
	expect "$program" "an executable stack" 'GNU_STACK.*RWE' no
	expect "$program" "memory both written and executed" 'LOAD.* RWE' no
	expect "$program" "no stack protector" '__stack_chk_fail'
	expect "$program" "no fortified functions" '__(memcpy|vsnprintf|snprintf|read|strncat)_chk'
	expect "$program" "a search path for libraries" 'R(UN)?PATH' no
done

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
