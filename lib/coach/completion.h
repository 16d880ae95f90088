/* Asking a language model: the chat completions form that OpenAI began and
 * most servers speak (platform.openai.com/docs/api-reference/chat). Only
 * writing the request and reading the answer; who sends it is the caller's
 * affair. What comes back is a stranger's text. */
#ifndef COACH_COMPLETION_H
#define COACH_COMPLETION_H

#include "base/arena.h"
#include "net/http.h"

#define COMPLETION_CONNECT_MS 5000
#define COMPLETION_TOTAL_MS 30000
#define COMPLETION_MAX_TOKENS 900 /* of one answer */

struct model {
	const char *base; /* https://api.openai.com/v1, no slash at its end */
	const char *key;  /* NULL: the server asks for none */
	const char *name;
	bool is_new; /* it takes max_completion_tokens and no temperature */
};

/* A question and what was answered. The last turn of a list is the question to
 * be answered, whose answer is NULL. */
struct turn {
	const char *question, *answer;
};

/* Writes the request. system holds the rules and the lessons; the turns are
 * what the person and the coach really said. Nobody else's words stand in the
 * user's role, so that a lesson or a name cannot speak as the user. */
struct http_request completion_request(struct arena *a, const struct model *m,
    const char *system, const struct turn *turns, size_t n_turns);

struct completion {
	const char *text; /* trimmed, never empty; no thoughts; in the arena */
	bool is_cut;      /* it became too long and breaks off */
	int64_t n_tokens; /* question and answer together; 0: not told */
	bool wants_new;   /* refused for what is_new would change */
	const char *reason; /* of a failure, for the log; never NULL then */
};

/* Reads the answer. ERR_OK: there is a text. ERR_UNAVAILABLE: trying again may
 * help (429, 5xx, rubbish, an empty answer). ERR_REFUSED: it will not help (a
 * wrong key, an unknown model, a content filter). */
enum err completion_read(struct arena *a, const struct http_response *res,
    struct completion *out) MUST_CHECK;

#endif
