/* Names of failures. */
#include "base/err.h"

/* The names are for the log and for JSON clients. People read other words;
 * shop/texts has them. */
const char *
err_name(enum err e)
{
	static const char *const names[ERR__COUNT] = {
		[ERR_OK] = "ok",
		[ERR_INPUT] = "input",
		[ERR_AUTH] = "auth",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_CONFLICT] = "conflict",
		[ERR_TOO_BIG] = "too_big",
		[ERR_THROTTLED] = "throttled",
		[ERR_UNAVAILABLE] = "unavailable",
		[ERR_REFUSED] = "refused",
		[ERR_CONFIG] = "config",
		[ERR_INTERNAL] = "internal",
	};

	return (unsigned)e < ERR__COUNT ? names[e] : "unknown";
}
