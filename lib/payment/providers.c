/* The table of those who take money, and finding one in it. */
#include "payment/provider.h"

#include "base/array.h"

static const struct provider *const providers[] = {
#define ROW(name) &name##_provider,
	PROVIDERS(ROW)
#undef ROW
};

const struct provider *
provider_at(size_t i)
{
	return i < LENGTH(providers) ? providers[i] : NULL;
}

const struct provider *
provider_find(struct str name)
{
	for (size_t i = 0; i < LENGTH(providers); i++)
		if (str_eq(name, providers[i]->name))
			return providers[i];
	return NULL;
}

const struct provider *
provider_for(const struct app *app, const struct product *p)
{
	for (size_t i = 0; i < LENGTH(providers); i++)
		if (providers[i]->begin != NULL && providers[i]->sells(app, p))
			return providers[i];
	return NULL;
}

const struct provider *
provider_telling(struct str name)
{
	for (size_t i = 0; i < LENGTH(providers); i++)
		if (providers[i]->read_post != NULL &&
		    (name.len == 0 || str_eq(name, providers[i]->name)))
			return providers[i];
	return NULL;
}

/* No two give names that look alike, so the first that says yes is it. */
const struct provider *
provider_by_look(struct str id)
{
	for (size_t i = 0; i < LENGTH(providers); i++)
		if (providers[i]->names != NULL && providers[i]->names(id))
			return providers[i];
	return NULL;
}

/* The first alone is asked: their words look as little alike as the names of
 * purchases do. */
const struct provider *
provider_who_knows(struct str words)
{
	for (size_t i = 0; i < LENGTH(providers); i++)
		if (providers[i]->may_know != NULL &&
		    providers[i]->may_know(words))
			return providers[i];
	return NULL;
}
