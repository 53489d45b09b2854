/* Events that tell how sales went on: a call or a mail answers a lead that somebody has accepted, and a deal that is won or lost ends its handoff.
 *
 * Most events are looked at for their type only, and only if their lead's handoff is accepted. The others read the handoff, which stands still behind its lead's lock, and, if
 * there is something to say, the routing and the sales people: a round trip or two of such a batch, which are few. Whatever a person has said stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"
#include "ingest/roster.h"

enum answer { ANSWER_NONE, ANSWER_RESPONSE, ANSWER_WON, ANSWER_LOST };

/* Unless a workspace's routing says otherwise; routing_defaults.json has the same. */
static const char *const default_types[] = {"call", "meeting"};
/* These answer when they say that they went out. */
static const char *const outward_types[] = {"call", "meeting", "message", "message_sent", "email_sent"};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool among(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static enum answer by_direction(const struct command *c, bool listed)
{
	json_t *owned = !c->properties && c->properties_text ? json_loads(c->properties_text, 0, NULL) : NULL;
	const char *direction = json_string_value(json_object_get(c->properties ? c->properties : owned, "direction"));
	bool outward = direction && !strcmp(direction, "outbound"), inward = direction && !strcmp(direction, "inbound");
	json_decref(owned);
	return outward || (listed && !inward) ? ANSWER_RESPONSE : ANSWER_NONE;
}

static enum answer answer_of(const struct batch *b, const struct command *c)
{
	const struct batch_settings *s = &b->settings;
	if (c->stored || c->move || !c->type)
		return ANSWER_NONE;
	if (!strcmp(c->type, "won") || !strcmp(c->type, "lost"))
		return c->type[0] == 'w' ? ANSWER_WON : ANSWER_LOST;
	bool listed = s->response_events ? among(s->response_events, s->n_response_events, c->type) : among(default_types, sizeof default_types / sizeof default_types[0], c->type);
	if (!listed && !among(outward_types, sizeof outward_types / sizeof outward_types[0], c->type))
		return ANSWER_NONE;
	return by_direction(c, listed);
}

static bool accepted_before(const struct work_lead *w)
{
	return w->row && w->row->has_handoff && !strcmp(w->row->handoff_state, "accepted") && w->has_handoff && !uuid_cmp(&w->handoff_id, &w->row->handoff_id);
}

static bool may_answer(const struct batch *b, const struct work_lead *w)
{
	if (!w->n_list || w->gone || !accepted_before(w))
		return false;
	for (size_t i = 0; i < b->n_handoffs; i++)
		if (b->handoffs[i].taken && !uuid_cmp(&b->handoffs[i].id, &w->handoff_id))
			return false; /* a person moves it in this very batch */
	for (size_t i = 0; i < w->n_list; i++)
		if (answer_of(b, w->list[i]->command) != ANSWER_NONE)
			return true;
	return false;
}

/* What is needed to make moves, read when there is the first. */
struct team {
	struct roster_read read;
	bool there;
};

/* A document that cannot be read must not keep events out: then no time is measured. */
static enum status need_team(struct batch *b, struct team *t, struct err *e)
{
	if (t->there)
		return ST_OK;
	enum status s = roster_read(b->db, &b->workspace, false, b->arena, &t->read, e);
	if (s == ST_INTERNAL)
		t->read = (struct roster_read){0};
	else if (s != ST_OK)
		return s;
	t->there = true;
	return ST_OK;
}

/* A close keeps the code that the event names, if it is one of the workspace's. */
static const char *reason_of(struct batch *b, const struct routing *r, const struct command *c)
{
	json_t *owned = !c->properties && c->properties_text ? json_loads(c->properties_text, 0, NULL) : NULL;
	const char *code = json_string_value(json_object_get(c->properties ? c->properties : owned, "reason"));
	const struct handoff_reason *known = code ? routing_reason(r->close_reasons, r->n_close_reasons, code) : NULL;
	const char *copy = known ? arena_strdup(b->arena, known->code) : "lost";
	json_decref(owned);
	return copy;
}

static enum status make(struct batch *b, struct work_lead *w, struct team *t, const struct handoff_row *h, enum answer kind, const struct entry *x, struct handoff_move **ret, struct err *e)
{
	enum status s = need_team(b, t, e);
	if (s != ST_OK)
		return s;
	const struct command *c = x->command;
	struct handoff_wish wish = {.act = kind == ANSWER_WON ? HANDOFF_CONVERT : kind == ANSWER_LOST ? HANDOFF_CLOSE : HANDOFF_RESPOND, .now = c->at < b->now ? c->at : b->now,
		.author = "event", .holder = roster_find(&t->read.roster, &h->assignee), .note = c->type};
	if (kind == ANSWER_WON)
		wish.outcome = "customer";
	if (kind == ANSWER_LOST)
		wish.reason = reason_of(b, &t->read.routing, c);
	s = handoff_make(b->arena, &t->read.routing, h, &wish, ret, e);
	if (s != ST_OK)
		return s;
	w->touched = true;
	w->handoff_state = (*ret)->next.state;
	b->answers[b->n_answers++] = (struct work_answer){.lead = (int32_t)(w - b->leads), .move = *ret};
	return ST_OK;
}

/* The first response, and the first end, since somebody accepted; what comes behind the end is told of nobody's handoff. */
static enum status answer(struct batch *b, struct work_lead *w, struct team *t, const struct handoff_row *row, struct err *e)
{
	struct handoff_row h = *row;
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < w->n_list && !strcmp(h.state, "accepted"); i++) {
		enum answer kind = answer_of(b, w->list[i]->command);
		struct handoff_move *m;
		if (kind == ANSWER_NONE || w->list[i]->command->at < h.accepted_at || (kind == ANSWER_RESPONSE && h.responded_at != INSTANT_NEVER))
			continue;
		s = make(b, w, t, &h, kind, w->list[i], &m, e);
		if (s == ST_OK) {
			h = m->next;
			h.version++;
		}
	}
	return s;
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

static const struct handoff_row *find(const struct handoff_row *rows, size_t n, const struct uuid *id)
{
	for (size_t lo = 0, hi = n; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		int c = uuid_cmp(&rows[mid].id, id);
		if (!c)
			return &rows[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

enum status batch_answers(struct batch *b, struct err *e)
{
	struct uuid *ids = NULL;
	struct handoff_row *rows = NULL;
	struct team team = {0};
	size_t n = 0;
	b->n_answers = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		if (!may_answer(b, &b->leads[i]))
			continue;
		if (!ids && !(ids = arena_array(b->arena, b->n_leads, sizeof *ids)))
			return nomem(e);
		ids[n++] = b->leads[i].handoff_id;
	}
	if (!n)
		return ST_OK;
	b->answers = arena_array(b->arena, 2 * n, sizeof *b->answers);
	if (!b->answers)
		return nomem(e);
	qsort(ids, n, sizeof *ids, by_id);
	enum status s = store_batch_handoffs(b->db, &b->workspace, ids, n, b->arena, &rows, &n, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		const struct handoff_row *row = b->leads[i].n_list && accepted_before(&b->leads[i]) ? find(rows, n, &b->leads[i].handoff_id) : NULL;
		if (row)
			s = answer(b, &b->leads[i], &team, row, e);
	}
	if (team.there)
		roster_free(&team.read);
	return s;
}
