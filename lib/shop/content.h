/* What an operator writes for people to read at length, in a folder of their
 * own (CONTENT_DIR):
 *
 *   intro.uk.md              a free lesson, behind a button of /start
 *   about.de.md              what it says to /about
 *   legal/privacy.uk.md      /privacy in the chat and /legal/privacy as a page;
 *   legal/NAME.LANGUAGE.md   so with any name of a-z, 0-9 and "-"
 *   legal/NAME.md            in no language, for all that have no file
 *   intro.uk.jpg, .mp4, .ogg a picture, a video note and a voice message, which
 *                            are sent before the text
 *
 * A file is read whenever it is wanted, so a change is seen at once. It must be
 * a file of this folder, also where it is a link. */
#ifndef SHOP_CONTENT_H
#define SHOP_CONTENT_H

#include "base/err.h"
#include "shop/conf.h"
#include "shop/language.h"

#define CONTENT_MAX_BYTES ((size_t)256 * 1024)
/* Telegram takes pictures of up to 10 MB and the others up to 50. */
#define CONTENT_MAX_MEDIUM_BYTES ((size_t)10 * 1024 * 1024)
#define CONTENT_MAX_NAME 32
#define CONTENT_MAX_LEGAL 16

#define CONTENT_INTRO "intro"
#define CONTENT_ABOUT "about"
#define CONTENT_LEGAL "legal/"
#define CONTENT_TERMS CONTENT_LEGAL "terms"
#define CONTENT_PRIVACY CONTENT_LEGAL "privacy"

struct content {
	const char *name;  /* "legal/privacy" */
	const char *in;    /* the file's language, "uk"; "": of none */
	struct str whole;  /* the file, as it is */
	struct str text;   /* Markdown, without the heading that is the title */
	const char *title; /* that heading, else the name */
};

/* Reads a text in the person's language, else in the shop's, else in any.
 * ERR_NOT_FOUND: there is none that can be read, or no such folder; what is
 * wrong with one is logged. The name may be a stranger's. */
enum err content_read(const struct conf *conf, struct arena *a,
    const char *name, enum language in, struct content *out) MUST_CHECK;

/* Names of the texts in legal/, without the folder, the known ones first; *n is
 * at most CONTENT_MAX_LEGAL. */
const char **content_legal(const struct conf *conf, struct arena *a, size_t *n);

enum content_medium {
	CONTENT_PICTURE,
	CONTENT_VIDEO,
	CONTENT_VOICE,
	CONTENT__MEDIA
};

/* What is sent with a text: of its language, else of none. ERR_NOT_FOUND: there
 * is none; *file is its name without folders. */
enum err content_medium(const struct conf *conf, struct arena *a,
    const struct content *c, enum content_medium which, const char **file,
    struct str *bytes) MUST_CHECK;

/* Looks through the whole folder and adds a fault to the settings for each file
 * that is too large, not UTF-8, elsewhere or not to be read; false: there was
 * one. */
bool content_check(struct arena *a, struct conf *conf);

#endif
