/* The lessons, and the search in them. */

SQL(LESSON_KNOWN,
    "SELECT id, hash FROM lessons"
    " WHERE product = :product AND source = :source")

SQL(LESSON_ADD,
    "INSERT INTO lessons (product, source, lesson_no, title, hash, is_public,"
    " imported_ms) VALUES (:product, :source, :lesson_no, :title, :hash,"
    " :is_public, :now_ms) RETURNING id")

SQL(LESSON_REMOVE, "DELETE FROM lessons WHERE id = :lesson_id")

SQL(LESSONS_COUNT, "SELECT COUNT(*) FROM lessons")

SQL(LESSONS_LIST,
    "SELECT id, lesson_no, title, source, product, is_public,"
    " (SELECT COUNT(*) FROM chunks WHERE lesson_id = lessons.id)"
    " FROM lessons ORDER BY product, is_public, lesson_no, source")

SQL(CHUNK_ADD,
    "INSERT INTO chunks (lesson_id, position, heading, body, folded)"
    " VALUES (:lesson_id, :position, :heading, :body, :folded) RETURNING id")

SQL(CHUNKS_REMOVE, "DELETE FROM chunks WHERE lesson_id = :lesson_id")

SQL(CHUNKS_COUNT, "SELECT COUNT(*) FROM chunks")

/* An engine with full-text search has texts of its own for these (see
 * driver.h). Without one, every piece that may be read is a candidate, and
 * search.c finds the right ones all the same. */
SQL(SEARCH_ADD_WORDS, "SELECT 1 WHERE :id IS NULL AND :folded IS NULL")

SQL(SEARCH_ADD_GRAMS, "SELECT 1 WHERE :id IS NULL AND :folded IS NULL")

SQL(SEARCH_REMOVE_WORDS, "SELECT 1 WHERE :lesson_id IS NULL")

SQL(SEARCH_REMOVE_GRAMS, "SELECT 1 WHERE :lesson_id IS NULL")

SQL(SEARCH_COUNT,
    "SELECT COUNT(*) FROM chunks"
    " WHERE folded LIKE :like AND :query IS NOT NULL")

SQL(SEARCH_WORDS,
    "SELECT chunks.id, product, lesson_no, title, heading, body, folded"
    " FROM chunks JOIN lessons ON lessons.id = lesson_id"
    " WHERE :query IS NOT NULL AND (:tg_id = -1 OR is_public = 1"
    " OR lessons.product = :product OR EXISTS (SELECT 1 FROM access"
    " WHERE access.tg_id = :tg_id"
    " AND :tg_id > 0 AND access.product = lessons.product AND is_in = 1))"
    " ORDER BY chunks.id LIMIT 100 * :n")

SQL(SEARCH_GRAMS,
    "SELECT id, '', 0, '', '', '', '' FROM chunks"
    " WHERE id < 0 AND :query IS NULL AND :tg_id IS NULL"
    " AND :product IS NULL LIMIT :n")

/* Whether there is anything that buyers of a product may ask about. */
SQL(HAS_LESSONS_FOR,
    "SELECT COUNT(*) FROM (SELECT id FROM lessons"
    " WHERE product = :product OR is_public = 1 LIMIT 1) AS first_one")

SQL(HAS_LESSONS,
    "SELECT COUNT(*) FROM (SELECT id FROM lessons LIMIT 1) AS first_half")
