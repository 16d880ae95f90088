/* Judging prices. */
#include "shop/price.h"

#include "base/currency.h"

#include <string.h>

/* A number without decimals is what is asked for: its fault is another. */
const char *
price_hint(struct arena *a, const char *text, const char *currency)
{
	int64_t minor;

	if (text == NULL || strpbrk(text, ".,") == NULL ||
	    currency_of(currency).code[0] == '\0' ||
	    currency_read(a, text, currency, &minor) != NULL)
		return "";
	return arena_printf(a, ": that is in minor units, so for %s write %lld",
	    currency_text(a, minor, currency), (long long)minor);
}

void
price_check(struct settings *s, struct arena *a, int64_t amount_minor,
    const char *currency)
{
	const char *wrong, *odd;

	if (currency_of(currency).code[0] == '\0')
		return; /* told already, by its own check */
	/* Its own fault is there; most likely whole units were meant. */
	if (amount_minor == 0) {
		(void)settings_fault_more(s, a, "PRICE_AMOUNT",
		    price_hint(a, settings_given(s, "PRICE_AMOUNT"), currency));
		return;
	}
	wrong = currency_fault(a, amount_minor, currency);
	odd = currency_doubt(a, amount_minor, currency);
	if (wrong != NULL)
		settings_fault(s, a, "PRICE_AMOUNT %s", wrong);
	else if (odd != NULL)
		settings_note(s, a, "PRICE_AMOUNT %s", odd);
}
