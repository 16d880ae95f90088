/* Chat completions. */
#include "coach/completion.h"

#include "base/json.h"
#include "coach/thought.h"

static void
put_message(struct json *list, const char *role, const char *content)
{
	struct json *message = json_push_object(list);

	json_put_text(message, "role", role);
	json_put_text(message, "content", content);
}

/* The lessons stand in the system's message and the person's words in the
 * user's, so that nothing a person writes comes with the weight of a rule
 * (OWASP LLM01:2025). */
static struct json *
params_of(struct arena *a, const struct model *m, const char *system,
    const struct turn *turns, size_t n_turns)
{
	struct json *params = json_new(a), *list;

	json_put_text(params, "model", m->name);
	json_put_int(params, m->is_new ? "max_completion_tokens" : "max_tokens",
	    COMPLETION_MAX_TOKENS);
	/* With 0 the same question gets the same answer: it is to quote the
	 * lessons, not to vary them. Newer models refuse any temperature but
	 * their own. */
	if (!m->is_new)
		json_put_int(params, "temperature", 0);
	list = json_put_array(params, "messages");
	put_message(list, "system", system);
	for (size_t i = 0; i < n_turns; i++) {
		put_message(list, "user", turns[i].question);
		if (turns[i].answer != NULL)
			put_message(list, "assistant", turns[i].answer);
	}
	return params;
}

struct http_request
completion_request(struct arena *a, const struct model *m, const char *system,
    const struct turn *turns, size_t n_turns)
{
	struct http_request req = {
		.method = "POST",
		.url = arena_printf(a, "%s/chat/completions", m->base),
		.headers = { "Content-Type: application/json" },
		.body = json_render(a, params_of(a, m, system, turns, n_turns)),
		.connect_ms = COMPLETION_CONNECT_MS,
		.total_ms = COMPLETION_TOTAL_MS,
	};

	if (m->key != NULL)
		req.headers[1] =
		    arena_printf(a, "Authorization: Bearer %s", m->key);
	return req;
}

/* 408 and 409 are what some servers say under load. */
static bool
passes(int status)
{
	return status == 408 || status == 409 || status == 429 || status >= 500;
}

/* Newer models refuse what older ones need. */
static bool
is_about_form(struct json *doc)
{
	/* There is no code for it that all servers share, but all of them name
	 * the parameter. */
	struct str said = str_from(json_text(doc, "error.message"));

	return str_has_nocase(said, "max_completion_tokens") ||
	    str_has_nocase(said, "temperature");
}

static enum err
refused(struct arena *a, const struct http_response *res, struct json *doc,
    struct completion *out)
{
	const char *said = json_text(doc, "error.message");

	out->reason = arena_printf(a, "%d %.200s", res->status,
	    /* Cut short, since this goes into the log and a server may quote
	     * the question in it. */
	    said == NULL ? "without a word" : said);
	out->wants_new = res->status == 400 && is_about_form(doc);
	return out->wants_new || passes(res->status) ? ERR_UNAVAILABLE :
						       ERR_REFUSED;
}

/* One text, or a list of parts of which those named so are text. */
static struct str
content_of(struct arena *a, struct json *doc)
{
	static const char at[] = "choices.0.message.content";
	const char *all = json_text(doc, at);
	size_t n = json_count(doc, at);

	for (size_t i = 0; i < n; i++) {
		const char *part = arena_printf(a, "%s.%zu", at, i);
		const char *text =
		    json_text(doc, arena_printf(a, "%s.text", part));

		if (text != NULL &&
		    str_eq(str_from(json_text(
			       doc, arena_printf(a, "%s.type", part))),
			"text"))
			all = arena_printf(
			    a, "%s%s", all == NULL ? "" : all, text);
	}
	return str_from(all);
}

enum err
completion_read(
    struct arena *a, const struct http_response *res, struct completion *out)
{
	struct json *doc = NULL;
	enum err e = json_parse(a, res->body, &doc);
	const char *reason;
	struct str text;

	*out = (struct completion){ .reason = "no JSON" };
	/* A refusal may come with a page instead of JSON; its status is
	 * enough. */
	if (res->status != 200)
		return refused(a, res, e == ERR_OK ? doc : NULL, out);
	if (e != ERR_OK)
		return ERR_UNAVAILABLE;
	if (!json_int(doc, "usage.total_tokens", &out->n_tokens) ||
	    out->n_tokens < 0)
		out->n_tokens = 0;
	/* An answer that was cut at its length is used, and said to be cut: to
	 * ask again would cost as much and be cut as well. */
	reason = json_text(doc, "choices.0.finish_reason");
	out->is_cut = str_eq(str_from(reason), "length") ||
	    str_eq(str_from(reason), "max_tokens");
	if (str_eq(str_from(reason), "content_filter")) {
		out->reason = "its content filter";
		return ERR_REFUSED;
	}
	text = str_trim(thought_cut(a, content_of(a, doc)));
	out->reason = "an empty answer";
	if (text.len == 0)
		return ERR_UNAVAILABLE;
	out->text = arena_dup(a, text);
	out->reason = NULL;
	return ERR_OK;
}
