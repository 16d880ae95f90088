/* Who takes money, a row each: NAME_provider is what the file of that name says
 * of itself (see provider.h). Where several can do a thing, the first does. */
#ifndef PAYMENT_PROVIDER_ROWS_H
#define PAYMENT_PROVIDER_ROWS_H

#define PROVIDERS(PROVIDER) \
	PROVIDER(stripe) \
	PROVIDER(stars)

#endif
