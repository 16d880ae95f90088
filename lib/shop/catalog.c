/* The products there are. */
#include "shop/catalog.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define MAX_ID 32
#define NS_A_SECOND ((int64_t)1000 * 1000 * 1000)

struct catalog_mark
catalog_mark(const struct conf *conf)
{
	struct stat st;

	if (conf->products_file == NULL || stat(conf->products_file, &st) != 0)
		return (struct catalog_mark){ 0 };
	return (struct catalog_mark){
		/* The inode counts as well, because a file that is put in place
		 * with mv may have the time and the size of the old one. */
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

/* Ids stand in links, in metadata at Stripe, in job keys with '/' and ':'
 * between, and are there for years; so no other characters. */
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
	/* Old links and old jobs name no product: there was only one then. */
	if (id == NULL || id[0] == '\0')
		return &c->products[0];
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->products[i].id, id) == 0)
			return &c->products[i];
	return NULL;
}

bool
catalog_has_plans(const struct catalog *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->products[i].every != NULL)
			return true;
	return false;
}

enum product_kind
product_kind_named(const char *word)
{
	static const char *const words[] = { [PRODUCT_COURSE] = "course",
		[PRODUCT_CLUB] = "club",
		[PRODUCT_CHANNEL] = "channel" };
	enum product_kind kind = 0;

	if (word == NULL)
		return PRODUCT_COURSE;
	while (
	    kind < PRODUCT_KIND__COUNT && !str_eq(str_from(word), words[kind]))
		kind++;
	return kind;
}

/* Of the n texts the one in the language, else the first. */
static const char *
in_language(const struct title *texts, size_t n, const char *language)
{
	for (size_t i = 0; language != NULL && i < n; i++)
		if (texts[i].language != NULL &&
		    strncasecmp(texts[i].language, language, 2) == 0)
			return texts[i].text;
	return n == 0 ? NULL : texts[0].text;
}

const char *
product_title(const struct product *p, const char *language)
{
	return in_language(p->titles, p->n_titles, language);
}

const char *
product_description(const struct product *p, const char *language)
{
	return in_language(p->descriptions, p->n_descriptions, language);
}

const char *
product_note(const struct product *p, const char *language)
{
	return in_language(p->notes, p->n_notes, language);
}

enum remedy
product_remedy(const struct conf *conf, const struct product *p, enum trouble t)
{
	const char *const set[] = { [TROUBLE_WARNING] = conf->on_fraud_warning,
		[TROUBLE_DISPUTE] = conf->on_dispute,
		[TROUBLE_FAILED] = conf->on_payment_failed };
	enum remedy r = p == NULL ? REMEDY_USUAL : p->remedies[t];

	if (r == REMEDY_USUAL)
		r = remedy_named(t, set[t]);
	return r == REMEDY_USUAL ? remedy_usual(t) : r;
}
