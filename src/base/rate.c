/* Token buckets in a table of fixed size: sets of eight slots, one lock for each group of sets. In a full set the slot
 * used longest ago is taken over; its key starts anew with a full bucket, so a flood of made-up keys can only ever be
 * kind to others. */
#include "base/rate.h"

#include <pthread.h>
#include <stdlib.h>

#define WAYS 8
#define SETS 1024
#define LOCKS 64

struct slot {
	uint64_t key;  /* 0: free */
	int64_t at_us; /* when `micro` was true */
	int64_t micro; /* millionths of a token left */
};

struct rate {
	pthread_mutex_t locks[LOCKS];
	struct slot slots[SETS][WAYS];
};

struct rate *rate_new(void)
{
	struct rate *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&r->locks[i], NULL);
	return r;
}

void rate_free(struct rate **r)
{
	if (!r || !*r)
		return;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&(*r)->locks[i]);
	free(*r);
	*r = NULL;
}

static struct slot *find(struct slot *set, uint64_t key, int64_t full, int64_t now_us)
{
	struct slot *oldest = set;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].at_us < oldest->at_us)
			oldest = &set[i];
	}
	*oldest = (struct slot){key, now_us, full};
	return oldest;
}

struct rate_verdict rate_take(struct rate *r, uint64_t key, unsigned quota, int64_t window_us, int64_t now_us)
{
	int64_t full = (int64_t)quota * 1000000;
	size_t set = (size_t)(key >> 32) % SETS;
	pthread_mutex_t *lock = &r->locks[set % LOCKS];
	pthread_mutex_lock(lock);
	struct slot *s = find(r->slots[set], key ? key : 1, full, now_us);
	int64_t elapsed = now_us - s->at_us;
	if (elapsed > window_us || elapsed < 0)
		elapsed = elapsed < 0 ? 0 : window_us;
	s->micro += elapsed * quota / (window_us / 1000000);
	if (s->micro > full)
		s->micro = full;
	s->at_us = now_us;
	bool allowed = s->micro >= 1000000;
	if (allowed)
		s->micro -= 1000000;
	int64_t missing = full - s->micro;
	pthread_mutex_unlock(lock);
	int64_t reset_us = missing * (window_us / 1000000) / quota;
	return (struct rate_verdict){
	    allowed, quota, (unsigned)((full - missing) / 1000000), (unsigned)((reset_us + 999999) / 1000000)};
}
