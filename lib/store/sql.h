/* Every statement there is: SQL(NAME, "text"), a file for each table. Values
 * are bound by :name. Only what SQLite and PostgreSQL both understand may stand
 * here. Included several times with different meanings of SQL, so neither this
 * nor those have an include guard; what the texts share is in sql_words.h. */

#include "store/sql/access.h"
#include "store/sql/inbox.h"
#include "store/sql/jobs.h"
#include "store/sql/lessons.h"
#include "store/sql/limits.h"
#include "store/sql/marks.h"
#include "store/sql/members.h"
#include "store/sql/orders.h"
#include "store/sql/payments.h"
#include "store/sql/products.h"
#include "store/sql/questions.h"
#include "store/sql/reports.h"
#include "store/sql/reversals.h"
#include "store/sql/subscriptions.h"
#include "store/sql/transactions.h"
#include "store/sql/users.h"
