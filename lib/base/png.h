/* Pictures as files: PNG (www.w3.org/TR/png-3), written without a library. Each
 * pixel is a number of one of 256 colours. What a chart has a great deal of,
 * the same colour beside and below, is packed; a photograph would not be. */
#ifndef BASE_PNG_H
#define BASE_PNG_H

#include "base/arena.h"

/* Neither side is longer, so no size here can overflow. */
#define PNG_MAX_SIDE 4096
#define PNG_COLOURS 256

struct png {
	uint32_t width, height;        /* 1 to PNG_MAX_SIDE */
	const unsigned char *pixels;   /* row by row, from the top left */
	uint32_t colours[PNG_COLOURS]; /* 0xRRGGBB */
};

/* The file, in the arena. */
struct str png_file(struct arena *a, const struct png *p);

#endif
