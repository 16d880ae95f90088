/* Settings: where values are looked for, how the file of them is read, and
 * what is said of the wrong ones. Which settings there are is the caller's:
 * a table of rows. Every fault is reported at once, by name, with the fix.
 *
 * A value is looked for in the process environment, then in a KEY=VALUE file
 * (the one that a variable names, or that of the account that runs the
 * program: suexec and some CGI hosts pass no environment at all; or, where
 * this account may read it, the system's), then among the parameters of the
 * request (what SetEnv becomes in .htaccess). An empty value counts as none.
 * Values appear in no fault and no note, so that secrets do not.
 *
 * In the file a value may stand in quotes; outside of them " # " begins a
 * comment, so that secrets and titles may have "#" in them. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/arena.h"

#include <stdbool.h>

#define SETTINGS_MAX 96
#define SETTINGS_MAX_FAULTS 32

struct setting {
	const char *name;
	/* NULL where the value will do, otherwise what is wrong with it, as the
	 * end of a sentence that begins with the setting's name. No check: a
	 * whole number from low to high. */
	const char *(*check)(const char *value);
	size_t at; /* where in the caller's struct the value goes: a
	                         const char *, or an int64_t */
	int64_t low, high;
	unsigned used_by; /* bits of the caller's; a setting is demanded and
	                     checked only of those who use it */
	int required;
	const char *dflt; /* "": none. "~/" in it is the account's home */
	const char *meaning;
};

/* A name that a setting had before, and that is read still. */
struct setting_old {
	const char *name, *old;
};

struct settings_table {
	const struct setting *rows;
	size_t n; /* up to SETTINGS_MAX */
	/* The variable that names the file; else where it is in the account's
	 * home, or else for the whole system. */
	const char *file_variable, *home_file, *system_file;
	const struct setting_old *old; /* a NULL name at the end */
	/* What may stand in the file beside the settings; NULL at the end. */
	const char *const *beside;
};

/* What was found; zero it before it is first used. */
struct settings {
	const struct settings_table *table;
	const char *raw[SETTINGS_MAX]; /* as given; NULL: nowhere */
	const char *path;              /* of the settings file; NULL: none */
	bool is_unread; /* it is there, and cannot be read, which is told: what
	                   is missing is no fault of its own */
	const char *faults[SETTINGS_MAX_FAULTS]; /* sentences */
	size_t n_faults;
	const char *notes[SETTINGS_MAX_FAULTS]; /* sentences about what is odd
	                                           in the file, and taken */
	size_t n_notes;
};

/* Where a request's own parameters come from; NULL where there are none.
 * It is never asked for a name that a client could choose. */
struct settings_params {
	const char *(*get)(const void *ctx, const char *name);
	const void *ctx;
};

/* Puts what those in used_by need where the rows say, in *into, and what is
 * missing or wrong in s->faults. A wrong text is put there all the same, a
 * wrong number not. The texts live in the arena. */
void settings_load(struct settings *s, struct arena *a,
    const struct settings_table *table, void *into, unsigned used_by,
    const struct settings_params *params);

/* The value as it was given, even of a setting that this program does not use;
 * NULL where none was given. */
const char *settings_given(const struct settings *s, const char *name);

/* Where the settings file is, or would be looked for in the account's home;
 * NULL: the account has none. After settings_load(). */
const char *settings_place(const struct settings *s, struct arena *a);

/* Adds a fault, which is a sentence. Those who read what a setting names (such
 * as the file of products) add theirs here, so that the operator sees all at
 * once. Beyond SETTINGS_MAX_FAULTS only the first are kept. */
void settings_fault(struct settings *s, struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds to the end of the fault that is told of this setting; without one it
 * does nothing, and is false. */
bool settings_fault_more(
    struct settings *s, struct arena *a, const char *name, const char *more);

/* Adds a note: what is odd, and taken all the same. */
void settings_note(struct settings *s, struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The environment for a program started by this one: the settings as this one
 * found them, the file's variable and PATH, nothing else. NULL-terminated, in
 * the arena. */
char **settings_environ(const struct settings *s, struct arena *a);

#endif
