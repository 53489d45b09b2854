/* A token bucket per key: `per_second` requests, refilled continuously. Any thread. */
#ifndef HTTP_RATE_PRIV_H
#define HTTP_RATE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct rate;

struct rate_verdict {
	bool allowed;
	unsigned quota;
	unsigned remaining;
	unsigned reset_s;
};

struct rate *rate_new(unsigned per_second); /* owned; NULL: out of memory */
void rate_free(struct rate **r);
struct rate_verdict rate_take(struct rate *r, uint64_t key, int64_t now_us);

#endif
