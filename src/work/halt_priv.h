/* The wish that a part of the background work ends, and pauses that it cuts short. One per part; its threads share it.
 * Any thread may call any of these between halt_init and halt_destroy. */
#ifndef WORK_HALT_PRIV_H
#define WORK_HALT_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct halt {
	pthread_mutex_t lock; /* guards `asked` */
	pthread_cond_t changed;
	bool asked;
};

void halt_init(struct halt *h);
void halt_destroy(struct halt *h);
void halt_ask(struct halt *h);
bool halt_asked(struct halt *h);
/* Sleeps so many milliseconds, or until somebody asks. */
void halt_pause(struct halt *h, int64_t ms);
/* The same, less up to a tenth by chance, so that instances do not look at the same moment for ever. */
void halt_pause_about(struct halt *h, int64_t ms);
/* The same, after the n-th failure in a row (from 1): backoff_ms. */
void halt_pause_failed(struct halt *h, unsigned failures);

/* Between half and the whole of 250 ms · 2^(failures-1), at most 30 s; `random` is any number. */
int64_t backoff_ms(unsigned failures, uint64_t random);
uint64_t some_random(void);

#endif
