/* The kinds of jobs, a row each: the number that is stored, the name of it
 * (JOB_INVITE), the name of what its own file says it does (invite_kind, see
 * kind.h), its name for operators, where it waits and in which lane. */
#ifndef OUTBOX_KINDS_H
#define OUTBOX_KINDS_H

/* Where a job waits. Each line has calls of one sort and places of its own
 * among those under way, so that none fills what another needs; where two use
 * the same limit, the earlier one here goes first. Stored (jobs.late): append,
 * never renumber. */
enum job_line {
	LINE_CHANNEL, /* let in, let out */
	LINE_INVITE,
	LINE_ASK, /* Stripe, for a buyer */
	LINE_NOTICE,
	LINE_ANSWER,
	LINE_FORWARD,
	LINE_ALERT,
	LINE_RECONCILE,
	LINE_BROADCAST, /* what nobody waits for */
	LINE__COUNT
};

/* In a lane each person has one job at a time under way. Stored. */
enum lane { LANE_NONE, LANE_CHANNEL, LANE_CHAT, LANE_ASK, LANE_COACH };

/* Stored: append, never renumber. A job of a kind that a program does not know
 * is kept for one that does. */
#define JOB_KINDS(KIND) \
	/* The message with the channel's link. */ \
	KIND(1, INVITE, invite, "invite", LINE_INVITE, LANE_CHANNEL) \
	/* A message; detail names it. */ \
	KIND(2, NOTICE, notice, "notice", LINE_NOTICE, LANE_CHAT) \
	/* Ask Stripe about an order; detail: whose /help. */ \
	KIND(3, CHECK, check, "check", LINE_ASK, LANE_ASK) \
	/* A message to an operator; detail is its text. */ \
	KIND(4, ALERT, alert, "alert", LINE_ALERT, LANE_CHAT) \
	/* A step of a reconciliation; detail says which. */ \
	KIND(5, RECONCILE, reconcile, "ask", LINE_RECONCILE, LANE_NONE) \
	/* Who is in a channel; detail is its id. */ \
	KIND(6, MEMBER, member, "member", LINE_CHANNEL, LANE_CHANNEL) \
	/* Ask Stripe how a subscription stands; detail is its id. */ \
	KIND(7, SUBSCRIPTION, subscription, "ask", LINE_ASK, LANE_NONE) \
	/* The buyer's own page at Stripe; detail: product. */ \
	KIND(8, PORTAL, portal, "portal", LINE_ASK, LANE_ASK) \
	/* A question to the coach; detail: its id. */ \
	KIND(9, ANSWER, answer, "answer", LINE_ANSWER, LANE_COACH) \
	/* The same, on to a person. */ \
	KIND(10, FORWARD, forward, "pass on", LINE_FORWARD, LANE_COACH) \
	/* A person's reply: "question/message/chat/of which". */ \
	KIND(11, RELAY, relay, "reply", LINE_ANSWER, LANE_COACH) \
	/* No more is to be taken by what an order began; detail: when. */ \
	KIND(12, CANCEL, cancel, "cancel", LINE_CHANNEL, LANE_NONE) \
	/* Read what an event named; detail: stripe_thin.h. */ \
	KIND(13, READ, read, "ask", LINE_ASK, LANE_NONE) \
	/* A payment goes back; detail: its name, and a part's amount. */ \
	KIND(14, REFUND, refund, "refund", LINE_ASK, LANE_NONE) \
	/* All that is kept of somebody, to them, as a file. */ \
	KIND(15, MYDATA, mydata, "their data", LINE_NOTICE, LANE_CHAT) \
	/* A part of a long text; detail: "NAME:PART". */ \
	KIND(16, CONTENT, content, "text", LINE_NOTICE, LANE_CHAT) \
	/* What the bot says in the support chat; detail: bot/support.c. */ \
	KIND(17, SUPPORT, support, "support", LINE_FORWARD, LANE_COACH) \
	/* A message to many, to one of them; detail: which, or "preview/" it. \
	 */ \
	KIND(18, BROADCAST, broadcast, "to many", LINE_BROADCAST, LANE_CHAT) \
	/* Whose payment an operator's words name; detail: the words. */ \
	KIND(19, LOOKUP, lookup, "look up", LINE_ASK, LANE_NONE)

#endif
