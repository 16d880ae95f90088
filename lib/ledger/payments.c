/* Writing payments down. */
#include "ledger/payments.h"

static enum err
is_known(struct db *db, struct arena *a, const struct payment *p, bool *known)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_PAYMENTS_KNOWN,
	    KV(kv_text("provider", p->provider), kv_text("payment", p->payment),
		kv_int("order_id", p->order_id), kv_int("kind", p->kind)),
	    row_to_int, &n);

	*known = n > 0;
	return e;
}

/* An order has one first payment, whatever its name is; of the others the name
 * says which it is. So the two have a statement each. */
enum err
payments_add(
    struct db *db, struct arena *a, const struct payment *p, bool *is_new)
{
	bool known = false;
	enum err e = is_known(db, a, p, &known);

	*is_new = !known;
	if (e != ERR_OK)
		return e;
	return db_exec(db,
	    p->kind == PAYMENT_FIRST ? SQL_PAYMENT_FIRST : SQL_PAYMENT_LATER,
	    KV(kv_text("provider", p->provider), kv_text("payment", p->payment),
		kv_text("intent", p->intent), kv_int("order_id", p->order_id),
		kv_int("kind", p->kind),
		kv_text("invoice", p->is_invoice ? p->payment : NULL),
		kv_int("amount_minor", p->amount_minor),
		kv_text("currency", p->currency),
		p->tax_minor < 0 ? kv_null("tax_minor") :
				   kv_int("tax_minor", p->tax_minor),
		kv_int("paid_ms", p->paid_ms),
		kv_int_or_null("starts_ms", p->starts_ms),
		kv_int_or_null("ends_ms", p->ends_ms)),
	    NULL);
}
