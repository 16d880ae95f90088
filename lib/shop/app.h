/* What every program holds: its settings, the ledger, the way to the worker. */
#ifndef SHOP_APP_H
#define SHOP_APP_H

#include "base/confine.h"
#include "shop/catalog.h"
#include "shop/conf.h"
#include "shop/language.h"
#include "stripe/api.h"
#include "telegram/api.h"
#include "web/page.h"

struct alert_list;
struct db;

struct app {
	unsigned programs;  /* enum program: whose settings are demanded */
	const char *name;   /* in the log */
	struct arena arena; /* the settings' */
	struct conf conf;
	struct catalog catalog;
	struct arena shelf;               /* the catalog's texts */
	struct catalog_mark catalog_mark; /* of the file that was looked at */
	const char
	    *catalog_fault; /* of that file, until the operators are told */
	bool is_noted;      /* see products_note() */
	struct db *db;      /* the ledger; opened and closed by whoever starts
	                  the program, see app_ready(). Nothing of the shop
	                  looks into it */
	struct alert_list *alerts; /* see outbox/alert.h; NULL as a rule */
	bool is_ready;
	bool is_tool;    /* tells its user of wrong settings itself */
	bool is_fastcgi; /* else CGI, whose stderr somebody waits for */
	bool has_parent; /* which starts the worker for us */
	bool is_confined;
	bool root_seen, is_exposed; /* see serve_admits() */
	bool has_work; /* for the worker, of which no job tells: the products
	                  are others */
};

/* First thing in main(): closes what the web server leaked into the process,
 * makes new files private, forbids core dumps, starts the log. */
void app_start(struct app *app, unsigned programs, const char *name);

/* The i-th thing about this host that may be in our way, a sentence for the log
 * and for check; NULL: no more. */
const char *app_hindrance(size_t i, struct arena *a);

/* Loads the settings unless that was done; req may be NULL. ERR_CONFIG with
 * each fault logged, and tried again at the next call: under some servers the
 * settings come with the request. Once they are there, the products file is
 * read again where it has changed: call it where nobody holds a product.
 *
 * The first ERR_OK is the moment to make the way to the ledger, see
 * outbox/place.h. */
enum err app_ready(struct app *app, const struct request *req) MUST_CHECK;

/* Reads the products file again where it is another than the one that was
 * read: its place, its size or its time has changed. One with a fault leaves
 * the catalog as it was; the log tells it, and catalog_fault holds it for the
 * worker. What the old catalog held is freed. Costs a look at the file's
 * entry. */
void app_refresh(struct app *app);

/* Gives up all rights that are not needed any more, once the settings are
 * there: files are written in the ledger's folder alone. */
struct confinement app_confine(struct app *app, enum confine_calls calls);

/* Frees the settings and the catalog, once nothing uses them any more. */
void app_end(struct app *app);

struct stripe_api app_stripe(const struct app *app);
struct tg_api app_telegram(const struct app *app);

/* "Whom to write to", or "" where there is no SUPPORT_CONTACT. */
const char *app_support_in(
    enum language in, const struct app *app, struct arena *a);

#endif
