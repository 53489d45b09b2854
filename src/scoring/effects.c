/* What calls did, in growing lists; and the words for it. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {
    "lead", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "lost"};

const char *stage_name(enum stage s)
{
	return (unsigned)s < STAGE_COUNT ? stage_names[s] : "lead";
}

bool stage_parse(const char *s, enum stage *ret)
{
	for (unsigned i = 0; i < STAGE_COUNT; i++) {
		if (strcmp(stage_names[i], s) == 0) {
			*ret = (enum stage)i;
			return true;
		}
	}
	return false;
}

const char *transition_cause_name(enum transition_cause c)
{
	static const char *const names[] = {"event", "decay", "model", "person", "correction", "merge"};
	return (unsigned)c < sizeof(names) / sizeof(*names) ? names[c] : "event";
}

void scoring_effects_clear(struct scoring_effects *f)
{
	f->n_transitions = f->n_awards = f->n_segment_moves = 0;
}

void scoring_effects_free(struct scoring_effects *f)
{
	free(f->transitions);
	free(f->awards);
	free(f->segment_moves);
	*f = (struct scoring_effects){0};
}

/* Room for one more. */
static bool room(void *items, size_t n, size_t *cap, size_t size)
{
	void **p = items;
	if (n < *cap)
		return true;
	size_t wanted = *cap ? *cap * 2 : 8;
	void *grown = realloc(*p, wanted * size);
	if (!grown)
		return false;
	*p = grown;
	*cap = wanted;
	return true;
}

enum status effects_award(struct scoring_effects *fx, const char *rule, int64_t points, int64_t at)
{
	if (!fx)
		return ST_OK;
	if (!room(&fx->awards, fx->n_awards, &fx->cap_awards, sizeof(*fx->awards)))
		return ST_NOMEM;
	fx->awards[fx->n_awards++] = (struct scoring_award){rule, points, at};
	return ST_OK;
}

enum status effects_transition(struct scoring_effects *fx, const struct scoring_transition *t)
{
	if (!fx)
		return ST_OK;
	if (!room(&fx->transitions, fx->n_transitions, &fx->cap_transitions, sizeof(*fx->transitions)))
		return ST_NOMEM;
	fx->transitions[fx->n_transitions++] = *t;
	return ST_OK;
}

enum status effects_segment(struct scoring_effects *fx, const struct scoring_segment_move *move)
{
	if (!fx)
		return ST_OK;
	if (!room(&fx->segment_moves, fx->n_segment_moves, &fx->cap_segment_moves, sizeof(*fx->segment_moves)))
		return ST_NOMEM;
	fx->segment_moves[fx->n_segment_moves++] = *move;
	return ST_OK;
}
