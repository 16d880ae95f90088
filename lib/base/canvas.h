/* A picture to draw charts on: boxes, lines and numbers, smooth at the edges.
 * Places are in pixels from the top left. What would lie outside is left
 * out. */
#ifndef BASE_CANVAS_H
#define BASE_CANVAS_H

#include "base/arena.h"

#define CANVAS_COLOURS 16 /* 0 is the ground */

struct canvas {
	struct arena *arena;
	int width, height;
	unsigned char *pixels;            /* a colour, and how much of it */
	uint32_t colours[CANVAS_COLOURS]; /* 0xRRGGBB */
};

struct canvas canvas_new(struct arena *a, int width, int height,
    const uint32_t colours[CANVAS_COLOURS]);

struct canvas_box {
	int x, y, width, height;
	int round; /* the corners' radius */
};
void canvas_box(struct canvas *c, struct canvas_box b, int colour);

struct canvas_point {
	int x, y;
};

/* A line with round ends, so thick in sixteenths of a pixel. */
void canvas_line(struct canvas *c, struct canvas_point from,
    struct canvas_point to, int thick, int colour);

/* Tints the ground between a line from left to right and the height y. */
void canvas_below(struct canvas *c, const struct canvas_point *line, size_t n,
    int y, int colour);

/* Writes digits and . , : + - / % k M between them, so high; other signs are
 * left empty. The place is that of their upper left corner, of the middle above
 * them or of the upper right corner. */
enum canvas_align { CANVAS_LEFT, CANVAS_MIDDLE, CANVAS_RIGHT };
void canvas_text(struct canvas *c, struct canvas_point at, int high, int colour,
    enum canvas_align align, const char *text);
int canvas_text_width(int high, const char *text);

/* The picture as a file (png.h). */
struct str canvas_png(const struct canvas *c);

#endif
