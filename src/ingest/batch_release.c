/* Letting held transitions go: they enter the feed, and what they would have set off is made up for where it is still true. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(&((const struct transition_row *)a)->id, &((const struct transition_row *)b)->id);
}

enum status batch_read_held(struct batch *b, struct err *e)
{
	struct uuid *ids = NULL;
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *x = &b->entries[i];
		if (x->command->kind != COMMAND_RELEASE || x->err.status != ST_OK)
			continue;
		if (!ids && !(ids = arena_array(b->arena, b->n, sizeof *ids)))
			return nomem(e);
		ids[n++] = x->command->transition_id;
	}
	return n ? store_held_lock(b->db, &b->workspace, ids, n, b->arena, &b->held, &b->n_held, e) : ST_OK;
}

/* Whether the lead stands where the transition led. */
static bool stands(const struct batch *b, const struct work_lead *w, const struct transition_row *h)
{
	const struct work_score *c = h->line ? NULL : &w->own;
	for (size_t i = 0; h->line && w->others && i < b->settings.n_others; i++)
		if (w->others[i].other->line && !strcmp(w->others[i].other->line, h->line))
			c = &w->others[i];
	if (!c)
		return false;
	const char tier[] = {c->applies || !h->line ? c->view.tier : 'D', 0};
	const char *stage = c->applies || !h->line ? stage_name(c->view.stage) : "lead";
	return !strcmp(h->to, !strcmp(h->kind, "stage") ? stage : tier);
}

static enum status tell(struct batch *b, struct work_lead *w, const struct transition_row *h, struct err *e)
{
	struct scoring_transition t = {.kind = !strcmp(h->kind, "stage") ? TRANSITION_STAGE : TRANSITION_TIER, .cause = CAUSE_MODEL, .at = h->at, .total = h->score * INT64_C(1000),
		.fit = h->fit * INT64_C(1000), .engagement = h->engagement * INT64_C(1000)};
	/* They were made by the engine, from texts of these lengths. */
	memccpy(t.from, h->from, 0, sizeof t.from - 1);
	memccpy(t.to, h->to, 0, sizeof t.to - 1);
	memccpy(t.reason, h->reason, 0, sizeof t.reason - 1);
	return batch_tell(b, w, h->line, h->model_version, &h->id, &t, e);
}

enum status batch_release(struct batch *b, struct work_lead *w, struct err *e)
{
	enum status s = ST_OK;
	for (int32_t i = w->first; s == ST_OK && i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		if (x->command->kind != COMMAND_RELEASE || x->err.status != ST_OK)
			continue;
		const struct transition_row wanted = {.id = x->command->transition_id};
		struct transition_row *h = bsearch(&wanted, b->held, b->n_held, sizeof *h, by_id);
		if (!h || uuid_cmp(&h->lead_id, &b->leads[x->under].id) != 0 || !h->kind)
			continue;
		x->released = true;
		/* Nobody is told of a lead that is another's part by now. */
		x->told = b->leads[x->under].root == x->under && stands(b, w, h);
		b->write.released[b->write.n_released++] = h->id;
		if (x->told) {
			/* The lead's row says which handoff it has. */
			w->touched = true;
			s = tell(b, w, h, e);
		}
		h->kind = NULL; /* a second command for it finds nothing */
	}
	return s;
}
