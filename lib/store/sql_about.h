/* Statements of a transaction that is about some people alone, see
 * db_transaction_about(): while it decides, others decide about other people.
 *
 * PERSON: what it writes, or reads for a decision, is its :tg_id's. NAMES: it
 * only reads what nobody changes meanwhile, since whoever does is alone; or it
 * writes by a name that belongs to one of them, as a session's, a payment's and
 * a promise's do. What counts for the whole shop is none of these: but for
 * LIMIT_COUNT, by which alerts are counted, at the end and in one order (see
 * alerts_promise()).
 *
 * Nothing that goes by "whatever came after number N" may be written here: of
 * two that write at the same time the higher number may be there first. Today
 * nothing in the ledger is read so but the orders of one person. */

ABOUT(INBOX_ADD, NAMES)
ABOUT(ORDER_BY_SESSION, NAMES)
ABOUT(MARK_GET, NAMES)
ABOUT(RENAMED_TO, NAMES)
ABOUT(USER_SEEN, PERSON)
ABOUT(ORDER_FACTS_ADD, PERSON)
ABOUT(PAYMENT_PLAN_BEFORE, PERSON)
ABOUT(PAYMENT_ADD, NAMES)
ABOUT(PAYMENT_LEARN, NAMES)
ABOUT(SUBSCRIPTION_ADD, NAMES)
ABOUT(SUBSCRIPTION_HEARD, NAMES)
ABOUT(CONSENT_ADD, PERSON)

ABOUT(ACCESS_GET, PERSON)
ABOUT(FACTS_OF_BUYER, PERSON)
ABOUT(ACCESS_SET, PERSON)
ABOUT(USER_ACCESS, PERSON)
ABOUT(MEMBER_OURS, PERSON)
ABOUT(LEADS_OF, NAMES)
ABOUT(REVERSALS_UNTOLD, NAMES)

ABOUT(JOB_PROMISED, NAMES)
ABOUT(JOB_PROMISE, NAMES)
ABOUT(JOB_PROMISE_COUNT, NAMES)
ABOUT(JOB_LEASE, NAMES)
ABOUT(JOB_PUT_OFF, NAMES)
ABOUT(OPERATORS_TOLD, NAMES)
ABOUT(USER_LANGUAGE, NAMES)
ABOUT(LIMIT_COUNT, NAMES)
