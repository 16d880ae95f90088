/* What the operators are told of money, in the transaction that records it:
 * each once, however often it is heard of, and where they want to hear of its
 * kind (NOTIFY). What needs a person is told in any case. */
#ifndef LEDGER_NOTIFY_H
#define LEDGER_NOTIFY_H

#include "ledger/ledger.h"
#include "ledger/payments.h"
#include "shop/app.h"

enum err alert_sale(
    struct app *app, struct arena *a, const struct order *o) MUST_CHECK;
/* A plan was paid once more; what was paid long ago is told by nobody any
 * more. */
enum err alert_renewal(struct app *app, struct arena *a, const struct order *o,
    const struct payment *p) MUST_CHECK;
/* It was to be paid once more, and the card refused; what: the attempt. */
enum err alert_failure(struct app *app, struct arena *a, const struct order *o,
    const char *attempt) MUST_CHECK;
/* Paid by one who was to be forgotten: nobody is let in for it. */
enum err alert_forgotten(
    struct app *app, struct arena *a, const struct order *o) MUST_CHECK;
/* Paid for something that is not sold here, or no more. */
enum err alert_unknown(
    struct app *app, struct arena *a, const struct order *o) MUST_CHECK;
enum err alert_refund(struct app *app, struct arena *a, const struct order *o,
    int64_t refunded_minor) MUST_CHECK;
/* It did not go back after all: told in any case, since nobody asks for it once
 * more; of an order once a day. */
enum err alert_refund_failed(struct app *app, struct arena *a,
    const struct order *o, int64_t amount_minor) MUST_CHECK;
/* Access is over, by its own end; what else ends it is told as what it is. */
enum err alert_ended(struct app *app, struct arena *a, const struct order *o,
    const char *why) MUST_CHECK;
/* Of the dispute of that id, and what is done about it; evidence is due by
 * due_ms (0: none is). */
enum err alert_dispute(struct app *app, struct arena *a, const struct order *o,
    const char *id, enum dispute_stage stage, int64_t due_ms,
    enum remedy remedy) MUST_CHECK;
/* Of one that is lost: evidence for an appeal is due by due_ms. */
enum err alert_appeal(struct app *app, struct arena *a, const struct order *o,
    const char *id, int64_t due_ms) MUST_CHECK;
/* That a payment may be fraud, and what is done about it. That access was
 * stopped for it is told in any case: only a person may let in again. */
enum err alert_fraud(struct app *app, struct arena *a, const struct order *o,
    const char *payment, enum remedy remedy) MUST_CHECK;

#endif
