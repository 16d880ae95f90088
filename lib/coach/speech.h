/* From a voice message to its words: the audio transcriptions form
 * (platform.openai.com/docs/api-reference/audio), which speech servers of
 * one's own speak too. */
#ifndef COACH_SPEECH_H
#define COACH_SPEECH_H

#include "coach/completion.h"

#define SPEECH_TOTAL_MS 25000
#define SPEECH_MAX_S 60 /* longer ones are turned away before they are asked */
#define SPEECH_MAX_BYTES ((int64_t)200 * 1024)

/* Writes the request. audio is the file as Telegram keeps it (Opus in Ogg);
 * language is two letters, or NULL for any. */
struct http_request speech_request(struct arena *a, const struct model *m,
    struct str audio, const char *language) MUST_CHECK;

/* Reads the words into *text, trimmed. ERR_UNAVAILABLE: trying again may help.
 * ERR_NOT_FOUND: nothing was said. ERR_REFUSED: anything else. */
enum err speech_read(struct arena *a, const struct http_response *res,
    const char **text) MUST_CHECK;

#endif
