/* Where the links of a page lead. */
#include "front/ways.h"

#include "ledger/self.h"
#include "shop/text.h"

#define NAME_SIGNS STR_LETTERS STR_DIGITS "_"
#define MAIL_SIGNS NAME_SIGNS "@.+-"

const char *
ways_to_bot(const struct app *app, struct arena *a)
{
	struct self self = { 0 };
	bool is_known = app->db != NULL && self_get(app, a, &self) == ERR_OK &&
	    self.name != NULL && str_only(str_from(self.name), NAME_SIGNS);

	return is_known ? arena_printf(a, "https://t.me/%s", self.name) : NULL;
}

const char *
ways_to_support(const struct app *app, struct arena *a)
{
	const char *contact = app->conf.support_contact;
	struct str s = str_from(contact), host = s;

	if (s.len < 2 || str_has_blank(s))
		return NULL;
	if (str_starts(s, "https://"))
		return contact;
	if (str_starts(s, "t.me/"))
		return arena_printf(a, "https://%s", contact);
	if (s.p[0] == '@')
		return str_only(str_from(contact + 1), NAME_SIGNS) ?
		    arena_printf(a, "https://t.me/%s", contact + 1) :
		    NULL;
	/* One sign between two parts, and nothing that begins a list of
	 * headers in such an address. */
	(void)str_cut(&host, '@');
	return host.len > 0 && str_only(s, MAIL_SIGNS) &&
		str_eq(str_after_last(s, '@'), arena_dup(a, host)) ?
	    arena_printf(a, "mailto:%s", contact) :
	    NULL;
}

/* "shop" of https://h/shop; empty for https://h. */
static struct str
path_of(const char *base_url)
{
	struct str rest = str_from(base_url);

	for (int i = 0; i < 3; i++)
		(void)str_cut(&rest, '/');
	return rest;
}

/* What is encoded is not the root, which has nothing to encode. */
static bool
is_root(const struct app *app, const struct request *req)
{
	struct str uri = str_from(request_variable(req, "REQUEST_URI"));
	struct str path = str_cut(&uri, '?');

	while (path.len > 0 && path.p[0] == '/')
		path = (struct str){ path.p + 1, path.len - 1 };
	while (path.len > 0 && path.p[path.len - 1] == '/')
		path.len--;
	return str_eq(path, arena_dup(req->arena, path_of(app->conf.base_url)));
}

void
ways_add(
    struct page *p, const struct app *app, struct arena *a, enum language in)
{
	p->back = text_plain_in(in, TEXT_PAGE_BACK_BUTTON);
	p->back_url = ways_to_bot(app, a);
	ways_add_help(p, app, a, in);
}

void
ways_add_help(
    struct page *p, const struct app *app, struct arena *a, enum language in)
{
	p->support = app_support_in(in, app, a);
	p->support_url = ways_to_support(app, a);
}

const char *
ways_from_root(const struct app *app, const struct request *req)
{
	if (!is_root(app, req))
		return NULL;
	return app->conf.site_url != NULL ? app->conf.site_url :
					    ways_to_bot(app, req->arena);
}
