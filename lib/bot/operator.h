/* What the bot does for those who set the shop up, while `admit setup` waits:
 * learns by a code who they are, and in which channels it was made an
 * administrator. */
#ifndef BOT_OPERATOR_H
#define BOT_OPERATOR_H

#include "bot/reply.h"

/* Where a private message is the code that `admit setup` shows, its sender is
 * noted as the operator and told so, once for each code, and for a quarter of
 * an hour. *is_taken: it was; other messages are left to others. */
enum err operator_learn(struct reply *r, bool *is_taken) MUST_CHECK;

/* The bot's rights have changed in a chat that nothing is sold for. Where an
 * operator made it an administrator, the chat is noted and the operators are
 * told its number and what is lacking; what strangers do with the bot in their
 * own channels is nobody's business. */
enum err operator_channel(struct reply *r) MUST_CHECK;

/* They have changed in one that is sold, by the number that the catalog has.
 * See members_rights(); where the bot is an administrator still, the operators
 * are told which right is lacking. */
enum err operator_rights(struct reply *r, const char *chat_id) MUST_CHECK;

#endif
