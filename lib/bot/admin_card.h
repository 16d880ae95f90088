/* One buyer, as those who run the shop see them. */
#ifndef BOT_ADMIN_CARD_H
#define BOT_ADMIN_CARD_H

#include "bot/admin_page.h"

/* The card of the person of that number: access, orders, what operators did,
 * and buttons for what may be done. A stranger has one, too: they can be let
 * in. */
enum err admin_card(struct admin_page *p, struct str tg_id) MUST_CHECK;

/* Buttons to send the money of an order back, all of it and a part, where there
 * is any left of its latest payment. */
enum err admin_refund_buttons(
    struct admin_page *p, int64_t order_id) MUST_CHECK;

/* Finds a buyer by what an operator typed: a Telegram number, "#12" for an
 * order, the name of a session, a payment, an invoice, a subscription, a refund
 * or a dispute. Their card; a button for each where they are several. */
enum err admin_find(struct admin_page *p, struct str query) MUST_CHECK;

/* The same by the name that whoever took the money has for it, once it was
 * asked; what nobody has paid for here is said to be none of ours. */
enum err admin_found(struct admin_page *p, struct str name) MUST_CHECK;

#endif
