/* Bytes of a state: variable-length integers, and the parts that are lists. What is read is checked: `bad` stays set.
 */
#ifndef SCORING_STATE_PRIV_H
#define SCORING_STATE_PRIV_H

#include <string.h>

#include "base/buf.h"
#include "lead_priv.h"

#define TIME_MAX (INT64_C(1) << 56) /* far beyond year 9999; keeps sums of times from overflowing */

static inline void put(struct buf *b, unsigned __int128 v)
{
	while (v >= 128) {
		buf_putc(b, (char)(v | 128));
		v >>= 7;
	}
	buf_putc(b, (char)v);
}

static inline void put_signed(struct buf *b, __int128 v)
{
	put(b, v < 0 ? ((unsigned __int128)(-(v + 1)) << 1) | 1 : (unsigned __int128)v << 1);
}

struct bytes {
	const unsigned char *at, *end;
	bool bad, out_of_memory;
};

static inline unsigned get_byte(struct bytes *in)
{
	if (in->at == in->end) {
		in->bad = true;
		return 0;
	}
	return *in->at++;
}

static inline unsigned __int128 get(struct bytes *in)
{
	unsigned __int128 v = 0;
	for (unsigned shift = 0; shift < 126; shift += 7) {
		unsigned byte = get_byte(in);
		v |= (unsigned __int128)(byte & 127) << shift;
		if (byte < 128)
			return v;
	}
	in->bad = true;
	return 0;
}

static inline __int128 get_signed(struct bytes *in, __int128 max)
{
	unsigned __int128 v = get(in);
	__int128 n = v & 1 ? -(__int128)(v >> 1) - 1 : (__int128)(v >> 1);
	if (n > max || n < -max) {
		in->bad = true;
		return 0;
	}
	return n;
}

static inline uint64_t get_most(struct bytes *in, uint64_t max)
{
	unsigned __int128 v = get(in);
	if (v > max) {
		in->bad = true;
		return 0;
	}
	return (uint64_t)v;
}

static inline int64_t get_time(struct bytes *in)
{
	return (int64_t)get_signed(in, TIME_MAX);
}

static inline void get_raw(struct bytes *in, void *to, size_t n)
{
	if ((size_t)(in->end - in->at) < n) {
		in->bad = true;
		return;
	}
	memcpy(to, in->at, n);
	in->at += n;
}

/* state_lists.c */
void state_put_hand(const struct scoring_lead *l, struct buf *b);
void state_get_hand(struct scoring_lead *l, struct bytes *in);
/* Of a rule whose awards end: the newest n, which are all that live at the newest change. */
void state_put_lasting(const struct scoring_lead *l, const struct engagement_rule *r, uint32_t n, struct buf *b);
void state_get_lasting(struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s, struct bytes *in);
/* Of a sequence or a count: `run` with those instants alone that still matter at the newest change. */
uint32_t state_marks(const struct scoring_lead *l, const struct engagement_rule *r, const struct rule_state *s);
void state_put_marks(const struct scoring_lead *l, const struct engagement_rule *r, const struct rule_state *s,
    uint32_t run, struct buf *b);
void state_get_marks(struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s, struct bytes *in);
/* What was seen of a type, by its slot. */
void state_put_seen(const struct scoring_lead *l, size_t slot, struct buf *b);
void state_get_seen(struct scoring_lead *l, size_t slot, struct bytes *in);

#endif
