/* The statements that may go through a whole table. */
#ifndef SCANS_H
#define SCANS_H

#include "testing.h"

#include "base/array.h"
#include "store/statement.h"

/* Those that may scan, and why that stays cheap, or may be slow. */
static const struct scan {
	const char *why;
	enum sql what;
} scans[] = {
	{ "what is owed, by its own index", SQL_JOBS_RELEASE },
	{ "what is owed, by its own index", SQL_ORDERS_PRUNE },
	{ "what is owed, by its own index", SQL_JOBS_FROM_FUTURE },
	{ "what is owed, by its own index", SQL_JOBS_IN_FUTURE },
	{ "a count when the worker starts", SQL_ACCESS_BY_PRODUCT },
	{ "a list for an operator", SQL_MEMBERS_STUCK },
	{ "what is owed, for an operator", SQL_JOBS_COUNT },
	{ "what is owed, for an operator", SQL_JOBS_WAITING },
	{ "what is owed, for an operator", SQL_JOBS_RETRY },
	{ "a count for an operator", SQL_LEDGER_COUNT },
	{ "a look for an operator", SQL_LEDGER_LAST },
	{ "a list for an operator", SQL_ORDERS_LIST },
	{ "a list for an operator", SQL_LESSONS_LIST },
	{ "a count for an operator", SQL_LESSONS_COUNT },
	{ "a sum for an operator", SQL_MOVEMENTS },
	{ "a sum for an operator", SQL_SUBSCRIBERS },
	{ "a sum for an operator", SQL_REPORT_ENDED },
	{ "a sum for an operator", SQL_REPORT_CHURN },
	{ "a sum for an operator", SQL_REPORT_OWED },
	{ "a sum for an operator", SQL_REPORT_SOURCES },
	{ "a list for an operator", SQL_JOBS_TROUBLED },
	{ "a list for an operator", SQL_OPERATORS_LIST },
	{ "some operators", SQL_OPERATORS_TOLD },
	{ "what is owed, for an operator", SQL_INVITES_WAITING },
	{ "a list for an operator", SQL_AUDIT_LIST },
	{ "what is old, once a day", SQL_AUDIT_PRUNE },
	{ "what is old, once a day", SQL_BROADCASTS_PRUNE },
	{ "an operator erases a person", SQL_FORGET_BROADCASTS },
	{ "an operator erases a person", SQL_FORGET_READER },
	{ "an operator renames a product", SQL_RENAME_BROADCASTS },
	{ "a person asks for what is kept of them", SQL_MINE_BROADCASTS },
	{ "an operator is forgotten", SQL_FORGET_ACTOR },
	{ "an operator asks for what is kept of them", SQL_MINE_ACTS },
	{ "a list for an operator", SQL_PAYMENTS_EXPORT },
	{ "a list for an operator", SQL_PAYMENTS_LIST },
	{ "a sum for an operator", SQL_REPORT_INSIDE },
	{ "a sum for an operator", SQL_REPORT_LEFT },
	{ "a sum for an operator", SQL_REPORT_LINKS },
	{ "a sum for an operator", SQL_REPORT_FUNNEL },
	{ "a list for an operator", SQL_REPORT_DELAYS },
	{ "a sum for an operator", SQL_REPORT_WHO_IS_IN },
	{ "a list for an operator", SQL_REPORT_PERIODS },
	{ "counts rows, by an index where there are many", SQL_METRICS },
	{ "stops at the first", SQL_HAS_LESSONS },
	{ "some hundred lessons", SQL_HAS_LESSONS_FOR },
	{ "stops at the first", SQL_SUBSCRIPTIONS_KNOWN },
	{ "some hundred pieces of lessons", SQL_CHUNKS_COUNT },
	{ "what an engine without a search of its own does", SQL_SEARCH_COUNT },
	{ "what an engine without a search of its own does", SQL_SEARCH_WORDS },
	{ "an operator renames a product", SQL_RENAME_PEOPLE },
	{ "an operator renames a product", SQL_RENAME_ORDERS },
	{ "an operator renames a product", SQL_RENAME_WORSE },
	{ "an operator renames a product", SQL_RENAME_SECOND },
	{ "an operator renames a product", SQL_RENAME_ACCESS },
	{ "an operator renames a product", SQL_RENAME_JOBS },
	{ "an operator renames a product", SQL_RENAME_NOTICES },
	{ "an operator renames a product", SQL_RENAME_EARLIER },
	{ "an operator renames a product", SQL_RENAME_AUDIT },
	{ "an operator erases a person", SQL_FORGET_JOBS },
	{ "an operator erases a person", SQL_FORGET_LIMITS },
	{ "an operator erases a person", SQL_ALERTS_WITH },
	{ "a person asks for what is kept of them", SQL_MINE_MESSAGES },
	{ "a person asks for what is kept of them", SQL_MINE_LIMITS },
	{ "an operator takes over the first version's", SQL_FIRST_USERS },
};

static inline bool
may_scan(enum sql what)
{
	for (size_t i = 0; i < LENGTH(scans); i++)
		if (scans[i].what == what)
			return true;
	return false;
}

#endif
