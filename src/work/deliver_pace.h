/* When something is sent: the schedule of attempts, the breaker, the limits of an endpoint. Pure. */
#ifndef WORK_DELIVER_PACE_H
#define WORK_DELIVER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define RETRIES_MAX 20
#define RETRY_AFTER_MAX_MS (24 * INT64_C(3600) * 1000)
#define BREAKER_FAILURES 10 /* in a row, and it opens */

/* Pauses before the second attempt, the third, ... */
struct schedule {
	int64_t pause_ms[RETRIES_MAX];
	size_t n;
};
/* Seconds separated by commas, decimals allowed; NULL: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
 * ST_INVALID. */
enum status schedule_read(const char *text, struct schedule *ret, struct err *e);
/* The pause after so many attempts, longer by up to a tenth by chance, and not shorter than retry_after_ms (0: the
 * reply said nothing), which counts for a day at most. -1: that was the last attempt. */
int64_t schedule_pause(const struct schedule *s, int32_t attempts, int64_t retry_after_ms, uint64_t random);

/* How long the breaker stays open after so many failures in a row, before one attempt is let through: as the first
 * pause of the schedule, doubled with each failure, up to the second. 0: it is closed. */
int64_t breaker_pause(const struct schedule *s, int32_t failures);
/* How many attempts may be under way at once. */
unsigned breaker_limit(unsigned concurrency, int32_t failures);

/* So many requests at once, refilled evenly. Times are monotonic milliseconds. */
struct bucket {
	double tokens;
	int64_t filled_at;
};
/* Takes one, or says in how many ms there will be one. quota 0: there is no limit. burst: so many at once, and the rest
 * of the quota evenly, so that no span of so many seconds has more than the quota; 0: the quota at once, then as many
 * evenly. */
int64_t bucket_take(struct bucket *b, unsigned quota, unsigned seconds, unsigned burst, int64_t now_ms);

#endif
