/* Statements of sql.h that SQLite carries out by its full-text search (FTS5)
 * where it has one. The same parameters, the same columns. Included with a
 * meaning of OWN, so it has no include guard. */

OWN(SEARCH_ADD_WORDS,
    "INSERT INTO chunk_words (rowid, folded) VALUES (:id, :folded)")

OWN(SEARCH_ADD_GRAMS,
    "INSERT INTO chunk_grams (rowid, folded) VALUES (:id, :folded)")

OWN(SEARCH_REMOVE_WORDS,
    "DELETE FROM chunk_words WHERE rowid IN"
    " (SELECT id FROM chunks WHERE lesson_id = :lesson_id)")

OWN(SEARCH_REMOVE_GRAMS,
    "DELETE FROM chunk_grams WHERE rowid IN"
    " (SELECT id FROM chunks WHERE lesson_id = :lesson_id)")

OWN(SEARCH_COUNT,
    "SELECT COUNT(*) FROM chunk_words"
    " WHERE chunk_words MATCH :query AND :like IS NOT NULL")

#define CHUNKS_TO_READ(INDEX) \
	"SELECT chunks.id, product, lesson_no, title, heading, body," \
	" chunks.folded FROM " INDEX " JOIN chunks ON chunks.id = " INDEX \
	".rowid" \
	" JOIN lessons ON lessons.id = lesson_id" \
	" WHERE " INDEX " MATCH :query AND (:tg_id = -1 OR is_public = 1" \
	" OR lessons.product = :product" \
	" OR EXISTS (SELECT 1 FROM access WHERE access.tg_id = :tg_id" \
	" AND :tg_id > 0 AND access.product = lessons.product AND is_in = 1))" \
	" ORDER BY " INDEX ".rank LIMIT :n"

OWN(SEARCH_WORDS, CHUNKS_TO_READ("chunk_words"))

OWN(SEARCH_GRAMS, CHUNKS_TO_READ("chunk_grams"))

#undef CHUNKS_TO_READ
