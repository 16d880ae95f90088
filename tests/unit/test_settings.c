/* Settings: where they come from, how the file of them is read, what is said
 * of the wrong ones. */
#include "testing.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* The account's home folder is one of ours. */
static struct passwd account;
#define getpwuid(uid) ((void)(uid), &account)
#include "base/settings.c" /* the code under test, statics and all */
#include "base/settings_check.h"

static char home[64];

static int
make_home(void **state)
{
	(void)state;
	(void)snprintf(home, sizeof(home), "/tmp/admit-settings.XXXXXX");
	if (mkdtemp(home) == NULL)
		return -1;
	account.pw_dir = home;
	return 0;
}

static int
remove_home(void **state)
{
	char command[100];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return system(command);
}

/* A small shop's. */
static struct shop {
	const char *title, *level, *url, *kept, *key;
	int64_t n_workers;
} shop;

#define AT(field) offsetof(struct shop, field)
#define DFLT "10 кроків до щастя"

enum { FRONT = 1, BACK = 2 };

static const struct setting rows[] = {
	{ "PRODUCT_NAME", setting_text, AT(title), 0, 0, FRONT | BACK, 0, DFLT,
	    "what is sold" },
	{ "LOG_LEVEL", setting_log_level, AT(level), 0, 0, FRONT | BACK, 0,
	    "info", "how much is told" },
	{ "WORKERS", NULL, AT(n_workers), 0, 64, FRONT, 0, "2", "how many" },
	{ "BASE_URL", setting_url, AT(url), 0, 0, BACK, 1, "", "where" },
	{ "KEPT_IN", setting_path, AT(kept), 0, 0, FRONT | BACK, 0,
	    "~/.local/share/kept", "the ledger" },
	{ "COACH_KEY", setting_word, AT(key), 0, 0, FRONT, 0, "", "a key" },
};

static const struct setting_old old_names[] = { { "KEPT_IN", "DB_PATH" },
	{ "COACH_KEY", "OPENAI_API_KEY" }, { NULL, NULL } };
static const char *const beside[] = { "PORT", NULL };

static const struct settings_table table = {
	.rows = rows,
	.n = LENGTH(rows),
	.file_variable = "ADMIT_CONF",
	.home_file = ".config/admit/admit.env",
	.system_file = "/nowhere/admit.env",
	.old = old_names,
	.beside = beside,
};

static struct settings found;

static void
clear_environment(void)
{
	for (size_t i = 0; i < table.n; i++)
		(void)unsetenv(rows[i].name);
	(void)unsetenv("DB_PATH");
	(void)unsetenv("ADMIT_CONF");
}

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

static enum err
load_of(unsigned used_by, const struct settings_params *params)
{
	found = (struct settings){ 0 };
	shop = (struct shop){ 0 };
	settings_load(&found, &mem, &table, &shop, used_by, params);
	return found.n_faults == 0 ? ERR_OK : ERR_CONFIG;
}

static enum err
load(const struct settings_params *params)
{
	return load_of(FRONT, params);
}

static const char *
faults_text(void)
{
	struct buf b = buf_new(&mem, 1 << 20);

	for (size_t i = 0; i < found.n_faults; i++) {
		buf_text(&b, found.faults[i]);
		buf_text(&b, "\n");
	}
	return buf_str(&b).p;
}

/* ---- the settings file ---- */

static const char *
write_file(const char *path, const char *content, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(content, f);
	(void)fclose(f);
	(void)chmod(path, mode);
	return path;
}

static const struct file_row {
	const char *why, *content, *want, *fault;
	const char *note; /* a part of it; NULL: nothing to say */
} files[] = {
	{ "a plain line", "PRODUCT_NAME=Course\n", "Course", NULL, NULL },
	{ "no line end at the end", "PRODUCT_NAME=Course", "Course", NULL,
	    NULL },
	{ "Windows' line ends", "PRODUCT_NAME=Course\r\nLOG_LEVEL=warn\r\n",
	    "Course", NULL, NULL },
	{ "double quotes", "PRODUCT_NAME=\"My Course\"\n", "My Course", NULL,
	    NULL },
	{ "single quotes", "PRODUCT_NAME='My Course'\n", "My Course", NULL,
	    NULL },
	{ "blanks inside need no quotes", "PRODUCT_NAME=My Course\n",
	    "My Course", NULL, NULL },
	{ "one quote is a character", "PRODUCT_NAME=\"Course\n", "\"Course",
	    NULL, "line 1: a quote has no other" },
	{ "two kinds of quotes are characters", "PRODUCT_NAME=\"Course'\n",
	    "\"Course'", NULL, "line 1: a quote has no other" },
	{ "quotes in the middle are", "PRODUCT_NAME=The 10\" disc\n",
	    "The 10\" disc", NULL, NULL },
	{ "quotes of a text editor", "PRODUCT_NAME=“Course”\n", "“Course”",
	    NULL, "line 1: the quotes are part of the value" },
	{ "a number with a comment", "WORKERS=1 #one\nPRODUCT_NAME=Course\n",
	    "Course",
	    "WORKERS must be a whole number from 0 to 64 (line 1: what follows "
	    "\"#\" is a part of the value",
	    NULL },
	{ "the same name twice",
	    "LOG_LEVEL=warn\nPRODUCT_NAME=Course\nPRODUCT_NAME=S3CRET\n",
	    "Course", NULL, "line 3: PRODUCT_NAME stands in line 2 already" },
	{ "blanks around", "  PRODUCT_NAME = Course  \n", "Course", NULL,
	    NULL },
	{ "export, as a shell has it", "export PRODUCT_NAME=Course\n", "Course",
	    NULL, NULL },
	{ "comments and empty lines", "# a=b\n\n  # c\nPRODUCT_NAME=Course\n",
	    "Course", NULL, NULL },
	{ "a sign of equality in the value", "PRODUCT_NAME=a=b\n", "a=b", NULL,
	    NULL },
	{ "a number sign in the value stays", "PRODUCT_NAME=a #1\n", "a #1",
	    NULL, "line 1: what follows \"#\" is a part of the value" },
	{ "in the middle of a word too", "PRODUCT_NAME=a#1#\n", "a#1#", NULL,
	    NULL },
	{ "at the beginning", "PRODUCT_NAME=#1\n", "#1", NULL, NULL },
	{ "a comment behind a value", "PRODUCT_NAME=Course # the name\n",
	    "Course", NULL, "line 1: what follows \"#\" is a comment" },
	{ "behind a tab, with Windows' line end",
	    "PRODUCT_NAME=Course\t#\tthe name\r\n", "Course", NULL,
	    "is a comment" },
	{ "behind quotes", "PRODUCT_NAME=\"Course # 1\" # \"the\" name\n",
	    "Course # 1", NULL, "is a comment" },
	{ "in quotes it is none", "PRODUCT_NAME='Course # 1'\n", "Course # 1",
	    NULL, NULL },
	{ "nothing but a comment is no value",
	    "PRODUCT_NAME= # none\nPRODUCT_NAME=Course\n", "Course", NULL,
	    "line 1: what follows \"#\" is a comment" },
	{ "quotes within quotes", "PRODUCT_NAME=\"a\"b\"\n", "a\"b", NULL,
	    NULL },
	{ "Notepad's mark of UTF-8",
	    "\xef\xbb\xbfPRODUCT_NAME=Course\nLOG_LEVEL=warn\n", "Course", NULL,
	    NULL },
	{ "UTF-16", "\xff\xfeP", "10 кроків до щастя", "save it as UTF-8",
	    NULL },
	{ "a name with a letter wrong",
	    "PRODUKT_NAME=S3CRET\nPRODUCT_NAME=Course\n", "Course", NULL,
	    "line 1: there is no setting PRODUKT_NAME; is it PRODUCT_NAME?" },
	{ "small letters", "product_name=S3CRET\nPRODUCT_NAME=Course\n",
	    "Course", NULL, "is it PRODUCT_NAME?" },
	{ "a name like none", "FOO=S3CRET\nPRODUCT_NAME=Course\n", "Course",
	    NULL, "line 1: there is no setting FOO" },
	{ "old names are known",
	    "DB_PATH=/tmp/b.db\nOPENAI_API_KEY=x\nPRODUCT_NAME=Course\n",
	    "Course", NULL, NULL },
	{ "an empty value is none", "PRODUCT_NAME=\nPRODUCT_NAME=Course\n",
	    "Course", NULL, NULL },
	{ "a line without a sign", "PRODUCT_NAME=Course\nS3CRET\n", "Course",
	    "line 2 is not", NULL },
	{ "a longer name is another", "PRODUCT_NAME2=Other\n",
	    "10 кроків до щастя", NULL, "is it PRODUCT_NAME?" },
	{ "an empty file", "", "10 кроків до щастя", NULL, NULL },
};

static void
file_content(void **state)
{
	const struct file_row *f = *state;

	clear_environment();
	set("ADMIT_CONF",
	    write_file(arena_printf(&mem, "%s/conf", home), f->content, 0600));
	check_err(load(NULL), f->fault == NULL ? ERR_OK : ERR_CONFIG);
	check_text(shop.title, f->want);
	if (f->fault != NULL)
		check_has(found.faults[0], f->fault);
	check_int(found.n_notes, f->note != NULL);
	for (size_t i = 0; i < found.n_notes; i++) {
		check_has(found.notes[i], f->note);
		check_lacks(found.notes[i], "S3CRET");
	}
	check_lacks(faults_text() == NULL ? "" : faults_text(), "S3CRET");
}

static const struct mode {
	const char *why;
	mode_t mode;
	bool ok;
} modes[] = {
	{ "the owner alone", 0600, true },
	{ "the group, as some hosts need", 0640, true },
	{ "everybody may read", 0644, false },
	{ "everybody may write", 0602, false },
};

static void
file_mode(void **state)
{
	const struct mode *m = *state;
	const char *path = arena_printf(&mem, "%s/conf", home);

	clear_environment();
	set("ADMIT_CONF", write_file(path, "LOG_LEVEL=warn\n", m->mode));
	check_err(load(NULL), m->ok ? ERR_OK : ERR_CONFIG);
	if (!m->ok)
		check_has(found.faults[0], "chmod 600");
}

static const struct bad_file {
	const char *why, *path, *fault;
} bad_files[] = {
	{ "named, but not there", "/nowhere/admit.env", "cannot be read" },
	{ "a folder", "/tmp", "cannot be read" },
	{ "endless", "/dev/zero", "cannot be read" },
};

static void
file_unreadable(void **state)
{
	const struct bad_file *b = *state;

	clear_environment();
	set("ADMIT_CONF", b->path);
	(void)alarm(5); /* for the endless one */
	check_err(load(NULL), ERR_CONFIG);
	check_has(found.faults[0], b->fault);
	check_lacks(found.faults[0], "Success");
}

static void
too_long(void **state)
{
	char *text = arena_alloc(&mem, 100001);

	(void)state;
	clear_environment();
	set("ADMIT_CONF",
	    write_file(arena_printf(&mem, "%s/conf", home),
		memset(text, '\n', 100000), 0600));
	errno = 0;
	check_err(load(NULL), ERR_CONFIG);
	check_int(found.n_faults, 1);
	check_lacks(found.faults[0], "Success");
}

/* Each of them counts, however many there are. */
static void
many_lines(void **state)
{
	struct buf b = buf_new(&mem, 1 << 16);

	(void)state;
	for (int i = 0; i < 300; i++) {
		buf_text(&b, "N");
		buf_int(&b, i);
		buf_text(&b, "=1\n");
	}
	buf_text(&b, "PRODUCT_NAME=at the end\n");
	clear_environment();
	set("ADMIT_CONF",
	    write_file(
		arena_printf(&mem, "%s/conf", home), buf_str(&b).p, 0600));
	check_err(load(NULL), ERR_OK);
	check_text(shop.title, "at the end");
}

/* ---- where a value is looked for ---- */

static const char *
from_request(const void *ctx, const char *name)
{
	assert_int_not_equal(strncmp(name, "HTTP_", 5), 0);
	return strcmp(name, ctx) == 0 ? "from the request" : NULL;
}

static const struct source {
	const char *why;
	bool in_environment, in_named, in_home, in_request;
	const char *want;
} sources[] = {
	{ "the environment first", true, true, true, true,
	    "from the environment" },
	{ "then the file that is named", false, true, true, true,
	    "from the named file" },
	{ "then the account's own file", false, false, true, true,
	    "from the home" },
	{ "then the request", false, false, false, true, "from the request" },
	{ "then the default", false, false, false, false,
	    "10 кроків до щастя" },
};

static void
source(void **state)
{
	const struct source *s = *state;
	const struct settings_params params = { from_request,
		s->in_request ? "PRODUCT_NAME" : "NONE" };
	const char *folder = arena_printf(&mem, "%s/.config", home);
	const char *own = arena_printf(&mem, "%s/admit/admit.env", folder);

	clear_environment();
	(void)mkdir(folder, 0700);
	(void)mkdir(arena_printf(&mem, "%s/admit", folder), 0700);
	if (s->in_home)
		(void)write_file(own, "PRODUCT_NAME=from the home\n", 0600);
	if (s->in_named)
		set("ADMIT_CONF",
		    write_file(arena_printf(&mem, "%s/conf", home),
			"PRODUCT_NAME=from the named file\n", 0600));
	if (s->in_environment)
		set("PRODUCT_NAME", "from the environment");
	check_err(load(&params), ERR_OK);
	check_text(shop.title, s->want);
	(void)unlink(own);
}

/* ---- numbers, defaults, old names, who needs what ---- */

static const struct number {
	const char *why, *value;
	int64_t want; /* -1: refused */
} numbers[] = {
	{ "the default", NULL, 2 },
	{ "an empty value counts as none", "", 2 },
	{ "the lowest", "0", 0 },
	{ "the highest", "64", 64 },
	{ "one more", "65", -1 },
	{ "below", "-1", -1 },
	{ "half a one", "0.5", -1 },
	{ "a leading zero", "07", -1 },
	{ "more than a number holds", "99999999999999999999", -1 },
};

static void
number(void **state)
{
	const struct number *n = *state;

	clear_environment();
	set("WORKERS", n->value);
	check_err(load(NULL), n->want < 0 ? ERR_CONFIG : ERR_OK);
	if (n->want < 0)
		check_text(found.faults[0],
		    "WORKERS must be a whole number from 0 to 64");
	else
		check_int(shop.n_workers, n->want);
}

static void
default_at_home(void **state)
{
	(void)state;
	clear_environment();
	check_err(load(NULL), ERR_OK);
	check_text(shop.kept, arena_printf(&mem, "%s/.local/share/kept", home));
	/* Nobody gave it: a program that is started finds out for itself. */
	check_text(settings_given(&found, "KEPT_IN"), NULL);
	account.pw_dir = NULL;
	check_err(load(NULL), ERR_CONFIG);
	account.pw_dir = home;
	check_has(found.faults[0], "KEPT_IN must name a file by its full path");
}

static void
old_name(void **state)
{
	(void)state;
	clear_environment();
	set("DB_PATH", "/srv/old");
	check_err(load(NULL), ERR_OK);
	check_text(shop.kept, "/srv/old");
	check_text(settings_given(&found, "KEPT_IN"), "/srv/old");
	set("KEPT_IN", "/srv/new"); /* the new name wins */
	check_err(load(NULL), ERR_OK);
	check_text(shop.kept, "/srv/new");
}

static void
demanded(void **state)
{
	(void)state;
	clear_environment();
	check_err(load_of(FRONT, NULL), ERR_OK);
	check_err(load_of(BACK, NULL), ERR_CONFIG);
	check_text(found.faults[0], "BASE_URL is missing: where");
	set("BASE_URL", "");
	check_err(load_of(BACK, NULL), ERR_CONFIG);
	check_text(found.faults[0], "BASE_URL is empty: where");
	/* What a program does not use is kept as given, and not checked. */
	set("BASE_URL", "no URL");
	check_err(load_of(FRONT, NULL), ERR_OK);
	check_text(settings_given(&found, "BASE_URL"), "no URL");
	check_text(shop.url, NULL);
}

static void
many_faults(void **state)
{
	(void)state;
	clear_environment();
	check_err(load(NULL), ERR_OK);
	for (int i = 0; i < 2 * SETTINGS_MAX_FAULTS; i++)
		settings_fault(&found, &mem, "fault %d", i);
	check_int(found.n_faults, SETTINGS_MAX_FAULTS);
	check_text(found.faults[0], "fault 0");
}

/* ---- what a value may be ---- */

static const struct judged {
	const char *why;
	const char *(*check)(const char *v);
	const char *value;
	bool ok;
} judgements[] = {
	{ "a host", setting_hosts, "example.com", true },
	{ "hosts, with blanks", setting_hosts, "example.com, a-b.example.org",
	    true },
	{ "none", setting_hosts, "", true },
	{ "a host without a dot", setting_hosts, "example", false },
	{ "an address", setting_hosts, "https://example.com", false },
	{ "nothing between two commas", setting_hosts, "a.b,,c.d", false },
	{ "one wrong host behind a right one", setting_hosts, "a.b,c", false },
};

static void
judged(void **state)
{
	const struct judged *j = *state;

	check_int(j->check(j->value) == NULL, j->ok);
}

int
main(void)
{
	ROWS("value", judged, judgements);
	ROWS("file", file_content, files);
	ROWS("file mode", file_mode, modes);
	ROWS("file", file_unreadable, bad_files);
	ROWS("source", source, sources);
	ROWS("number", number, numbers);
	ONE("file", "longer than is read: the fault says so", too_long);
	ONE("file", "more lines than are kept", many_lines);
	ONE("default", "in the account's home", default_at_home);
	ONE("old name", "read still", old_name);
	ONE("demand", "of those who use it", demanded);
	ONE("faults", "the first are kept", many_faults);
	return testing_run("settings", make_home, remove_home);
}
