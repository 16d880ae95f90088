/* The products there are. */
#include "shop/catalog.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_ID 32
#define NS_A_SECOND ((int64_t)1000 * 1000 * 1000)
#define MAX_FILE_BYTES ((size_t)256 * 1024)

static struct product
from_settings(const struct conf *conf)
{
	struct product p = {
		.id = PRODUCT_DEFAULT,
		.titles = { { NULL, conf->product_name } },
		.n_titles = 1,
		.price_id = conf->stripe_price_id,
		.amount_minor = conf->price_amount_minor,
		.currency = conf->price_currency,
		.stars = conf->stars_amount,
		.channels = { { conf->paid_channel_id,
		    conf->paid_channel_link } },
		.n_channels = 1,
		.grace_days = conf->grace_days,
	};

	if (conf->price_every != NULL)
		(void)conf_period(conf->price_every, &p.every, &p.every_n);
	return p;
}

/* What the settings name must be sold. */
static enum err
check_names(const struct catalog *c, struct arena *a, struct conf *conf)
{
	const char *id = conf->coach_group_product;

	if (id == NULL || catalog_find(c, id) != NULL)
		return ERR_OK;
	settings_fault(&conf->settings, a,
	    "COACH_GROUP_PRODUCT: there is no product with the id %s", id);
	return ERR_CONFIG;
}

enum err
catalog_load(struct catalog *c, struct arena *a, struct conf *conf)
{
	const char *path = conf->products_file;
	struct str text;

	*c = (struct catalog){ .n = 1 };
	c->products[0] = from_settings(conf);
	if (path == NULL)
		return check_names(c, a, conf);
	if (!file_read(a, path, MAX_FILE_BYTES, &text)) {
		settings_fault(&conf->settings, a,
		    "the products file %s: cannot be read: %s", path,
		    strerror(errno));
		return ERR_CONFIG;
	}
	return catalog_read(c, a, conf, path, text) ? check_names(c, a, conf) :
						      ERR_CONFIG;
}

struct catalog_mark
catalog_mark(const struct conf *conf)
{
	struct stat st;

	if (conf->products_file == NULL || stat(conf->products_file, &st) != 0)
		return (struct catalog_mark){ 0 };
	return (struct catalog_mark){
		(int64_t)st.st_mtim.tv_sec * NS_A_SECOND + st.st_mtim.tv_nsec,
		(int64_t)st.st_size,
		(int64_t)st.st_ino,
	};
}

bool
catalog_mark_same(const struct catalog_mark *a, const struct catalog_mark *b)
{
	return a->changed_ns == b->changed_ns && a->bytes == b->bytes &&
	    a->place == b->place;
}

bool
catalog_is_id(const char *text)
{
	return text != NULL && text[0] != '\0' && strlen(text) <= MAX_ID &&
	    str_only(
		str_from(text), "abcdefghijklmnopqrstuvwxyz" STR_DIGITS "_-");
}

const struct product *
catalog_find(const struct catalog *c, const char *id)
{
	if (id == NULL || id[0] == '\0')
		return &c->products[0];
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->products[i].id, id) == 0)
			return &c->products[i];
	return NULL;
}

const char *
product_title(const struct product *p, const char *language)
{
	for (size_t i = 0; language != NULL && i < p->n_titles; i++)
		if (p->titles[i].language != NULL &&
		    strncmp(p->titles[i].language, language, 2) == 0)
			return p->titles[i].text;
	return p->titles[0].text;
}
