/* Judging a setting's value. */
#include "base/settings_check.h"

#include "base/cidr.h"
#include "base/log.h"
#include "base/str.h"
#include "base/url.h"

#include <string.h>

/* A line end or a tab comes from a file that was copied badly, and would break
 * the line further on where the value is used. */
const char *
setting_text(const char *v)
{
	for (; *v != '\0'; v++)
		if ((unsigned char)*v < ' ')
			return "has a control character inside";
	return NULL;
}

/* Keys are copied from web pages, and a blank or the end of the line comes
 * along unseen. The provider would only say that the key is wrong. */
const char *
setting_word(const char *v)
{
	return str_has_blank(str_from(v)) ?
	    "has a blank inside; copy it again without blanks and line ends" :
	    NULL;
}

/* Without https everybody on the way reads keys and tokens along. */
const char *
setting_url(const char *v)
{
	if (str_has_blank(str_from(v)) || strpbrk(v, "\"'<>\\") != NULL)
		return "is not a URL: it has a blank or a quote inside";
	if (url_host(v).len == 0)
		return "must be a full URL that begins with https://";
	if (!str_starts(str_from(v), "https://") && !url_is_loopback(v))
		return "must begin with https:// (http:// is for this machine "
		       "alone)";
	return NULL;
}

/* DNS allows a name without a dot, but here it is a slip ("example" for
 * "example.com") and would match nothing. */
const char *
setting_hosts(const char *v)
{
	struct str rest = str_from(v);

	while (rest.len > 0) {
		struct str host = str_trim(str_cut(&rest, ','));

		if (!str_only(host, STR_LETTERS STR_DIGITS ".-") ||
		    memchr(host.p, '.', host.len) == NULL)
			return "must be names of hosts with commas between, "
			       "such as example.com";
	}
	return NULL;
}

const char *
setting_zero_or_one(const char *v)
{
	return strcmp(v, "0") == 0 || strcmp(v, "1") == 0 ? NULL :
							    "must be 0 or 1";
}

/* A web server starts programs in a folder of its own choice. */
const char *
setting_path(const char *v)
{
	if (v[0] != '/')
		return "must name a file by its full path";
	return setting_text(v);
}

/* By such a list a program decides, for one, whose word on a client's address
 * it takes. Half a list would be worse than none, so one wrong part refuses the
 * whole. */
const char *
setting_networks(const char *v)
{
	return cidr_list_ok(v) ?
	    NULL :
	    "must be addresses or networks with commas between, such as "
	    "127.0.0.1, 10.0.0.0/8";
}

const char *
setting_log_level(const char *v)
{
	return log_level_from(v) >= 0 ? NULL :
					"must be debug, info, warn or error";
}
