/* A rate that is found by trying: calls go as fast as the other side takes
 * them. It halves at a 429 and grows back slowly, up to where it began. All
 * times are clock_mono_ms(). */
#ifndef BASE_PACE_FLOW_H
#define BASE_PACE_FLOW_H

#include <stddef.h>
#include <stdint.h>

struct pace_flow {
	double per_s, low, high;
	double tokens; /* calls that may go at once */
	int64_t filled_ms;
	int64_t silent_until_ms; /* as a 429 told */
};

/* At its highest rate, with half a second's calls saved up. */
struct pace_flow pace_flow_new(double per_s, int64_t now_ms);

/* When its next call may go; that it goes now; how many may go at once; that a
 * 429 came, which asks for silence of wait_ms. */
int64_t pace_flow_when(struct pace_flow *f, int64_t now_ms);
void pace_flow_sent(struct pace_flow *f, int64_t now_ms);
size_t pace_flow_room(struct pace_flow *f, int64_t now_ms);
void pace_flow_refused(struct pace_flow *f, int64_t wait_ms, int64_t now_ms);

#endif
