/* admit setup: registers the bot with Telegram and says what is to be entered
 * at those who take money; or does one step of the setup alone. */
#include "setup.h"

#include "base/array.h"
#include "payment/provider.h"

#include <stdio.h>
#include <string.h>

static void
print_providers(const struct app *app, struct arena *a)
{
	const struct provider *p;

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
		if (p->setup != NULL)
			printf("\n%s", p->setup(app, a));
	puts("Then run `admit check`.");
}

/* The ledger first: where it is another account's, Telegram is not to send
 * updates to programs that could not record them. What is to be entered at
 * Stripe is printed even where Telegram failed: the two can be put right in
 * either order. */
static bool
by_hand(struct setup *s)
{
	bool ok;

	if (!setup_ledger(s, 0))
		return false;
	ok = setup_telegram(s);

	print_providers(s->app, &s->arena);
	return ok;
}

int
cmd_setup(struct app *app, const struct args *args)
{
	static const struct {
		const char *name;
		bool (*run)(struct setup *s);
	} steps[] = { { "", by_hand }, { "stripe", setup_stripe },
		{ "telegram", setup_telegram }, { "operator", setup_operator },
		{ "channel", setup_channel } };
	const char *name = args_word(args, 0);
	struct setup s;
	int status = 1;

	for (size_t i = 0; i < LENGTH(steps); i++) {
		if (strcmp(steps[i].name, name == NULL ? "" : name) != 0)
			continue;
		if (setup_begin(&s, app))
			status = steps[i].run(&s) ? 0 : 1;
		setup_end(&s);
	}
	return status;
}
