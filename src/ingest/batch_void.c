/* Retraction: events that are to be as if they had never been. The row stays, marked; what it was worth goes by a replay without it. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static int by_void_key(const void *a, const void *b)
{
	return uuid_cmp(&((const struct work_void *)a)->key, &((const struct work_void *)b)->key);
}

bool batch_voided(const struct work_lead *w, const struct uuid *key)
{
	struct work_void wanted = {.key = *key};
	return w->n_voids && bsearch(&wanted, w->voids, w->n_voids, sizeof *w->voids, by_void_key);
}

static int by_pair(const void *pa, const void *pb)
{
	const struct batch_target *a = pa, *b = pb;
	int c = uuid_cmp(&a->lead_id, &b->lead_id);
	return c ? c : uuid_cmp(&a->key, &b->key);
}

/* Of an event that several members of a lead have, all are targets: from member *at on. */
static const struct batch_target *target_of(const struct batch_target *targets, size_t n, const struct work_lead *w, const struct uuid *key, size_t *at)
{
	const struct uuid *members;
	size_t k = batch_members_of(w, &members);
	const struct batch_target *hit = NULL;
	for (; !uuid_is_nil(key) && n && !hit && *at < k; ++*at) {
		struct batch_target wanted = {.lead_id = members[*at], .key = *key};
		hit = bsearch(&wanted, targets, n, sizeof *targets, by_pair);
	}
	return hit;
}

/* What the service itself noted stays, but for what a person gave or took by hand. */
static bool may_be_voided(const char *type)
{
	return !scoring_event_type_reserved(type) || !strcmp(type, "tag_added") || !strcmp(type, "tag_removed") || !strcmp(type, "score_offset");
}

/* An event that came before it in this very batch. */
static struct entry *new_target(struct batch *b, const struct work_lead *w, const struct entry *x)
{
	for (int32_t i = w->first; i >= 0 && &b->entries[i] != x; i = b->entries[i].next) {
		struct entry *y = &b->entries[i];
		bool named = !uuid_cmp(&y->command->event_key, &x->command->event_key) || !uuid_cmp(&y->command->event_key, &x->command->other_key);
		if (y->command->kind == COMMAND_EVENT && y->err.status == ST_OK && !y->duplicate && named)
			return y;
	}
	return NULL;
}

static void take_void(struct batch *b, struct work_lead *w, struct entry *x, const struct batch_target *targets, size_t n)
{
	struct command *c = x->command;
	size_t at = 0;
	const struct batch_target *t = target_of(targets, n, w, &c->event_key, &at);
	if (!t) {
		at = 0;
		t = target_of(targets, n, w, &c->other_key, &at);
	}
	struct entry *y = t ? NULL : new_target(b, w, x);
	if (!t && !y) {
		err_set(&x->err, ST_NOT_FOUND, "event_not_found", "The lead has no such event.");
		return;
	}
	if (!may_be_voided(t ? t->type : y->command->type)) {
		err_set(&x->err, ST_CONFLICT, "event_not_voidable", "The service itself made this event; only tags and offsets by hand can be voided.");
		return;
	}
	c->event_key = t ? t->key : y->command->event_key;
	if (y) {
		x->noted_under = b->leads[y->under].id;
		x->duplicate = y->void_reason != NULL;
		if (!x->duplicate)
			y->void_reason = c->reason;
		return;
	}
	x->noted_under = t->lead_id;
	x->duplicate = t->voided_at != INSTANT_NEVER;
	for (size_t i = 0; i < w->n_voids && !x->duplicate; i++)
		x->duplicate = !uuid_cmp(&w->voids[i].key, &t->key);
	for (; t && !x->duplicate; t = target_of(targets, n, w, &c->event_key, &at))
		w->voids[w->n_voids++] = (struct work_void){.key = t->key, .lead_id = t->lead_id, .reason = c->reason};
}

static bool is_void(const struct entry *x)
{
	return x->command->kind == COMMAND_VOID && x->err.status == ST_OK;
}

static enum status take_voids(struct batch *b, struct work_lead *w, const struct batch_target *targets, size_t n, struct err *e)
{
	size_t max = 0;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		max += is_void(&b->entries[i]) ? w->n_members + 1 : 0;
	if (!max)
		return ST_OK;
	struct work_void *voids = arena_array(b->arena, w->n_voids + max, sizeof *voids);
	if (!voids)
		return nomem(e);
	if (w->n_voids)
		memcpy(voids, w->voids, w->n_voids * sizeof *voids);
	w->voids = voids;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		if (is_void(&b->entries[i]))
			take_void(b, w, &b->entries[i], targets, n);
	return ST_OK;
}

enum status batch_voids(struct batch *b, const bool *wanted, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += is_void(&b->entries[i]) ? 2 * (b->leads[b->entries[i].lead].n_members + 1) : 0;
	struct uuid *leads = arena_array(b->arena, n + 1, sizeof *leads), *keys = arena_array(b->arena, n + 1, sizeof *keys);
	if (!leads || !keys)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *x = &b->entries[i];
		const struct uuid ask[] = {x->command->event_key, x->command->other_key};
		for (size_t k = 0; k < 2 && is_void(x); k++) {
			const struct uuid *members;
			size_t m = uuid_is_nil(&ask[k]) ? 0 : batch_members_of(&b->leads[x->lead], &members);
			for (size_t j = 0; j < m; j++) {
				leads[n] = members[j];
				keys[n++] = ask[k];
			}
		}
	}
	struct batch_target *targets = NULL;
	size_t n_targets = 0;
	enum status s = n ? store_batch_targets(b->db, &b->workspace, leads, keys, n, b->arena, &targets, &n_targets, e) : ST_OK;
	if (n_targets)
		qsort(targets, n_targets, sizeof *targets, by_pair);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		struct work_lead *w = &b->leads[i];
		if (!wanted[i])
			continue;
		s = take_voids(b, w, targets, n_targets, e);
		if (!w->n_voids)
			continue;
		qsort(w->voids, w->n_voids, sizeof *w->voids, by_void_key);
		w->void_cause = &w->voids[0];
	}
	return s;
}

/* What a lead's timeline tells of it. */
static enum status note_void(struct batch *b, const struct entry *x, struct err *e)
{
	const struct command *c = x->command;
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"event_id\":");
	if (c->event_id)
		buf_json_str(&o, c->event_id);
	else
		buf_json_uuid(&o, c->event_key.b);
	buf_puts(&o, ",\"reason\":");
	buf_json_str(&o, c->reason);
	buf_puts(&o, ",\"author\":");
	buf_json_str(&o, c->author);
	buf_putc(&o, '}');
	const char *text = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	if (!text)
		return nomem(e);
	/* An event is voided once, so the note has one key for ever. */
	b->write.events[b->write.n_events++] = (struct batch_event){.lead_id = x->noted_under, .key = hash128("\0voided", 7, c->event_key.b, sizeof c->event_key.b),
		.at = b->now, .received_at = b->now, .type = "event_voided", .properties = text};
	return ST_OK;
}

enum status batch_void_rows(struct batch *b, struct err *e)
{
	size_t n = b->n_flags;
	for (size_t i = 0; i < b->n_leads; i++)
		n += b->leads[i].n_voids;
	for (size_t i = 0; i < b->n; i++)
		n += b->entries[i].stored && (b->entries[i].void_reason || b->entries[i].flag);
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < b->n; i++)
		if (is_void(&b->entries[i]) && !b->entries[i].duplicate)
			s = note_void(b, &b->entries[i], e);
	if (s != ST_OK || !n)
		return s;
	struct batch_mark *m = b->write.marks = arena_array(b->arena, n, sizeof *m);
	if (!m)
		return nomem(e);
	for (size_t i = 0; i < b->n_leads; i++)
		for (size_t k = 0; k < b->leads[i].n_voids; k++) {
			const struct work_void *v = &b->leads[i].voids[k];
			*m++ = (struct batch_mark){.lead_id = v->lead_id, .key = v->key, .voided_at = b->now, .reason = v->reason, .flag = v->flag};
		}
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *x = &b->entries[i];
		if (x->stored && (x->void_reason || x->flag))
			*m++ = (struct batch_mark){.lead_id = b->leads[x->under].id, .key = x->command->event_key, .voided_at = !x->void_reason ? INSTANT_NEVER : x->command->stored ? x->command->voided_at : b->now,
				.reason = x->void_reason, .flag = x->flag};
	}
	for (size_t i = 0; i < b->n_flags; i++)
		*m++ = b->flags[i];
	b->write.n_marks = n;
	return ST_OK;
}
