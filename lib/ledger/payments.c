/* Writing payments down. */
#include "ledger/payments.h"

struct known {
	bool by_any;     /* it is there, by its name or as its order's first */
	bool is_another; /* the name is there, as something else */
};

static void
known_from_row(const struct row *row, void *ctx)
{
	*(struct known *)ctx = (struct known){ .by_any = row_int(row, 0) > 0,
		.is_another = row_int(row, 1) > 0 };
}

static enum err
look_for(
    struct db *db, struct arena *a, const struct payment *p, struct known *out)
{
	return db_one(db, a, SQL_PAYMENTS_KNOWN,
	    KV(kv_text("provider", p->provider), kv_text("payment", p->payment),
		kv_int("order_id", p->order_id), kv_int("kind", p->kind)),
	    known_from_row, out);
}

/* An order has one first payment, whatever its name is; of the others the name
 * says which it is. So the two have a statement each. */
enum err
payments_add(
    struct db *db, struct arena *a, const struct payment *p, bool *is_new)
{
	struct known known = { false, false };
	enum err e = look_for(db, a, p, &known);

	*is_new = !known.by_any;
	/* One payment that two orders name, or two words about what it was, is
	 * in the books once. */
	if (e != ERR_OK || (p->kind == PAYMENT_FIRST && known.is_another))
		return e;
	return db_exec(db,
	    p->kind == PAYMENT_FIRST ? SQL_PAYMENT_ADD_FIRST :
				       SQL_PAYMENT_ADD_LATER,
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
