/* All orders in which things may happen, for the tests of what must end the
 * same in each. */
#ifndef ORDERS_H
#define ORDERS_H

#include <stdbool.h>

#define ORDER_MOST 8

/* What happens, by number, and how many that are. */
struct in_order {
	int step[ORDER_MOST];
	int n;
};

/* The steps 0 ... n - 1 as they come; with twice >= 0 that one two times. */
static inline struct in_order
first_order(int n, int twice)
{
	struct in_order o = { .n = 0 };

	for (int i = 0; i < n; i++) {
		o.step[o.n++] = i;
		if (i == twice)
			o.step[o.n++] = i;
	}
	return o;
}

static inline void
order_swap(struct in_order *o, int i, int k)
{
	int was = o->step[i];

	o->step[i] = o->step[k];
	o->step[k] = was;
}

/* Under the sanitizers every eleventh is enough: the orders differ in what the
 * ledger says, not in what memory they take. */
#ifdef __SANITIZE_ADDRESS__
#define ORDERS_A_STEP 11
#else
#define ORDERS_A_STEP 1
#endif

/* The next in the dictionary; false after the last. Equal steps are not told
 * apart. */
static inline bool
order_after(struct in_order *o)
{
	int i = o->n - 2, k = o->n - 1;

	while (i >= 0 && o->step[i] >= o->step[i + 1])
		i--;
	if (i < 0)
		return false;
	while (o->step[k] <= o->step[i])
		k--;
	order_swap(o, i, k);
	for (int a = i + 1, b = o->n - 1; a < b; a++, b--)
		order_swap(o, a, b);
	return true;
}

static inline bool
next_order(struct in_order *o)
{
	for (int i = 0; i < ORDERS_A_STEP; i++)
		if (!order_after(o))
			return false;
	return true;
}

#endif
