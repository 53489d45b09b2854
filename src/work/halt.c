#include "halt_priv.h"

#include <time.h>

#include "base/ident.h"

#define BACKOFF_FIRST_MS 250
#define BACKOFF_MAX_MS 30000

void halt_init(struct halt *h)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	h->asked = false;
}

void halt_destroy(struct halt *h)
{
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
}

void halt_ask(struct halt *h)
{
	pthread_mutex_lock(&h->lock);
	h->asked = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

bool halt_asked(struct halt *h)
{
	pthread_mutex_lock(&h->lock);
	bool asked = h->asked;
	pthread_mutex_unlock(&h->lock);
	return asked;
}

void halt_pause(struct halt *h, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&h->lock);
	while (!h->asked && pthread_cond_timedwait(&h->changed, &h->lock, &until) == 0)
		continue;
	pthread_mutex_unlock(&h->lock);
}

void halt_pause_about(struct halt *h, int64_t ms)
{
	halt_pause(h, ms - (int64_t)(some_random() % (uint64_t)(ms / 10 + 1)));
}

void halt_pause_failed(struct halt *h, unsigned failures)
{
	halt_pause(h, backoff_ms(failures, some_random()));
}

int64_t backoff_ms(unsigned failures, uint64_t random)
{
	int64_t most = BACKOFF_FIRST_MS;
	while (failures-- > 1 && most < BACKOFF_MAX_MS)
		most *= 2;
	if (most > BACKOFF_MAX_MS)
		most = BACKOFF_MAX_MS;
	return most / 2 + (int64_t)(random % (uint64_t)(most / 2 + 1));
}

uint64_t some_random(void)
{
	uint64_t r = 0;
	(void)random_bytes(&r, sizeof r);
	return r;
}
