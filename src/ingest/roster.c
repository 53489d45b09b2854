#include "ingest/roster.h"

#include "desk_priv.h"
#include "store/user.h"

static enum status read_users(struct db *db, const struct uuid *workspace, const struct team_calendar *team, struct arena *arena, struct roster *ret, struct err *e)
{
	const struct user_filter all = {.limit = USERS_MAX};
	struct user_row *rows;
	size_t n;
	bool more;
	enum status s = store_user_list(db, workspace, &all, arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	*ret = (struct roster){.users = arena_array(arena, n + 1, sizeof *ret->users), .n = n};
	if (!ret->users)
		return adapter_nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = user_read(arena, &rows[i].id, rows[i].document, team, &ret->users[i], e);
	return s;
}

static enum status count_open(struct db *db, const struct uuid *workspace, struct arena *arena, struct roster *r, struct err *e)
{
	struct desk_open *open;
	size_t n;
	enum status s = store_desk_open(db, workspace, arena, &open, &n, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		struct sales_user *u = roster_find(r, &open[i].user);
		if (u)
			u->open = open[i].handoffs;
	}
	return s;
}

enum status roster_read(struct db *db, const struct uuid *workspace, bool with_open, struct arena *arena, struct roster_read *ret, struct err *e)
{
	struct desk_row desk;
	struct roster_read r = {0};
	enum status s = store_desk_read(db, workspace, arena, &desk, e);
	if (s == ST_OK)
		s = routing_read(arena, desk.document, desk.time_zone, &r.routing, e);
	if (s != ST_OK)
		return s;
	s = read_users(db, workspace, &r.routing.calendar, arena, &r.roster, e);
	if (s == ST_OK && with_open)
		s = count_open(db, workspace, arena, &r.roster, e);
	if (s == ST_OK)
		*ret = r;
	else
		roster_free(&r);
	return s;
}

void roster_free(struct roster_read *r)
{
	routing_free(&r->routing);
}

json_t *roster_lead(const struct desk_handoff *h)
{
	json_t *lead = json_loads(h->profile ? h->profile : "{}", 0, NULL), *tags = json_array();
	bool ok = lead && tags;
	for (size_t i = 0; ok && i < h->n_tags; i++)
		ok = json_array_append_new(tags, json_string(h->tags[i])) == 0;
	const char tier[] = {h->tier, 0};
	json_t *more = ok ? json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "tier", tier, "grade", h->grade ? h->grade : "", "stage", h->stage ? h->stage : "", "score", h->score,
				"fit", h->fit, "engagement", h->engagement, "handoff_stage", h->handoff.stage)
			  : NULL;
	ok = more && json_object_set(more, "tags", tags) == 0 && json_object_update(lead, more) == 0;
	json_decref(more);
	json_decref(tags);
	if (!ok) {
		json_decref(lead);
		return NULL;
	}
	return lead;
}
