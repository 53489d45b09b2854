/* GET /v1/leads: the filters, and a page. */
#include <string.h>

#include "api_priv.h"
#include "base/text.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

#define WORDS_MAX 8
#define QUERY_BYTES_MAX 200
#define FILTER_BYTES_MAX 255
#define LEAD_BYTES 700 /* of a lead's JSON besides its profile, usually */

const char *const lead_list_parameters[] = {
    "tier", "stage", "tag", "owner", "min_score", "max_score", "q", "updated_since", "sort", "limit", "cursor", NULL};

static enum status take_tier(const struct api_call *c, struct lead_filter *f, struct err *e)
{
	static const char *const tiers[] = {"A", "B", "C", "D", "X", NULL};
	const char *tier = NULL;
	enum status s = param_word(c, "tier", tiers, &tier, e);
	if (tier)
		f->tier = *tier;
	return s;
}

static enum status take_sort(const struct api_call *c, struct lead_filter *f, struct err *e)
{
	/* In the order of enum lead_sort. */
	static const char *const sorts[] = {
	    "-score", "score", "-created_at", "created_at", "-updated_at", "updated_at", NULL};
	const char *sort = sorts[LEAD_SORT_SCORE_DESC];
	enum status s = param_word(c, "sort", sorts, &sort, e);
	for (size_t i = 0; sorts[i]; i++)
		if (sorts[i] == sort)
			f->sort = (enum lead_sort)i;
	return s;
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

/* Digits and what people write between them: "138 0013", "+86-138", "(021) 6100". NULL when there is anything else. */
static char *phone_digits(struct arena *a, const char *folded)
{
	char *out = arena_alloc(a, strlen(folded) + 1);
	size_t n = 0;
	for (const char *s = folded; out && *s; s++) {
		if (*s >= '0' && *s <= '9')
			out[n++] = *s;
		else if (!strchr(" -.()", *s) && !(*s == '+' && s == folded))
			return NULL;
	}
	if (!out || n < 4)
		return NULL;
	out[n] = '\0';
	return !strncmp(out, "00", 2) ? out + 2 : out;
}

static enum status take_query(const struct api_call *c, struct lead_filter *f, struct err *e)
{
	const char *q = param_text(c, "q");
	if (!q)
		return ST_OK;
	size_t n = strlen(q);
	if (n > QUERY_BYTES_MAX)
		return param_fault("q", "parameter_invalid", "It is longer than 200 bytes.", e);
	char **terms = arena_array(c->arena, WORDS_MAX, sizeof *terms), *folded = text_fold(c->arena, q, n);
	if (!terms || !folded)
		return out_of_memory(e);
	char *digits = phone_digits(c->arena, folded);
	if (digits)
		terms[f->n_terms++] = digits;
	else
		f->n_terms = text_terms(c->arena, q, n, terms, WORDS_MAX);
	f->terms = (const char *const *)terms;
	return f->n_terms ? ST_OK : param_fault("q", "parameter_invalid", "There is no word in it to look for.", e);
}

static enum status take_scores(const struct api_call *c, struct lead_filter *f, struct err *e)
{
	int64_t min = INT32_MIN, max = INT32_MAX;
	enum status s = param_int(c, "min_score", INT32_MIN, INT32_MAX, &min, e);
	if (s == ST_OK)
		s = param_int(c, "max_score", INT32_MIN, INT32_MAX, &max, e);
	f->has_min_score = min != INT32_MIN;
	f->has_max_score = max != INT32_MAX;
	f->min_score = (int32_t)min;
	f->max_score = (int32_t)max;
	return s;
}

static enum status take_cursor(const struct api_call *c, struct lead_filter *f, struct err *e)
{
	struct cursor v;
	bool given;
	enum status s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given)
		f->after = (struct lead_cursor){true, v.value, v.id};
	return s;
}

enum status leads_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const stages[] = {
	    "lead", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "lost", NULL};
	struct lead_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	f->updated_since = INSTANT_NEVER;
	enum status s = take_tier(c, f, e);
	if (s == ST_OK)
		s = param_word(c, "stage", stages, &f->stage, e);
	if (s == ST_OK)
		s = take_text(c, "tag", &f->tag, e);
	/* As tags are cleaned when they are given. */
	if (s == ST_OK && f->tag && !(f->tag = text_clean(c->arena, f->tag, strlen(f->tag))))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = take_text(c, "owner", &f->owner, e);
	if (s == ST_OK)
		s = take_scores(c, f, e);
	if (s == ST_OK)
		s = take_query(c, f, e);
	if (s == ST_OK)
		s = param_time(c, "updated_since", &f->updated_since, e);
	if (s == ST_OK)
		s = take_sort(c, f, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	return s == ST_OK ? take_cursor(c, f, e) : s;
}

enum status leads_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct lead_filter *f = call_state(c)->input;
	struct lead_row *rows;
	size_t n;
	bool more;
	enum status s = store_lead_list(db, &c->workspace_id, f, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	size_t room = 0;
	for (size_t i = 0; i < n; i++)
		room += rows[i].profile_len + LEAD_BYTES;
	buf_reserve(b, room);
	for (size_t i = 0; i < n; i++)
		render_lead(reply_item(b), &rows[i]);
	struct cursor next = {0};
	if (more) {
		const struct lead_row *last = &rows[n - 1];
		bool by_update = f->sort == LEAD_SORT_UPDATED || f->sort == LEAD_SORT_UPDATED_DESC;
		bool by_score = f->sort == LEAD_SORT_SCORE || f->sort == LEAD_SORT_SCORE_DESC;
		next.value = by_update ? last->updated_at : by_score ? last->score : 0;
		next.id = last->id;
	}
	page_end(c, more ? &next : NULL);
	return ST_OK;
}
