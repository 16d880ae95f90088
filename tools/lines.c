/* Lines for people. */
#include "lines.h"

#include "base/str.h"

#include <stdio.h>
#include <unistd.h>

#define WIDTH 80
#define INDENT 17 /* where the text begins */

/* The text from there on, broken between words. A word that is too long for any
 * line, such as an address, stays whole: it is to be copied. */
static void
put(const char *text, bool breaks)
{
	struct str rest = str_from(text);
	size_t at = INDENT;

	while (rest.len > 0) {
		struct str word = str_cut(&rest, ' ');
		size_t n = str_chars(word);

		if (breaks && at > INDENT && at + 1 + n > WIDTH) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		} else if (at > INDENT) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)word.len, word.p);
		at += n;
	}
	putchar('\n');
}

void
lines_say(
    const char *result, const char *what, const char *detail, const char *mend)
{
	bool breaks = isatty(STDOUT_FILENO) == 1;

	printf("%-5s %-10s ", result, what);
	put(detail, breaks);
	if (mend != NULL) {
		printf("%*s", INDENT, "");
		put(mend, breaks);
	}
	/* Whoever waits sees it before the next step begins. */
	(void)fflush(stdout);
}
