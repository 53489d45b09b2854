/* Token buckets by key: `quota` at once, refilled continuously over `window_us`. Bounded: so many that are kept need not be told apart for ever. Any thread. */
#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate;

struct rate_verdict {
	bool allowed;
	unsigned quota;
	unsigned remaining;
	unsigned reset_s; /* whole seconds until the bucket is full again, rounded up */
};

struct rate *rate_new(void); /* owned; NULL: out of memory */
void rate_free(struct rate **r);
/* The same key always comes with the same quota and window. */
struct rate_verdict rate_take(struct rate *r, uint64_t key, unsigned quota, int64_t window_us, int64_t now_us);

#endif
