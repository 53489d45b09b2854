/* When a tracked message happened.
 *
 * Clients stamp what they send with their own clock, right or wrong: when it was called (originalTimestamp, or
 * timestamp alone), and when it was sent (sentAt). By how much sentAt differs from when it arrived, both are off. A
 * client that gives both timestamp and originalTimestamp has done that sum itself. */
#include <math.h>

#include "base/instant.h"
#include "track_priv.h"

#define AHEAD_MAX (5 * MS_MINUTE)
#define CLOCK_GOOD                                                                                                     \
	(5 * MS_SECOND) /* so much is the way here; such times stay as they were given, and sending again changes      \
			   nothing */
#define EARLIEST INT64_C(946684800000) /* 2000-01-01T00:00:00Z */
#define SECONDS_MOST 1e11              /* a larger number counts milliseconds */

/* RFC 3339, or a number of (milli)seconds since 1970. */
static bool take_time(const json_t *v, int64_t *ret)
{
	if (json_is_string(v))
		return instant_parse(json_string_value(v), json_string_length(v), ret);
	double d = json_is_number(v) ? json_number_value(v) : -1;
	if (!(d > 0 && d < 1e14))
		return false;
	*ret = (int64_t)(d < SECONDS_MOST ? floor(d * 1000) : floor(d));
	return true;
}

void track_time(const struct track_context *x, const json_t *message, struct command *c)
{
	int64_t now = x->adapter.now, at, called, sent;
	bool has_at = take_time(json_object_get(message, "timestamp"), &at),
	     has_called = take_time(json_object_get(message, "originalTimestamp"), &called),
	     has_sent = take_time(json_object_get(message, "sentAt"), &sent) ||
			take_time(json_object_get(x->batch, "sentAt"), &sent);
	if (!has_at && !has_called)
		return;
	if (!has_at || !has_called) {
		if (has_called)
			at = called;
		int64_t off = has_sent ? now - sent : 0;
		if (off > CLOCK_GOOD || off < -CLOCK_GOOD)
			at += off;
	}
	c->at_now = false;
	c->at = at > now + AHEAD_MAX || at < EARLIEST ? now : at;
}
