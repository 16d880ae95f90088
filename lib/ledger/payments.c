/* Writing payments down. */
#include "ledger/payments.h"

/* Most are told of once: only what is there already costs a second
 * statement. One name is one payment, whatever two words say that it was, so
 * the books never have it twice. */
enum err
payments_add(struct db *db, const struct payment *p, bool *is_new)
{
	const struct kv tax = p->tax_minor < 0 ?
	    kv_null("tax_minor") :
	    kv_int("tax_minor", p->tax_minor);
	int64_t n_new = 0;
	enum err e = db_exec(db, SQL_PAYMENT_ADD,
	    KV(kv_text("provider", p->provider), kv_text("payment", p->payment),
		kv_text("intent", p->intent), kv_int("order_id", p->order_id),
		kv_int("kind", p->kind),
		kv_int("amount_minor", p->amount_minor),
		kv_text("currency", p->currency), tax,
		kv_int("paid_ms", p->paid_ms),
		kv_int_or_null("starts_ms", p->starts_ms),
		kv_int_or_null("ends_ms", p->ends_ms)),
	    &n_new);

	*is_new = n_new > 0;
	if (e != ERR_OK || *is_new)
		return e;
	return db_exec(db, SQL_PAYMENT_LEARN,
	    KV(kv_text("provider", p->provider), kv_text("payment", p->payment),
		kv_text("intent", p->intent), kv_int("order_id", p->order_id),
		kv_int("kind", p->kind),
		kv_text("invoice", p->is_invoice ? p->payment : NULL),
		kv_int("amount_minor", p->amount_minor), tax,
		kv_int("paid_ms", p->paid_ms), kv_int("moment", p->moment),
		kv_int_or_null("starts_ms", p->starts_ms),
		kv_int_or_null("ends_ms", p->ends_ms)),
	    NULL);
}
