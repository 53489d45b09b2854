#include "store/export.h"

#include "lead_priv.h"

#define STATEMENT_US (INT64_C(60) * 1000 * 1000)

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

static void more_time(struct db *db)
{
	db_deadline(db, monotonic_us() + STATEMENT_US);
}

/* As long as a client may take to read what it was sent, nothing happens in the transaction. */
enum status store_export_begin(struct db *db, struct err *e)
{
	more_time(db);
	return db_exec(db,
	    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL "
	    "idle_in_transaction_session_timeout = '10min'",
	    e);
}

static enum status run_page(struct db *db, enum statement st, const struct uuid *workspace, const struct uuid *after,
    size_t limit, struct db_result **ret, struct err *e)
{
	more_time(db);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after);
	db_bind_i64(db, (int64_t)limit);
	return db_run(db, st, ret, e);
}

/* What some leads are named by, as rows with the lead each belongs to. */
struct names {
	struct uuid *lead;
	struct lead_identity_row *rows;
	size_t n;
};

static enum status read_names(struct db *db, enum statement st, const struct uuid *workspace, const struct uuid *leads,
    size_t n, struct arena *arena, struct names *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	enum status s = db_run(db, st, &r, e);
	if (s != ST_OK)
		return s;
	ret->n = db_rows(r);
	ret->lead = arena_array(arena, ret->n + 1, sizeof *ret->lead);
	ret->rows = arena_array(arena, ret->n + 1, sizeof *ret->rows);
	if (!ret->lead || !ret->rows)
		return nomem(e);
	for (size_t i = 0; i < ret->n; i++) {
		ret->lead[i] = db_uuid(r, i, 0);
		ret->rows[i].kind = arena_strdup(arena, db_text(r, i, 1, NULL));
		ret->rows[i].value = arena_strdup(arena, db_text(r, i, 2, NULL));
		if (!ret->rows[i].kind || !ret->rows[i].value)
			return nomem(e);
	}
	return ST_OK;
}

/* The names of one lead: a run in rows that are in order of lead, from *at on. */
static size_t names_of(const struct names *x, const struct uuid *lead, size_t *at)
{
	while (*at < x->n && uuid_cmp(&x->lead[*at], lead) < 0)
		++*at;
	size_t n = 0;
	while (*at + n < x->n && !uuid_cmp(&x->lead[*at + n], lead))
		n++;
	return n;
}

enum status store_export_leads(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t limit,
    struct arena *arena, struct export_lead **ret, size_t *ret_n, struct err *e)
{
	/* The page is sent again behind the names, so that its texts need not be copied. */
	struct names names = {0};
	struct db_result *r;
	enum status s = run_page(db, STATEMENT_EXPORT_ROOT_IDS, workspace, after, limit, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r), at = 0;
	struct uuid *ids = arena_array(arena, n + 1, sizeof *ids);
	struct export_lead *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!ids || !rows)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = db_uuid(r, i, 0);
	s = read_names(db, STATEMENT_EXPORT_ROOT_IDENTITIES, workspace, ids, n, arena, &names, e);
	if (s == ST_OK)
		s = run_page(db, STATEMENT_EXPORT_LEADS, workspace, after, limit, &r, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		if (!store_lead_row(r, i, arena, &rows[i].lead))
			return nomem(e);
		rows[i].n_identities = names_of(&names, &ids[i], &at);
		rows[i].identities = names.rows + at;
	}
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

static struct export_event take_event(const struct db_result *r, size_t i)
{
	return (struct export_event){
	    .lead_id = db_uuid(r, i, 0),
	    .key = db_uuid(r, i, 1),
	    .at = db_time(r, i, 2),
	    .received_at = db_time(r, i, 3),
	    .type = db_text(r, i, 4, NULL),
	    .event_id = db_text(r, i, 5, NULL),
	    .properties = db_text(r, i, 6, NULL),
	    .patch = db_text(r, i, 7, NULL),
	    .source = db_text(r, i, 8, NULL),
	    .email = db_text(r, i, 9, NULL),
	    .phone = db_text(r, i, 10, NULL),
	    .voided_at = db_time(r, i, 11),
	    .void_reason = db_text(r, i, 12, NULL),
	    .flag = db_text(r, i, 13, NULL),
	    .cleaned = db_text(r, i, 14, NULL),
	};
}

/* An event brings at most as many names as can go with one, so all of a lead's go with its first few. */
static void give_names(struct names *names, size_t *at, struct export_event *ev)
{
	size_t n = names_of(names, &ev->lead_id, at);
	ev->n_identities = n < EXPORT_IDENTITIES_MAX ? n : EXPORT_IDENTITIES_MAX;
	ev->identities = names->rows + *at;
	*at += ev->n_identities;
}

/* The next rows of the open cursor; none: it is closed. */
static enum status fetch(struct db *db, struct db_result **ret, size_t *ret_n, struct err *e)
{
	more_time(db);
	enum status s = db_run(db, STATEMENT_EXPORT_FETCH, ret, e);
	*ret_n = s == ST_OK ? db_rows(*ret) : 0;
	return s == ST_OK && !*ret_n ? db_run(db, STATEMENT_EXPORT_CLOSE, NULL, e) : s;
}

static enum status visit_all(struct db *db, struct names *names,
    enum status (*visit)(void *ctx, const struct export_event *ev, struct err *e), void *ctx, struct err *e)
{
	struct db_result *r;
	enum status s = ST_OK;
	size_t at = 0;
	for (size_t n = 1; s == ST_OK && n > 0;) {
		s = fetch(db, &r, &n, e);
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			struct export_event ev = take_event(r, i);
			give_names(names, &at, &ev);
			s = visit(ctx, &ev, e);
		}
	}
	return s;
}

enum status store_export_events(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t limit,
    struct arena *arena, enum status (*visit)(void *ctx, const struct export_event *ev, struct err *e), void *ctx,
    size_t *ret_leads, struct uuid *ret_last, struct err *e)
{
	struct names names = {0};
	struct db_result *r;
	enum status s = run_page(db, STATEMENT_EXPORT_LEAD_IDS, workspace, after, limit, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct uuid *ids = arena_array(arena, n + 1, sizeof *ids);
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = db_uuid(r, i, 0);
	*ret_leads = n;
	if (!n)
		return ST_OK;
	*ret_last = ids[n - 1];
	s = read_names(db, STATEMENT_EXPORT_IDENTITIES, workspace, ids, n, arena, &names, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &ids[0]);
	db_bind_uuid(db, &ids[n - 1]);
	s = db_run(db, STATEMENT_EXPORT_EVENTS_OPEN, NULL, e);
	return s == ST_OK ? visit_all(db, &names, visit, ctx, e) : s;
}

enum status store_export_merges(struct db *db, const struct uuid *workspace, struct arena *arena,
    enum status (*visit)(void *ctx, const struct merge_row *m, struct err *e), void *ctx, struct err *e)
{
	struct db_result *r;
	more_time(db);
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_EXPORT_MERGES_OPEN, NULL, e);
	for (size_t n = 1; s == ST_OK && n > 0;) {
		s = fetch(db, &r, &n, e);
		arena_reset(arena);
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			struct merge_row m;
			s = store_merge_row(r, i, arena, &m) ? visit(ctx, &m, e) : nomem(e);
		}
	}
	return s;
}

enum status store_export_transitions(struct db *db, const struct uuid *workspace, const struct uuid *after,
    size_t limit, struct arena *arena, struct transition_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	enum status s = run_page(db, STATEMENT_EXPORT_TRANSITIONS, workspace, after, limit, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct transition_row *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!rows)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		rows[i] = store_transition_row(r, i);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}
