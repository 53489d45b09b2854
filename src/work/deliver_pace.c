#include "deliver_pace.h"

#include <stdlib.h>

#include "work/webhook.h"

static const int64_t standard_s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};

enum status schedule_read(const char *text, struct schedule *ret, struct err *e)
{
	struct schedule s = {.n = 0};
	if (!text || !*text) {
		for (; s.n < sizeof standard_s / sizeof standard_s[0]; s.n++)
			s.pause_ms[s.n] = standard_s[s.n] * 1000;
		*ret = s;
		return ST_OK;
	}
	for (const char *at = text;; at++) {
		char *end;
		double seconds = *at >= '0' && *at <= '9' ? strtod(at, &end) : -1;
		if (!(seconds >= 0.05 && seconds <= 30 * 86400) || (*end && *end != ',') || s.n == RETRIES_MAX)
			return err_set(e, ST_INVALID, "schedule_invalid",
			    "Retries are up to %d pauses in seconds, from 0.05, as 5,300,1800.", RETRIES_MAX);
		s.pause_ms[s.n++] = (int64_t)(seconds * 1000);
		at = end;
		if (!*at)
			break;
	}
	*ret = s;
	return ST_OK;
}

enum status webhook_retries_check(const char *text, struct err *e)
{
	struct schedule ignored;
	return schedule_read(text, &ignored, e);
}

int64_t schedule_pause(const struct schedule *s, int32_t attempts, int64_t retry_after_ms, uint64_t random)
{
	if (attempts < 1 || (size_t)attempts > s->n)
		return -1;
	int64_t pause = s->pause_ms[attempts - 1];
	if (retry_after_ms > RETRY_AFTER_MAX_MS)
		retry_after_ms = RETRY_AFTER_MAX_MS;
	if (retry_after_ms > pause)
		pause = retry_after_ms;
	return pause + (int64_t)(random % (uint64_t)(pause / 10 + 1));
}

int64_t breaker_pause(const struct schedule *s, int32_t failures)
{
	if (failures < BREAKER_FAILURES)
		return 0;
	int64_t pause = s->pause_ms[0], longest = s->pause_ms[s->n > 1 ? 1 : 0];
	for (int32_t i = BREAKER_FAILURES; i < failures && pause < longest; i++)
		pause *= 2;
	return pause < longest ? pause : longest;
}

unsigned breaker_limit(unsigned concurrency, int32_t failures)
{
	if (failures >= BREAKER_FAILURES)
		return 1;
	/* An endpoint that hangs is found out by fewer and fewer at a time. */
	unsigned limit = concurrency >> (failures / 2);
	return limit ? limit : 1;
}

int64_t bucket_take(struct bucket *b, unsigned quota, unsigned seconds, unsigned burst, int64_t now_ms)
{
	if (!quota)
		return 0;
	unsigned most = burst && burst < quota ? burst : quota, rest = burst && burst < quota ? quota - burst : quota;
	double per_ms = (double)rest / (1000.0 * seconds);
	if (!b->filled_at)
		b->tokens = most;
	else if (now_ms > b->filled_at)
		b->tokens += (double)(now_ms - b->filled_at) * per_ms;
	if (b->tokens > most)
		b->tokens = most;
	b->filled_at = now_ms;
	if (b->tokens >= 1) {
		b->tokens -= 1;
		return 0;
	}
	return (int64_t)((1 - b->tokens) / per_ms) + 1;
}
