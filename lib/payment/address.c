/* Judging what our own public address answers. */
#include "payment/address.h"

#include "base/array.h"
#include "base/url.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

/* ---- nobody answered ----
 *
 * What an operator can do differs by who would have to do it: the domain's
 * registrar, the host's firewall, or whoever renews certificates. */

static const struct silence {
	const char *what, *mend;
} silences[HTTP_FAULT__COUNT] = {
	[HTTP_UNKNOWN] = { NULL,
	    "is its name in the DNS, the web server up, its certificate good, "
	    "with its chain?" },
	[HTTP_NO_NAME] = { "its name has no address in the DNS",
	    "enter it where the domain is kept, or correct BASE_URL" },
	[HTTP_NO_SERVER] = { "nobody can be connected to there",
	    "start the web server; does the name lead to this machine, and is "
	    "the port open in the firewall?" },
	[HTTP_SLOW] = { "no answer in time",
	    "does the name lead to this machine, and is the port open in the "
	    "firewall?" },
	[HTTP_CERT_ENDED] = { "its certificate has expired",
	    "renew it: with this one neither Stripe nor Telegram posts" },
	[HTTP_CERT_NAME] = { "its certificate is for another name",
	    "get one for this name, or name the other one in BASE_URL" },
	[HTTP_CERT_SIGNER] = { "nobody known has signed its certificate, or "
			       "its chain is not sent",
	    "let the web server send the whole chain (fullchain.pem) of a "
	    "certificate that browsers take" },
	[HTTP_NO_TLS] = { "no TLS could be agreed on",
	    "is https set up there, and on this port?" },
};

static struct address_fault
silence(struct arena *a, const char *url, const struct http_response *res)
{
	const struct silence *s = &silences[res->fault];
	const char *what = s->what != NULL ? s->what :
	    res->why != NULL               ? res->why :
					     "no answer";

	return (struct address_fault){ arena_printf(a, "%s: %s", url, what),
		s->mend };
}

/* ---- our own programs refused it ----
 *
 * They say why in words that nobody else uses, so these come before the mere
 * status, which a proxy may have given as well. */

static const struct refusal {
	const char *message, *what, *mend;
} refusals[] = {
	{ "the server is not set up",
	    "is answered by programs without their settings",
	    "let the web server's account read the settings file; its log says "
	    "what is missing" },
	{ "not recorded",
	    "is answered by programs that cannot write the ledger",
	    "let the web server's account own the ledger and its folder; its "
	    "log says why" },
	{ "this is for https alone", "is taken for plain http",
	    "let the proxy in front send X-Forwarded-Proto: https, or take it "
	    "out of TRUSTED_PROXIES" },
	{ "the signature does not fit", "refuses our signature",
	    "the programs that run have another STRIPE_WEBHOOK_SECRET: start "
	    "them again, so that they read the settings" },
	{ "the secret token does not fit", "refuses our secret token",
	    "the programs that run have another TELEGRAM_WEBHOOK_SECRET: start "
	    "them again, so that they read the settings" },
};

static const struct refusal *
refusal_in(struct arena *a, const struct http_response *res)
{
	struct json *doc = NULL;
	struct str message;

	if (json_parse(a, res->body, &doc) != ERR_OK)
		return NULL;
	message = str_from(json_text(doc, "message"));
	for (size_t i = 0; i < LENGTH(refusals); i++)
		if (str_eq(message, refusals[i].message))
			return &refusals[i];
	return NULL;
}

/* ---- somebody in between did ---- */

/* Some let a page pass for an answer, with a test for browsers in it. The signs
 * are words of their pages; which page it is matters little to us, but where it
 * is switched off matters to the operator. */
static const struct wall {
	const char *sign, *name;
} walls[] = {
	{ "cloudflare", "Cloudflare" },
	{ "just a moment", "Cloudflare" },
	{ "cf-chl", "Cloudflare" },
	{ "sucuri", "Sucuri" },
	{ "imunify", "Imunify360" },
	{ "modsecurity", "ModSecurity" },
	{ "mod_security", "ModSecurity" },
	{ "wordfence", "Wordfence" },
	{ "incapsula", "Imperva" },
	{ "ddos-guard", "DDoS-Guard" },
	{ "bitninja", "BitNinja" },
	{ "cloudfront", "CloudFront" },
	{ "akamai", "Akamai" },
	{ "sgcaptcha", "SiteGround's test for people" },
	{ "aes.js", "the host's test for browsers (aes.js)" },
	{ "captcha", "a test for people (captcha)" },
};

static const char *
wall_in(const struct http_response *res)
{
	for (size_t i = 0; i < LENGTH(walls); i++)
		if (str_has_nocase(res->body, walls[i].sign))
			return walls[i].name;
	return NULL;
}

/* What a status means there, and who is to mend it. The first row that the
 * status is in: the narrow ones stand first. */
static const struct wrong {
	int from, to;
	const char *what, *mend;
	bool may_be_wall;
} wrongs[] = {
	{ 300, 399, "redirects",
	    "name in BASE_URL where it leads to: neither Stripe nor Telegram "
	    "follows",
	    false },
	{ 400, 400, "refuses our signature",
	    "the programs that run have another secret: start them again, so "
	    "that they read the settings",
	    true },
	{ 413, 413, "takes no body of 200 KiB",
	    "let the web server take 1 MiB, see deploy/README.md", false },
	{ 404, 405, "does not know the address",
	    "let the web server map it to the programs, see deploy/README.md",
	    false },
	{ 401, 401, "asks for a password",
	    "let the web server ask for none at /webhook and /tgupdate", true },
	{ 402, 499, "is walled off",
	    "let posts to /webhook and /tgupdate through the firewall or the "
	    "wall against bots: they bear signatures",
	    true },
	{ 500, 500, "answers with an error",
	    "the web server's log says why: may its account run the programs, "
	    "and does mod_fcgid take 200 KiB (FcgidMaxRequestLen 2097152)?",
	    true },
	{ 520, 527, "is not reached by the proxy in front (Cloudflare)",
	    "is the web server up, and does it let Cloudflare in, by the mode "
	    "of TLS that is set there?",
	    false },
	{ 501, 599, "does not reach the programs",
	    "start them, or see the web server's log", true },
	/* Any web server answers 200 to something. */
	{ 0, 999, "is answered by something else",
	    "let the web server map it to the programs, see deploy/README.md",
	    true },
};

/* Where it leads, as far as the host: what follows may be anything. */
static const char *
lead(struct arena *a, const struct http_response *res)
{
	struct str host = url_host(res->location == NULL ? "" : res->location);
	bool is_tls = str_starts(str_from(res->location), "https:");

	if (host.len == 0 || !str_only(host, STR_LETTERS STR_DIGITS ".-"))
		return "";
	return arena_printf(
	    a, " to http%s://%.*s", is_tls ? "s" : "", (int)host.len, host.p);
}

static struct address_fault
wrong(struct arena *a, const char *url, const struct http_response *res)
{
	const struct wrong *w = wrongs;
	const char *wall;

	while (res->status < w->from || res->status > w->to)
		w++;
	wall = w->may_be_wall ? wall_in(res) : NULL;
	if (wall != NULL)
		return (struct address_fault){
			arena_printf(a, "%s is walled off by %s (%d)", url,
			    wall, res->status),
			"let posts to /webhook and /tgupdate through there: "
			"they bear signatures"
		};
	return (struct address_fault){
		arena_printf(
		    a, "%s %s%s (%d)", url, w->what, lead(a, res), res->status),
		w->mend,
	};
}

struct address_fault
address_fault(struct arena *a, const char *url, enum err e,
    const struct http_response *res)
{
	const struct refusal *ours;

	if (e != ERR_OK)
		return silence(a, url, res);
	ours = refusal_in(a, res);
	if (ours == NULL)
		return wrong(a, url, res);
	return (struct address_fault){
		arena_printf(a, "%s %s (%d)", url, ours->what, res->status),
		ours->mend,
	};
}

/* ---- who answered ----
 *
 * A shop may look well from the command line and not from the web server, whose
 * account reads other settings and may not write what this one has made. */

static const char *
name_of(struct arena *a, int64_t account)
{
	const struct passwd *pw = getpwuid((uid_t)account);

	return pw == NULL ? arena_printf(a, "number %" PRId64, account) :
			    arena_dup_text(a, pw->pw_name);
}

/* One file may have two names. */
static bool
is_same_place(const char *a, const char *b)
{
	struct stat one, other;

	return strcmp(a, b) == 0 ||
	    (stat(a, &one) == 0 && stat(b, &other) == 0 &&
		one.st_ino == other.st_ino && one.st_dev == other.st_dev);
}

struct address_fault
address_keeper(const struct app *app, struct arena *a, struct json *answer)
{
	static const struct address_fault none = { NULL, NULL };
	const char *ours = conf_ledger_name(&app->conf, a);
	const char *theirs = json_text(answer, "ledger");
	int64_t account = 0;
	struct stat st;

	if (theirs == NULL || !json_int(answer, "account", &account))
		return none;
	if (!is_same_place(theirs, ours))
		return (struct address_fault){
			arena_printf(a,
			    "the web server's programs have another ledger: %s",
			    theirs),
			"let them read the same settings file as this command, "
			"by ADMIT_CONF"
		};
	if (app->conf.database_is_server || stat(ours, &st) != 0 ||
	    st.st_uid == (uid_t)account)
		return none;
	return (struct address_fault){
		arena_printf(a,
		    "the web server's programs run as the account %s, and the "
		    "ledger is the account %s's",
		    name_of(a, account), name_of(a, st.st_uid)),
		"give the ledger and its folder to the programs' account "
		"(chown), and run admit as that one"
	};
}
