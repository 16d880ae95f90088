#!/bin/sh
# The lines of the parsers that the corpora and their changed copies reach, as
# gcov counts them. Status 1 if any of them is below 90 in 100.
#
# usage: coverage.sh    after make fuzz has built build/coverage
set -u
cd "$(dirname "$0")/../.." || exit 2

parsers='base/cidr base/json base/json_pick base/json_weight coach/completion coach/guard coach/lesson
coach/parts coach/prompt coach/speech coach/terms shop/catalog_file payment/paylink stripe/api
stripe/event stripe/list stripe/reversal stripe/session stripe/signature
telegram/api telegram/update web/client web/connection web/request'

find build/coverage -name '*.gcda' -delete
build/coverage/fuzz/replay tests/fuzz/corpus 200 > /dev/null || exit 1
for parser in $parsers; do
	gcov --no-output "build/coverage/lib/$parser.gcda" 2> /dev/null |
	    awk -v file="lib/$parser.c" '
	    index($0, "File") { here = index($0, file) }
	    here && /^Lines executed/ {
		sub(/.*:/, ""); sub(/%/, ""); print file, $1, $3; exit
	    }'
done | awk '
    { printf "  %5.1f %% of %3d lines: %s\n", $2, $3, $1
      lines += $3; reached += $2 * $3 / 100; n++; low += $2 < 90 }
    END { share = lines ? 100 * reached / lines : 0
      printf "coverage of %d parsers: %.1f %% of %d lines\n", n, share, lines
      exit low > 0 || n == 0 }'
