/* Statements of sql.h that PostgreSQL carries out by an index of three letters
 * each (pg_trgm) where it has one. The same parameters, the same columns. The
 * query is SQLite's, '"word"* OR "word"*' of letters and digits alone, and
 * becomes a regular expression; what holds most of the words comes first.
 * Included with a meaning of OWN, so it has no include guard. */

#define ANY_OF(before) \
	"'" before "(' || replace(replace(replace(:query, '*', '')," \
	" '\" OR \"', '|'), '\"', '') || ')'"

#define CHUNKS_TO_READ(pattern) \
	"SELECT chunks.id, product, lesson_no, title, heading, body, folded" \
	" FROM (SELECT " pattern " AS words) AS asked CROSS JOIN chunks" \
	" JOIN lessons ON lessons.id = lesson_id WHERE folded ~ asked.words" \
	" AND (:tg_id = -1 OR is_public = 1 OR lessons.product = :product" \
	" OR EXISTS (SELECT 1 FROM access WHERE access.tg_id = :tg_id" \
	" AND :tg_id > 0 AND access.product = lessons.product AND is_in = 1))" \
	" ORDER BY (SELECT COUNT(DISTINCT found[1])" \
	" FROM regexp_matches(folded, asked.words, 'g') AS found) DESC," \
	" chunks.id LIMIT 10 * :n"

OWN(SEARCH_WORDS, CHUNKS_TO_READ(ANY_OF(" ")))

OWN(SEARCH_GRAMS, CHUNKS_TO_READ(ANY_OF("")))

#undef CHUNKS_TO_READ
#undef ANY_OF
