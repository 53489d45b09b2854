/* Moves of handoffs within a batch: locked behind their leads, let through when their version is the one that they were made of, and written with what they do to the lead. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

enum status batch_handoffs_read(struct batch *b, struct err *e)
{
	size_t n = 0;
	b->n_handoffs = 0;
	for (size_t i = 0; i < b->n; i++)
		n += b->entries[i].command->move != NULL;
	if (!n)
		return ST_OK;
	struct uuid *ids = arena_array(b->arena, n, sizeof *ids);
	struct handoff_row *rows;
	if (!ids)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->entries[i].command->move)
			ids[n++] = b->entries[i].command->move->next.id;
	qsort(ids, n, sizeof *ids, by_id);
	enum status s = store_batch_handoffs(b->db, &b->workspace, ids, n, b->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	b->handoffs = arena_array(b->arena, n + 1, sizeof *b->handoffs);
	if (!b->handoffs)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		b->handoffs[i] = (struct work_handoff){.id = rows[i].id, .lead_id = rows[i].lead_id, .version = rows[i].version};
	b->n_handoffs = n;
	return ST_OK;
}

void batch_handoffs_begin(struct batch *b)
{
	for (size_t i = 0; i < b->n_handoffs; i++)
		b->handoffs[i].taken = false;
}

void batch_handoff_check(struct batch *b, struct entry *x)
{
	const struct handoff_move *m = x->command->move;
	struct work_handoff *h = b->n_handoffs ? bsearch(&m->next.id, b->handoffs, b->n_handoffs, sizeof *b->handoffs, by_id) : NULL;
	if (!h || uuid_cmp(&h->lead_id, &x->command->lead_id) != 0) {
		err_set(&x->err, ST_NOT_FOUND, "handoff_not_found", "There is no handoff with this id.");
		return;
	}
	if (h->taken || h->version != m->next.version) {
		err_set(&x->err, ST_CONFLICT, "version_mismatch", "The handoff was changed meanwhile; it is not at version %lld.", (long long)m->next.version);
		return;
	}
	h->taken = true;
	struct work_lead *w = &b->leads[batch_root(b, x->under)];
	if (w->has_handoff && !uuid_cmp(&w->handoff_id, &h->id))
		w->handoff_state = m->next.state;
}

static enum status move_row(struct batch *b, const struct work_lead *w, const struct handoff_move *m, struct err *e)
{
	struct batch_handoff_move *rows = b->write.handoff_moves;
	size_t n = b->write.n_handoff_moves++;
	rows[n] = (struct batch_handoff_move){.next = m->next, .was = m->was, .move = m->move, .author = m->author, .note = m->note, .at = m->at, .clock = m->clock, .due_at = m->due_at,
		.worked_ms = m->worked_ms};
	return batch_outbox_row(b, w, arena_printf(b->arena, "handoff.%s", m->move), handoff_payload(b->arena, m, m->next.version + 1), e);
}

/* A second move of one handoff comes behind all first ones. */
static enum status answer_rows(struct batch *b, struct err *e)
{
	enum status s = ST_OK;
	for (int second = 0; s == ST_OK && second < 2; second++) {
		for (size_t i = 0; s == ST_OK && i < b->n_answers; i++) {
			const struct work_answer *a = &b->answers[i];
			if (second == (i && b->answers[i - 1].lead == a->lead))
				s = move_row(b, &b->leads[a->lead], a->move, e);
		}
		if (!second)
			b->write.n_first_moves = b->write.n_handoff_moves;
	}
	return s;
}

enum status batch_handoff_rows(struct batch *b, struct err *e)
{
	enum status s = ST_OK;
	if (!b->n_handoffs && !b->n_answers)
		return ST_OK;
	b->write.handoff_moves = arena_array(b->arena, b->n_handoffs + b->n_answers, sizeof *b->write.handoff_moves);
	if (!b->write.handoff_moves)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < b->n; i++) {
		const struct entry *x = &b->entries[i];
		const struct handoff_move *m = x->command->move;
		if (!m || x->err.status != ST_OK)
			continue;
		s = move_row(b, &b->leads[x->lead], m, e);
	}
	return s == ST_OK ? answer_rows(b, e) : s;
}
