/* Reading a Telegram id. */
#include "base/tg_id.h"

bool
tg_id_parse(struct str s, int64_t *tg_id)
{
	int64_t n;

	if (!str_to_i64(s, &n) || n < 1 || n > TG_ID_MAX)
		return false;
	*tg_id = n;
	return true;
}
