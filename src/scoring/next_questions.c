/* Which answer would move the tier most: each unknown criterion is counted as met. */
#include "next_priv.h"

#include <stdlib.h>

/* Best first; of equals the heavier one. */
static bool before(const struct next_question *a, const struct next_question *b)
{
	return a->tier != b->tier ? a->tier < b->tier : a->weight > b->weight;
}

static void insert(struct scoring_next *n, const struct next_question *q)
{
	size_t i = n->n_questions++;
	for (; i > 0 && before(q, &n->questions[i - 1]); i--)
		n->questions[i] = n->questions[i - 1];
	n->questions[i] = *q;
}

enum status next_questions(struct scoring_lead *l, struct scoring_next *n)
{
	const struct model *m = l->model;
	int64_t met = 0;
	int *known = calloc(m->n_criteria + 1, sizeof(*known));
	n->questions = calloc(m->n_criteria + 1, sizeof(*n->questions));
	enum status st = known && n->questions ? ST_OK : ST_NOMEM;
	for (size_t i = 0; i < m->n_criteria && st == ST_OK; i++) {
		st = lead_criterion(l, &m->criteria[i], &known[i]);
		if (st == ST_OK && known[i] == 1 && m->criteria[i].core)
			met += m->criteria[i].weight;
	}
	for (size_t i = 0; i < m->n_criteria && st == ST_OK; i++) {
		const struct criterion *c = &m->criteria[i];
		if (known[i] >= 0 || !c->ask)
			continue;
		char tier = l->exclusion ? 'X' : tier_of(m, met + (c->core ? c->weight : 0));
		insert(n, &(struct next_question){c->id, c->label, c->ask, tier, c->core, c->weight});
	}
	free(known);
	return st;
}
