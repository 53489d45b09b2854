/* GET /v1/accounts, one account, and its leads. */
#include <string.h>

#include "accounts_priv.h"
#include "base/text.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/workspace.h"

#define WORDS_MAX 8
#define QUERY_BYTES_MAX 200
#define FILTER_BYTES_MAX 255

const char *const account_list_parameters[] = {
    "tier", "owner", "industry", "min_score", "max_score", "q", "updated_since", "sort", "limit", "cursor", NULL};
const char *const account_leads_parameters[] = {"sort", "limit", "cursor", NULL};

static bool has_role(const struct account_row *a, const char *role)
{
	for (size_t i = 0; i < a->n_roles; i++)
		if (!strcmp(a->roles[i], role))
			return true;
	return false;
}

static void put_roles(struct buf *b, const struct account_row *a, bool filled)
{
	bool first = true;
	for (size_t i = 0; i < BUYING_ROLES; i++) {
		if (has_role(a, buying_roles[i]) != filled)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		buf_json_str(b, buying_roles[i]);
	}
}

static void put_account(struct buf *b, const struct account_row *a)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, a->id.b);
	buf_putc(b, ',');
	if (a->profile_len > 2) {
		buf_put(b, a->profile + 1, a->profile_len - 2);
		buf_putc(b, ',');
	}
	buf_puts(b, "\"score\":");
	buf_put_i64(b, a->score);
	buf_puts(b, ",\"tier\":\"");
	buf_putc(b, a->tier);
	buf_puts(b, "\",\"leads\":");
	buf_put_i64(b, a->leads);
	buf_puts(b, ",\"roles\":[");
	put_roles(b, a, true);
	buf_puts(b, "],\"missing_roles\":[");
	put_roles(b, a, false);
	buf_puts(b, "],\"last_activity_at\":");
	render_time(b, a->last_activity_at);
	buf_puts(b, ",\"created_at\":");
	render_time(b, a->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, a->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, a->version);
}

void render_account(struct buf *b, const struct account_row *a)
{
	put_account(b, a);
	buf_putc(b, '}');
}

static void put_keys(struct buf *b, const struct account_detail *d)
{
	bool first = true;
	buf_puts(b, ",\"domains\":[");
	for (size_t i = 0; i < d->n_keys; i++) {
		if (strcmp(d->keys[i].kind, "domain") != 0)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		buf_json_str(b, d->keys[i].value);
	}
	first = true;
	buf_puts(b, "],\"external_ids\":{");
	for (size_t i = 0; i < d->n_keys; i++) {
		if (strncmp(d->keys[i].kind, "external_id:", 12) != 0)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		buf_json_str(b, d->keys[i].kind + 12);
		buf_putc(b, ':');
		buf_json_str(b, d->keys[i].value);
	}
	buf_putc(b, '}');
}

static void put_committee(struct buf *b, const struct account_detail *d)
{
	buf_puts(b, ",\"committee\":[");
	for (size_t i = 0; i < BUYING_ROLES; i++) {
		const struct account_role_row *r = NULL;
		for (size_t k = 0; k < d->n_roles && !r; k++)
			r = !strcmp(d->roles[k].role, buying_roles[i]) ? &d->roles[k] : NULL;
		buf_puts(b, i ? ",{\"role\":" : "{\"role\":");
		buf_json_str(b, buying_roles[i]);
		buf_puts(b, ",\"leads\":");
		buf_put_i64(b, r ? r->leads : 0);
		buf_puts(b, ",\"lead_id\":");
		if (r)
			buf_json_uuid(b, r->lead_id.b);
		else
			buf_puts(b, "null");
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

/* What its leads add up to now, not what was written when they last did. */
static void refresh(const struct account_settings *settings, struct account_detail *d)
{
	struct account_sums sums = d->sums ? account_sums_of(d->sums) : (struct account_sums){0};
	int64_t milli = account_score(settings, &sums);
	d->row.score = account_shown(milli);
	d->row.tier = account_tier(settings, &sums, milli);
	d->row.leads = (int32_t)sums.leads;
	d->row.roles = d->sums ? d->sums->roles : NULL;
	d->row.n_roles = d->sums ? d->sums->n_roles : 0;
	d->row.last_activity_at = d->sums ? d->sums->last_activity_at : INSTANT_NEVER;
}

enum status account_reply(
    struct api_call *c, struct db *db, int status, const struct uuid *id, const struct uuid *job, struct err *e)
{
	struct workspace_settings w;
	struct account_settings settings;
	struct account_detail d;
	enum status s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	if (s == ST_OK && !account_settings_read(c->arena, w.accounts, &settings))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = store_account_read(db, &c->workspace_id, id, c->arena, &d, e);
	if (s != ST_OK)
		return s;
	refresh(&settings, &d);
	struct buf *b = reply_json(c, status);
	put_account(b, &d.row);
	put_keys(b, &d);
	put_committee(b, &d);
	if (job) {
		buf_puts(b, ",\"job\":");
		buf_json_uuid(b, job->b);
	}
	buf_putc(b, '}');
	reply_etag(c, d.row.version);
	return ST_OK;
}

static enum status take_id(struct api_call *c, struct uuid *ret, struct err *e)
{
	return path_uuid(c, "id", "account", ret, e);
}

enum status account_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? take_id(c, id, e) : ST_NOMEM;
}

enum status account_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	return account_reply(c, db, 200, call_state(c)->input, NULL, e);
}

static enum status take_text(const struct api_call *c, const char *name, const char **ret, struct err *e)
{
	const char *s = param_text(c, name);
	if (s && strlen(s) > FILTER_BYTES_MAX)
		return param_fault(name, "parameter_invalid", "It is longer than 255 bytes.", e);
	if (s)
		*ret = s;
	return ST_OK;
}

static enum status take_query(const struct api_call *c, struct account_filter *f, struct err *e)
{
	const char *q = param_text(c, "q");
	if (!q)
		return ST_OK;
	if (strlen(q) > QUERY_BYTES_MAX)
		return param_fault("q", "parameter_invalid", "It is longer than 200 bytes.", e);
	char **terms = arena_array(c->arena, WORDS_MAX, sizeof *terms);
	if (!terms)
		return out_of_memory(e);
	f->n_terms = text_terms(c->arena, q, strlen(q), terms, WORDS_MAX);
	f->terms = (const char *const *)terms;
	return f->n_terms ? ST_OK : param_fault("q", "parameter_invalid", "There is no word in it to look for.", e);
}

static enum status take_scores(const struct api_call *c, struct account_filter *f, struct err *e)
{
	int64_t min = INT32_MIN, max = INT32_MAX;
	enum status s = param_int(c, "min_score", INT32_MIN, INT32_MAX, &min, e);
	if (s == ST_OK)
		s = param_int(c, "max_score", INT32_MIN, INT32_MAX, &max, e);
	f->min_score = (int32_t)min;
	f->max_score = (int32_t)max;
	return s;
}

/* In the order of enum account_sort. */
static const char *const sorts[] = {"-score", "score", "-created_at", "created_at", "-updated_at", "updated_at", NULL};

static enum status take_page(const struct api_call *c, const char *const *words, enum account_sort *ret_sort,
    size_t *ret_limit, struct lead_cursor *ret_after, struct err *e)
{
	const char *sort = sorts[ACCOUNT_SORT_SCORE_DESC];
	struct cursor v;
	bool given = false;
	enum status s = param_word(c, "sort", words, &sort, e);
	for (size_t i = 0; sorts[i]; i++)
		if (!strcmp(sorts[i], sort))
			*ret_sort = (enum account_sort)i;
	if (s == ST_OK)
		s = param_limit(c, ret_limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given)
		*ret_after = (struct lead_cursor){true, v.value, v.id};
	return s;
}

enum status accounts_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const tiers[] = {"A", "B", "C", "D", "X", NULL};
	const char *tier = NULL;
	struct account_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	f->updated_since = INSTANT_NEVER;
	enum status s = param_word(c, "tier", tiers, &tier, e);
	f->tier = tier ? *tier : 0;
	if (s == ST_OK)
		s = take_text(c, "owner", &f->owner, e);
	if (s == ST_OK)
		s = take_text(c, "industry", &f->industry, e);
	if (s == ST_OK)
		s = take_scores(c, f, e);
	if (s == ST_OK)
		s = take_query(c, f, e);
	if (s == ST_OK)
		s = param_time(c, "updated_since", &f->updated_since, e);
	return s == ST_OK ? take_page(c, sorts, &f->sort, &f->limit, &f->after, e) : s;
}

enum status accounts_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct account_filter *f = call_state(c)->input;
	struct account_row *rows;
	size_t n;
	bool more;
	enum status s = store_account_list(db, &c->workspace_id, f, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		render_account(reply_item(b), &rows[i]);
	struct cursor next = {0};
	if (more) {
		const struct account_row *last = &rows[n - 1];
		next.value = f->sort >= ACCOUNT_SORT_UPDATED_DESC ? last->updated_at
			     : f->sort <= ACCOUNT_SORT_SCORE      ? last->score
								  : 0;
		next.id = last->id;
	}
	page_end(c, more ? &next : NULL);
	return ST_OK;
}

struct leads_input {
	struct uuid account;
	enum account_sort sort;
	size_t limit;
	struct lead_cursor after;
};

enum status account_leads_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const words[] = {"-score", "-created_at", "created_at", NULL};
	struct leads_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	enum status s = take_id(c, &in->account, e);
	return s == ST_OK ? take_page(c, words, &in->sort, &in->limit, &in->after, e) : s;
}

enum status account_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct leads_input *in = call_state(c)->input;
	struct account_news there;
	struct lead_row *rows;
	size_t n;
	bool more;
	enum status s = store_account_news(db, &c->workspace_id, &in->account, c->arena, &there, e);
	if (s == ST_OK && there.deleting)
		s = err_set(e, ST_NOT_FOUND, "account_not_found", "There is no account with this id.");
	if (s == ST_OK)
		s = store_account_leads(
		    db, &c->workspace_id, &in->account, in->sort, &in->after, in->limit, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		render_lead(reply_item(b), &rows[i]);
	struct cursor next = {0};
	if (more)
		next = (struct cursor){
		    .value = in->sort == ACCOUNT_SORT_SCORE_DESC ? rows[n - 1].score : 0, .id = rows[n - 1].id};
	page_end(c, more ? &next : NULL);
	return ST_OK;
}
