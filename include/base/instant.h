/* Instants: signed 64-bit milliseconds since 1970-01-01T00:00:00Z, and the durations between them.
 *
 * Text is RFC 3339 only ("2026-03-01T09:30:00Z", any offset, up to 9 fraction digits, truncated to milliseconds; the
 * letters T and Z in either case; leap second :60 is read as :59.999). Years 1900 to 9999. Durations are ISO 8601: PnW, or PnDTnHnMnS with
 * whole numbers (a day is 86,400 s; years and months are refused), 1 ms to 100 years. Pure, but for the clock type.
 * Any thread. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTANT_NEVER INT64_MAX /* no such instant; never written as text */
#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR (60 * MS_MINUTE)
#define MS_DAY (24 * MS_HOUR)
#define MS_WEEK (7 * MS_DAY)
#define INSTANT_TEXT_MAX 32

bool instant_parse(const char *s, size_t n, int64_t *ret_ms);
void instant_format(int64_t ms, char out[INSTANT_TEXT_MAX]); /* 2026-03-01T09:30:00.000Z */
bool duration_parse(const char *s, size_t n, int64_t *ret_ms);
void duration_format(int64_t ms, char *out, size_t cap);     /* shortest ISO 8601 form; cap >= 48 */

/* An injected clock: everything that needs "now" takes one. */
struct clock {
	int64_t (*now_ms)(void *ctx);
	void *ctx;
};
int64_t clock_now(const struct clock *c);
extern const struct clock clock_system; /* CLOCK_REALTIME */
int64_t monotonic_us(void);             /* for latency and deadlines only */

#endif
