#include "store/sla.h"

#include <string.h>

#include "planned_priv.h"

const char *const sla_states[SLA_STATES] = {
    "pending", "assigned", "accepted", "rejected", "expired", "converted", "closed"};
const char *const sla_outcomes[SLA_OUTCOMES] = {"sql", "opportunity", "customer"};
static const char *const clocks[SLA_CLOCKS] = {
    [SLA_PENDING] = "pending", [SLA_ACCEPTANCE] = "acceptance", [SLA_FIRST_RESPONSE] = "first_response"};

enum {
	COL_SCOPE,
	COL_RULE,
	COL_PERSON,
	COL_NAME,
	COL_EMAIL,
	COL_MEASURE,
	COL_N,
	COL_KEPT,
	COL_MISSED,
	COL_WALL,
	COL_WORKED = COL_WALL + 2
};

static struct sla_times times(const struct db_result *r, size_t i, size_t col)
{
	if (db_null(r, i, col))
		return (struct sla_times){-1, -1};
	return (struct sla_times){db_i64(r, i, col), db_i64(r, i, col + 1)};
}

static void take_clock(const struct db_result *r, size_t i, const char *what, struct sla_clock *c)
{
	if (!strcmp(what, "_time")) {
		c->measured = db_i64(r, i, COL_N);
		c->wall = times(r, i, COL_WALL);
		c->worked = times(r, i, COL_WORKED);
	} else if (!strcmp(what, "_clock")) {
		c->kept = db_i64(r, i, COL_KEPT);
		c->missed = db_i64(r, i, COL_MISSED);
	} else {
		c->breaches = db_i64(r, i, COL_N);
	}
}

/* One measure of a group. */
static void take_measure(const struct db_result *r, size_t i, struct sla_group *g)
{
	const char *measure = db_text(r, i, COL_MEASURE, NULL);
	int64_t n = db_i64(r, i, COL_N);
	for (size_t k = 0; k < SLA_STATES; k++)
		if (!strcmp(measure, sla_states[k]))
			g->states[k] = n;
	for (size_t k = 0; k < SLA_OUTCOMES; k++)
		if (!strcmp(measure, sla_outcomes[k]))
			g->outcomes[k] = n;
	for (size_t k = 0; k < SLA_CLOCKS; k++)
		if (!strncmp(measure, clocks[k], strlen(clocks[k])) && measure[strlen(clocks[k])] == '_')
			take_clock(r, i, measure + strlen(clocks[k]), &g->clocks[k]);
	if (!strcmp(measure, "handoffs"))
		g->handoffs = n;
	else if (!strcmp(measure, "reassigned"))
		g->reassigned = n;
	else if (!strcmp(measure, "escalated"))
		g->escalated = n;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const char *keep(struct arena *arena, const struct db_result *r, size_t i, size_t col, bool *io_ok)
{
	const char *s = db_text(r, i, col, NULL), *copy = s ? arena_strdup(arena, s) : NULL;
	*io_ok = *io_ok && (!s || copy);
	return copy;
}

static struct sla_group empty(enum sla_scope scope)
{
	struct sla_group g = {.scope = scope};
	for (size_t k = 0; k < SLA_CLOCKS; k++)
		g.clocks[k].wall = g.clocks[k].worked = (struct sla_times){-1, -1};
	return g;
}

/* Rows of a group stand together. */
static enum status take_rows(
    const struct db_result *r, struct arena *arena, struct sla_group **ret, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	bool ok = true;
	struct sla_group *groups = arena_array(arena, db_rows(r) + 1, sizeof *groups);
	if (!groups)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	groups[n++] = empty(SLA_ALL);
	for (size_t i = 0; ok && i < db_rows(r); i++) {
		struct sla_group *g = &groups[n - 1];
		enum sla_scope scope = (enum sla_scope)db_i32(r, i, COL_SCOPE);
		struct uuid person = db_uuid(r, i, COL_PERSON);
		if (g->scope != scope || !same(g->rule, db_text(r, i, COL_RULE, NULL)) ||
		    uuid_cmp(&g->person, &person) != 0) {
			g = &groups[n++];
			*g = empty(scope);
			g->rule = keep(arena, r, i, COL_RULE, &ok);
			g->person = person;
			g->name = keep(arena, r, i, COL_NAME, &ok);
			g->email = keep(arena, r, i, COL_EMAIL, &ok);
		}
		take_measure(r, i, g);
	}
	if (!ok)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = groups;
	*ret_n = n;
	return ST_OK;
}

enum status store_sla_report(struct db *db, const struct uuid *workspace, const struct sla_filter *f,
    struct arena *arena, struct sla_group **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r = NULL;
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_time(db, f->since);
		db_bind_time(db, f->until);
		db_bind_uuid(db, f->has_user ? &f->user : NULL);
		db_bind_text(db, f->rule);
		s = db_send(db, STATEMENT_SLA_REPORT, e);
	}
	s = store_planned_end(db, s, &r, e);
	if (s == ST_OK)
		s = take_rows(r, arena, ret, ret_n, e);
	db_results_clear(db);
	return s;
}
