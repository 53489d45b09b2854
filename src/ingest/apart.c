#include "ingest/apart.h"

#include <stdlib.h>

#include "batch_priv.h"

struct apart {
	struct batch_lane lane;
	struct entry *entries;
	size_t cap;
};

enum status apart_new(struct ingest *g, const char *database_url, const struct clock *clock, struct apart **ret, struct err *e)
{
	struct apart *a = calloc(1, sizeof *a);
	if (!a)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	a->lane.models = ingest_models(g);
	a->lane.hints = ingest_hints(g);
	a->lane.clock = clock ? clock : &clock_system;
	a->lane.arena = arena_new(256u << 20);
	enum status s = a->lane.arena ? db_pool_new(database_url, DB_BATCH, 1, &a->lane.pool, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s != ST_OK) {
		apart_free(&a);
		return s;
	}
	*ret = a;
	return ST_OK;
}

void apart_free(struct apart **ap)
{
	if (!ap || !*ap)
		return;
	struct apart *a = *ap;
	db_pool_free(&a->lane.pool);
	batch_filters_free(&a->lane);
	arena_free(&a->lane.arena);
	free(a->entries);
	free(a);
	*ap = NULL;
}

enum status apart_run(struct apart *a, const struct uuid *workspace, struct command *commands, size_t n, struct arena *arena, struct err *e)
{
	if (n > a->cap) {
		struct entry *more = realloc(a->entries, n * sizeof *more);
		if (!more)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		a->entries = more;
		a->cap = n;
	}
	for (size_t i = 0; i < n; i++)
		a->entries[i] = (struct entry){.command = &commands[i], .out = arena};
	batch_run(&a->lane, workspace, a->entries, n);
	return ST_OK;
}
