/* Consents on Stripe's page. Which text was shown there must outlast a change
 * of it while the page is open, so the session carries its hash. */
#include "payment/stripe_consent.h"

#include "base/log.h"
#include "ledger/consents.h"

#include <stdio.h>

#define HASH_LENGTH 64

const char *
stripe_consent_mark(struct arena *a, const struct agreement *g, bool themselves)
{
	return arena_printf(
	    a, "%s %s %d", g->hash, language_code(g->in), themselves);
}

/* Metadata can be changed by whoever has a key of the account. */
static bool
read_mark(const char *mark, struct consent *c, char hash[HASH_LENGTH + 1])
{
	struct str rest = str_from(mark), first = str_cut(&rest, ' '),
		   tag = str_cut(&rest, ' ');
	enum language in = LANGUAGE__COUNT;

	for (int i = 0; i < LANGUAGE__COUNT; i++)
		if (str_eq(tag, language_code((enum language)i)))
			in = (enum language)i;
	if (in == LANGUAGE__COUNT || first.len != HASH_LENGTH ||
	    !str_only(first, "0123456789abcdef"))
		return false;
	(void)snprintf(hash, HASH_LENGTH + 1, "%.*s", HASH_LENGTH, first.p);
	c->hash = hash;
	c->language = language_code(in);
	c->is_proven = str_eq(rest, "1");
	return true;
}

/* It is dated by the page: before it was paid, whenever that is heard of. */
enum err
stripe_consent_note(
    struct db *db, const struct stripe_session *s, const struct order *o)
{
	char hash[HASH_LENGTH + 1];
	struct consent c = { .tg_id = o->tg_id,
		.product = o->product,
		.at_ms = s->created_s * 1000 };

	if (s->consent == NULL || o->id == 0 || o->tg_id == 0)
		return ERR_OK;
	if (!read_mark(s->consent, &c, hash)) {
		log_event(LOG_WARN, "consent_unreadable",
		    KV(kv_text("session", s->id)));
		return ERR_OK;
	}
	return consent_add(db, &c);
}
