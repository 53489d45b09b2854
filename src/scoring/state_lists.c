/* The lists of a state: tags by hand, awards that end, instants of sequences and counts, events
 * seen. Instants stand as what lies
 * between them. */
#include "state_priv.h"

#include <stdlib.h>

#include "base/instant.h"

void state_put_hand(const struct scoring_lead *l, struct buf *b)
{
	put(b, l->n_hand);
	for (size_t i = 0; i < l->n_hand; i++) {
		const struct hand_tag *t = &l->hand[i];
		put(b, strlen(t->tag));
		buf_puts(b, t->tag);
		put(b, (t->imported ? 1u : 0u) | (t->expires_at != INSTANT_NEVER ? 2u : 0u));
		if (t->expires_at != INSTANT_NEVER)
			put_signed(b, t->expires_at - l->changed_at);
	}
}

void state_get_hand(struct scoring_lead *l, struct bytes *in)
{
	size_t n = get_most(in, HAND_TAGS_MAX);
	if (n == 0)
		return;
	l->hand = calloc(n, sizeof(*l->hand));
	in->out_of_memory |= !l->hand;
	for (size_t i = 0; l->hand && i < n && !in->bad; i++) {
		struct hand_tag *t = &l->hand[i];
		size_t len = get_most(in, MODEL_TEXT_MAX);
		if (len == 0 || (size_t)(in->end - in->at) < len || memchr(in->at, 0, len))
			break;
		t->tag = malloc(len + 1);
		in->out_of_memory |= !t->tag;
		if (!t->tag)
			break;
		memcpy(t->tag, in->at, len);
		t->tag[len] = '\0';
		l->n_hand++;
		in->at += len;
		unsigned flags = (unsigned)get_most(in, 3);
		t->imported = flags & 1;
		t->expires_at = flags & 2 ? l->changed_at + get_time(in) : INSTANT_NEVER;
	}
	in->bad |= l->n_hand != n;
	for (size_t i = 0; i < l->n_hand; i++)
		in->bad |=
		    l->hand[i].expires_at <= l->changed_at || (i && strcmp(l->hand[i - 1].tag, l->hand[i].tag) >= 0);
}

void state_put_lasting(const struct scoring_lead *l, const struct engagement_rule *r, uint32_t n, struct buf *b)
{
	const struct lasting *kept = &l->lasting[r->lasting];
	int64_t at = l->changed_at;
	bool whole = true;
	for (uint32_t i = 0; i < n; i++)
		whole &= lasting_weight(kept, i) == LASTING_WHOLE;
	put(b, n << 1 | (whole ? 0 : 1));
	for (uint32_t i = 0; i < n; i++) {
		int64_t earlier = lasting_at(kept, i);
		put(b, (unsigned __int128)(at - earlier));
		if (!whole)
			put(b, lasting_weight(kept, i));
		at = earlier;
	}
}

void state_get_lasting(struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s, struct bytes *in)
{
	int64_t instants[LASTING_MAX], at = l->changed_at;
	uint32_t weights[LASTING_MAX];
	size_t head = get_most(in, LASTING_MAX << 1 | 1), n = head >> 1;
	for (size_t i = 0; i < n && !in->bad; i++) {
		instants[i] = at -= (int64_t)get_most(in, (uint64_t)r->life);
		weights[i] = head & 1 ? (uint32_t)get_most(in, LASTING_WHOLE) : LASTING_WHOLE;
		in->bad |= weights[i] == 0;
	}
	in->bad |= n == 0 || at <= l->changed_at - r->life;
	for (size_t i = n; !in->bad && !in->out_of_memory && i-- > 0;)
		in->out_of_memory = !lasting_add(&l->lasting[r->lasting], instants[i], r->life, weights[i]);
	s->sum = l->lasting[r->lasting].n;
}

static bool matters(const struct scoring_lead *l, const struct engagement_rule *r, uint32_t i)
{
	return l->changed_at - l->marks[r->first_mark + i] < r->within;
}

uint32_t state_marks(const struct scoring_lead *l, const struct engagement_rule *r, const struct rule_state *s)
{
	uint32_t run = s->run;
	if (r->kind == RULE_COUNT) {
		while (run && !matters(l, r, s->run - run))
			run--; /* the oldest first */
		return run;
	}
	for (uint32_t k = 0; run >> k; k++)
		if (run >> k & 1 && !matters(l, r, k))
			run &= ~(1u << k);
	return run;
}

/* A count's instants stand newest first, each by what lies before the one later; a sequence's by their age. */
void state_put_marks(const struct scoring_lead *l, const struct engagement_rule *r, const struct rule_state *s,
    uint32_t run, struct buf *b)
{
	const int64_t *marks = l->marks + r->first_mark;
	int64_t at = l->changed_at;
	put(b, run);
	for (uint32_t i = 0; r->kind == RULE_COUNT && i < run; i++) {
		int64_t earlier = marks[s->run - 1 - i];
		put(b, (unsigned __int128)(at - earlier));
		at = earlier;
	}
	for (uint32_t k = 0; r->kind == RULE_SEQUENCE && run >> k; k++)
		if (run >> k & 1)
			put(b, (unsigned __int128)(at - marks[k]));
}

void state_get_marks(struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s, struct bytes *in)
{
	int64_t *marks = l->marks + r->first_mark, at = l->changed_at;
	uint64_t within = (uint64_t)r->within - 1;
	if (r->kind == RULE_SEQUENCE) {
		s->run = (uint32_t)get_most(in, (1u << (r->n_steps - 1)) - 1);
		for (uint32_t k = 0; s->run >> k; k++)
			if (s->run >> k & 1)
				marks[k] = at - (int64_t)get_most(in, within);
	} else {
		s->run = (uint32_t)get_most(in, r->length - 1);
		for (uint32_t i = s->run; i-- > 0 && !in->bad;)
			marks[i] = at -= (int64_t)get_most(in, within);
		in->bad |= at <= l->changed_at - r->within;
	}
	in->bad |= s->run == 0;
}

/* The newest of the recent is the one seen last, if it still lies within the window. */
static void put_recent(const struct scoring_lead *l, const struct seen_type *t, struct buf *b)
{
	const struct recent *newest = &l->recent[t->recent];
	uint32_t n = newest->n;
	while (n && l->changed_at - newest->at[newest->n - n] >= t->window)
		n--;
	put(b, n);
	for (uint32_t i = 1; i < n; i++)
		put(b, (unsigned __int128)(newest->at[newest->n - i] - newest->at[newest->n - i - 1]));
}

void state_put_seen(const struct scoring_lead *l, size_t slot, struct buf *b)
{
	const struct seen_type *t = &l->model->seen_types[slot];
	put(b, l->seen[slot] == INT64_MIN ? 0 : (unsigned __int128)(l->changed_at - l->seen[slot]) + 1);
	if (l->seen[slot] == INT64_MIN)
		return;
	if (t->counted)
		put(b, l->seen_count[slot]);
	if (t->recent != SLOT_NONE)
		put_recent(l, t, b);
}

void state_get_seen(struct scoring_lead *l, size_t slot, struct bytes *in)
{
	const struct seen_type *t = &l->model->seen_types[slot];
	int64_t ago = (int64_t)get_most(in, TIME_MAX), at = l->changed_at - (ago - 1);
	if (ago == 0)
		return;
	l->seen[slot] = at;
	if (t->counted)
		l->seen_count[slot] = (uint32_t)get_most(in, EVENTS_MAX);
	if (t->recent == SLOT_NONE)
		return;
	struct recent *newest = &l->recent[t->recent];
	newest->n = (uint32_t)get_most(in, RECENT_MAX);
	for (uint32_t i = newest->n; i-- > 0 && !in->bad;) {
		newest->at[i] = at;
		at -= i ? (int64_t)get_most(in, (uint64_t)t->window) : 0;
	}
	in->bad |= newest->n && newest->at[0] <= l->changed_at - t->window;
}
