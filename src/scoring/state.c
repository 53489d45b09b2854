/* State bytes: variable-length integers, times relative to the newest change. The same state gives the same bytes, and
 * an advance that changed nothing leaves no trace: a loaded lead stands at its newest change. */
#include <string.h>

#include "base/instant.h"
#include "decay_priv.h"
#include "state_priv.h"

#define STATE_FORMAT                                                                                                   \
	3 /* also of what is built in and decides derived attributes: titles, domains of mail, calling codes */
#define STATE_SEGMENTED 128 /* added to the format: the revision of the model's segments follows its version */

enum {
	LEAD_BEGUN = 1,
	LEAD_SOURCE = 2,
	LEAD_BY_MODEL = 4,
	LEAD_EMAIL = 8,
	LEAD_PHONE = 16,
	LEAD_OFFSET = 32,
	LEAD_RESTS = 64
};
enum { STAGE_ARMED = 1, STAGE_FIRED = 2 };
/* The upper four bits of a rule's flags: half-life periods since its newest award; 15: the number follows. */
enum { RULE_SUM = 1, RULE_AWARDED = 2, RULE_COUNTED = 4, RULE_RUN = 8, RULE_AGO_SHIFT = 4, RULE_AGO_FOLLOWS = 15 };

static void put_bits(struct buf *b, const bool *bits, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		unsigned byte = 0;
		for (size_t j = i; j < n && j < i + 8; j++)
			byte |= (unsigned)bits[j] << (j - i);
		buf_putc(b, (char)byte);
	}
}

static void put_rule(const struct scoring_lead *l, size_t i, struct buf *b)
{
	const struct model *m = l->model;
	const struct engagement_rule *r = &m->rules[i];
	const struct rule_state *s = &l->rules[i];
	int64_t base = l->changed_at, rest;
	if (!s->sum && !s->awarded && !s->counted && !s->run && r->kind != RULE_SILENCE) {
		buf_putc(b, 0); /* most rules of most leads */
		return;
	}
	uint32_t lasting = r->life ? lasting_live(&l->lasting[r->lasting], base, r->life) : 0;
	bool worth = r->life ? lasting != 0 : s->sum != 0, decays = worth && r->half_life != HALF_LIFE_NONE;
	int64_t ago = decays ? decay_period(base, m->half_lives[r->half_life], &rest) - s->half_life_period : 0;
	bool chained = r->kind == RULE_SEQUENCE || r->kind == RULE_COUNT;
	uint32_t run = chained && s->run ? state_marks(l, r, s) : s->run;
	int64_t nibble = ago < RULE_AGO_FOLLOWS ? ago : RULE_AGO_FOLLOWS;
	buf_putc(b, (char)((worth ? RULE_SUM : 0) | (s->awarded ? RULE_AWARDED : 0) | (s->counted ? RULE_COUNTED : 0) |
			   (run ? RULE_RUN : 0) | nibble << RULE_AGO_SHIFT));
	if (nibble == RULE_AGO_FOLLOWS)
		put(b, (unsigned __int128)ago);
	if (lasting)
		state_put_lasting(l, r, lasting, b);
	else if (worth)
		put_signed(b, s->sum);
	if (s->awarded && r->keeps_newest)
		put_signed(b, base - s->newest);
	if (s->counted) {
		/* Mostly one: then it is only a bit of the period's age, which is below 0 where clocks went back over
		 * midnight. */
		put_signed(b, (calendar_period(r->per, base, &m->zone) - s->period) * 2 + (s->counted > 1));
		if (s->counted > 1)
			put(b, s->counted);
	}
	if (r->kind == RULE_SILENCE)
		put_signed(b, base - s->clock);
	if (!run)
		return;
	if (chained) {
		state_put_marks(l, r, s, run, b);
		return;
	}
	put(b, run);
	if (r->distinct)
		buf_put(b, l->values + r->first_value, s->run * sizeof(*l->values));
	for (size_t j = 0; j < r->n_breakers; j++)
		put(b, l->broken[r->first_breaker + j]);
}

static void put_event_state(const struct scoring_lead *l, struct buf *b)
{
	const struct model *m = l->model;
	put_signed(b, l->changed_at);
	put_signed(b, l->changed_at - l->last_at);
	buf_put(b, l->last_key.b, sizeof(l->last_key.b));
	put_signed(b, l->fit);
	buf_putc(b, (char)((l->icp_tier - 'A') | (int)l->stage << 2));
	put(b, l->exclusion);
	unsigned flags = 0;
	for (size_t i = 0; i < STAGE_RULES; i++)
		flags |= ((l->stages[i].armed ? STAGE_ARMED : 0u) | (l->stages[i].fired ? STAGE_FIRED : 0u)) << 2 * i;
	buf_putc(b, (char)flags);
	for (size_t i = 0; i < STAGE_RULES; i++) {
		if (l->stages[i].fired)
			put_signed(b, l->changed_at - l->stages[i].fired_at);
	}
	put_bits(b, l->fit_holds, m->n_fit);
	put_bits(b, l->tag_holds, m->n_tags);
	put_bits(b, l->segment_holds, m->n_segments);
	for (size_t i = 0; i < m->n_seen; i++)
		state_put_seen(l, i, b);
	for (size_t i = 0; i < m->n_rules; i++)
		put_rule(l, i, b);
	state_put_hand(l, b);
	if (l->offset) {
		put_signed(b, l->offset);
		put(b, l->offset_until == INSTANT_NEVER ? 0 : (unsigned __int128)(l->offset_until - l->changed_at));
	}
	if (l->rests_until)
		put(b, (unsigned __int128)(l->rests_until - l->changed_at));
}

bool scoring_state_head(const struct model *m, struct buf *out)
{
	buf_putc(out, (char)(STATE_FORMAT + (m->segments_revision ? STATE_SEGMENTED : 0)));
	put_signed(out, m->version);
	if (m->segments_revision)
		put_signed(out, m->segments_revision);
	return buf_ok(out);
}

bool scoring_lead_save(const struct scoring_lead *l, struct buf *out)
{
	scoring_state_head(l->model, out);
	if (l->model->zone.print) /* periods were counted by these time zone data */
		put(out, l->model->zone.print);
	buf_putc(out,
	    (char)((l->begun ? LEAD_BEGUN : 0) | (l->has_source ? LEAD_SOURCE : 0) | (l->by_model ? LEAD_BY_MODEL : 0) |
		   (l->has_email ? LEAD_EMAIL : 0) | (l->has_phone ? LEAD_PHONE : 0) | (l->offset ? LEAD_OFFSET : 0) |
		   (l->rests_until ? LEAD_RESTS : 0)));
	if (l->begun)
		put_event_state(l, out);
	return buf_ok(out);
}

static void get_bits(struct bytes *in, bool *bits, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		unsigned byte = get_byte(in);
		for (size_t j = i; j < n && j < i + 8; j++)
			bits[j] = byte >> (j - i) & 1;
	}
}

static void get_rule(struct scoring_lead *l, size_t i, struct bytes *in)
{
	const struct model *m = l->model;
	const struct engagement_rule *r = &m->rules[i];
	struct rule_state *s = &l->rules[i];
	int64_t base = l->changed_at, rest;
	unsigned flags = get_byte(in);
	if (flags == 0 && r->kind != RULE_SILENCE)
		return;
	s->awarded = flags & RULE_AWARDED;
	int64_t ago = (int64_t)(flags >> RULE_AGO_SHIFT);
	if (ago == RULE_AGO_FOLLOWS)
		ago = (int64_t)get_most(in, TIME_MAX);
	if (flags & RULE_SUM && r->life)
		state_get_lasting(l, r, s, in);
	else if (flags & RULE_SUM)
		s->sum = get_signed(in, DECAY_SUM_MAX);
	if (s->sum && r->half_life != HALF_LIFE_NONE) {
		int64_t half_life = m->half_lives[r->half_life];
		in->bad |= ago > TIME_MAX / half_life;
		s->half_life_period = decay_period(base, half_life, &rest) - ago;
	}
	if (s->awarded && r->keeps_newest)
		s->newest = base - get_time(in);
	if (flags & RULE_COUNTED) {
		int64_t age = get_time(in);
		s->period = calendar_period(r->per, base, &m->zone) - (age >> 1);
		s->counted = age & 1 ? (uint32_t)get_most(in, UINT32_MAX) : 1;
	}
	if (r->kind == RULE_SILENCE)
		s->clock = base - get_time(in);
	if (!(flags & RULE_RUN))
		return;
	if (r->kind == RULE_SEQUENCE || r->kind == RULE_COUNT) {
		state_get_marks(l, r, s, in);
		return;
	}
	s->run = (uint32_t)get_most(in, r->kind == RULE_SILENCE  ? r->max_times
					: r->kind == RULE_STREAK ? r->length - 1
								 : 0);
	if (in->bad)
		return;
	if (r->distinct)
		get_raw(in, l->values + r->first_value, s->run * sizeof(*l->values));
	for (size_t j = 0; j < r->n_breakers; j++)
		l->broken[r->first_breaker + j] = (uint32_t)get_most(in, UINT32_MAX);
}

static void get_offset(struct scoring_lead *l, struct bytes *in)
{
	l->offset = (int64_t)get_signed(in, MODEL_POINTS_MAX);
	int64_t rest = (int64_t)get_most(in, TIME_MAX);
	l->offset_until = rest ? l->changed_at + rest : INSTANT_NEVER;
	in->bad |= l->offset == 0;
}

static void get_rest(struct scoring_lead *l, struct bytes *in)
{
	int64_t rest = (int64_t)get_most(in, TIME_MAX);
	l->rests_until = l->changed_at + rest;
	in->bad |= rest == 0;
}

static void get_event_state(struct scoring_lead *l, unsigned lead_flags, struct bytes *in)
{
	const struct model *m = l->model;
	l->changed_at = get_time(in);
	l->as_of = l->changed_at;
	l->last_at = l->changed_at - get_time(in);
	get_raw(in, l->last_key.b, sizeof(l->last_key.b));
	l->fit = (int64_t)get_signed(in, INT64_C(1) << 50);
	unsigned standing = get_byte(in), stage = standing >> 2;
	l->icp_tier = (char)('A' + (standing & 3));
	l->exclusion = (uint16_t)get_most(in, m->n_exclusions);
	in->bad |= stage >= STAGE_COUNT || l->last_at > l->changed_at;
	l->stage = stage < STAGE_COUNT ? (enum stage)stage : STAGE_LEAD;
	unsigned flags = get_byte(in);
	for (size_t i = 0; i < STAGE_RULES; i++, flags >>= 2) {
		l->stages[i].armed = flags & STAGE_ARMED;
		l->stages[i].fired = flags & STAGE_FIRED;
		if (l->stages[i].fired)
			l->stages[i].fired_at = l->changed_at - get_time(in);
	}
	get_bits(in, l->fit_holds, m->n_fit);
	get_bits(in, l->tag_holds, m->n_tags);
	get_bits(in, l->segment_holds, m->n_segments);
	for (size_t i = 0; i < m->n_seen && !in->bad; i++)
		state_get_seen(l, i, in);
	for (size_t i = 0; i < m->n_rules && !in->bad; i++)
		get_rule(l, i, in);
	/* What is due is due after the newest change. */
	in->bad |= lead_silence_due(l) <= l->changed_at;
	if (!in->bad)
		state_get_hand(l, in);
	if (!in->bad && lead_flags & LEAD_OFFSET)
		get_offset(l, in);
	if (!in->bad && lead_flags & LEAD_RESTS)
		get_rest(l, in);
}

enum status state_decode(struct scoring_lead *l, const void *bytes, size_t n)
{
	struct bytes in = {.at = bytes, .end = (const unsigned char *)bytes + n};
	int64_t segments = l->model->segments_revision;
	if (n == 0 || get_byte(&in) != STATE_FORMAT + (segments ? STATE_SEGMENTED : 0u) ||
	    get_signed(&in, INT64_MAX) != l->model->version)
		return ST_CONFLICT;
	if (segments && get_signed(&in, INT64_MAX) != segments)
		return ST_CONFLICT;
	if (l->model->zone.print && get(&in) != l->model->zone.print)
		return ST_CONFLICT;
	unsigned flags = get_byte(&in);
	l->begun = flags & LEAD_BEGUN;
	l->dated = l->begun;
	l->has_source = flags & LEAD_SOURCE;
	l->by_model = flags & LEAD_BY_MODEL;
	l->has_email = flags & LEAD_EMAIL;
	l->has_phone = flags & LEAD_PHONE;
	if (l->begun)
		get_event_state(l, flags, &in);
	if (in.out_of_memory)
		return ST_NOMEM;
	return !in.bad && in.at == in.end ? ST_OK : ST_CONFLICT;
}

int64_t scoring_state_segments(const void *state, size_t n)
{
	struct bytes in = {.at = state, .end = (const unsigned char *)state + n};
	if (n == 0 || !(get_byte(&in) & STATE_SEGMENTED))
		return 0;
	(void)get_signed(&in, INT64_MAX);
	int64_t revision = (int64_t)get_signed(&in, INT64_MAX);
	return in.bad ? 0 : revision;
}
