/* The support chat from the bot's side: what somebody says that is for people,
 * the card about them there, and its button. What is passed on and what comes
 * back is coach/handover.h's. */
#ifndef BOT_SUPPORT_H
#define BOT_SUPPORT_H

#include "bot/reply.h"

/* In the private chat. For people is what belongs to an open conversation, a
 * reply to an answer of theirs, a voice that nothing here can hear, and where
 * there is no coach all but kind words and questions about the purchase.
 * *taken: it is passed on, or was too much for one hour, and they are told. */
enum err support_heard(struct reply *r, bool *taken) MUST_CHECK;

/* The card's button, "support:close:PERSON" and "support:open:PERSON"; data is
 * without the first word. It does nothing outside the support chat. */
#define SUPPORT_BUTTON "support"
enum err support_pressed(struct reply *r, struct str data) MUST_CHECK;

#endif
