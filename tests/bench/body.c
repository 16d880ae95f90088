/* Prints a body as the load sends it, of the N-th sale at this moment.
 *
 * usage: body event|update N */
#include "bodies.h"

#include <time.h>

int
main(int argc, char **argv)
{
	char out[BODIES_MAX], *text;
	struct sale s;
	size_t len;

	if (argc < 3)
		return 2;
	text = template_read(
	    strcmp(argv[1], "update") == 0 ? BODIES_UPDATE : BODIES_EVENT);
	sale_draw(&s, strtol(argv[2], NULL, 10), time(NULL));
	len = text == NULL ? 0 : template_fill(out, text, &s);
	free(text);
	if (len == 0 || fwrite(out, 1, len, stdout) != len)
		return 1;
	return 0;
}
