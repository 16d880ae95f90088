/* What any program may be set, judged by a value alone; see the check of struct
 * setting. NULL where the value will do, otherwise what is wrong with it: the
 * end of a sentence, a constant, without the value in it. */
#ifndef BASE_SETTINGS_CHECK_H
#define BASE_SETTINGS_CHECK_H

const char *setting_text(const char *v); /* one line */
const char *setting_word(const char *v); /* no blank inside: keys, secrets */
const char *setting_url(const char *v);  /* https, or http to this machine */
const char *setting_hosts(const char *v);
const char *setting_path(const char *v); /* of a file, from the root */
const char *setting_zero_or_one(const char *v);
const char *setting_networks(const char *v); /* for cidr_list_has() */
const char *setting_log_level(const char *v);

#endif
