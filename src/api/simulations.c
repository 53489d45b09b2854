/* POST /v1/models/{version}/simulate and /backtest: previews before anything goes live, as jobs; and the stream by
 * which one is followed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "base/json.h"
#include "body_priv.h"
#include "follow_priv.h"
#include "jobs_priv.h"
#include "once_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/job.h"
#include "store/preview.h"

#define NAMES_DEFAULT 50
#define NAMES_MAX 500
#define CAPACITY_MAX 1e6
#define SEED_MAX INT64_C(9007199254740991) /* what JSON's numbers hold everywhere */
#define HORIZON_DEFAULT "P7D"
#define HORIZON_MAX (365 * MS_DAY)
#define WINDOW_DEFAULT (365 * MS_DAY)
#define JOBS "/v1/jobs/"

struct preview_input {
	int64_t version;
	const char *kind;
	int64_t compare_to; /* 0: the usual */
	json_t *input;      /* the job's, while the body is read */
	const char *text;   /* and then its text */
};

static enum status fault(const char *pointer, const char *what, struct err *e)
{
	return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be %s.", what);
}

static enum status take_version(const struct api_call *c, int64_t *ret, struct err *e)
{
	const char *text = path_param(c, "version");
	size_t n = strlen(text);
	if (n > 18 || strspn(text, "0123456789") != n)
		return err_set(e, ST_NOT_FOUND, "model_not_found", "A version of the model is a whole number.");
	*ret = strtoll(text, NULL, 10);
	return ST_OK;
}

/* A whole number from low to high, or absent. */
static enum status take_integer(
    const json_t *body, const char *key, int64_t low, int64_t high, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_integer(v) || json_integer_value(v) < low || json_integer_value(v) > high)
		return err_at(e, ST_INVALID, "field_invalid", at, "It must be a whole number from %lld to %lld.",
		    (long long)low, (long long)high);
	*ret = json_integer_value(v);
	return ST_OK;
}

static enum status take_word(const json_t *body, const char *key, const char *const words[2], json_t *in, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	if (!v || json_is_null(v))
		return ST_OK;
	const char *s = json_is_string(v) ? json_string_value(v) : "";
	if (strcmp(s, words[0]) != 0 && strcmp(s, words[1]) != 0)
		return err_at(e, ST_INVALID, "field_invalid", at, "It must be %s or %s.", words[0], words[1]);
	return json_object_set_new(in, key, json_string(s)) == 0 ? ST_OK : out_of_memory(e);
}

/* A share of the base, from 0 to 1, or so many leads. */
static enum status take_sample(const json_t *body, json_t *in, struct err *e)
{
	const json_t *v = json_object_get(body, "sample");
	if (!v || json_is_null(v))
		return ST_OK;
	double x = json_is_number(v) ? json_number_value(v) : -1;
	if (!(x > 0) || x > 1e9 || (x > 1 && x != floor(x)))
		return fault("/sample", "a share of the base above 0 and at most 1, or a number of leads from 2", e);
	json_t *sample = x > 1 ? json_pack("{s:I}", "leads", (json_int_t)x) : json_pack("{s:f}", "share", x);
	return json_object_set_new(in, "sample", sample) == 0 ? ST_OK : out_of_memory(e);
}

static enum status take_common(const json_t *body, struct preview_input *p, struct err *e)
{
	static const char *const languages[] = {"en", "zh"};
	int64_t seed = 1;
	enum status s = take_integer(body, "compare_to", 1, INT64_MAX, &p->compare_to, e);
	if (s == ST_OK)
		s = take_integer(body, "seed", 0, SEED_MAX, &seed, e);
	if (s == ST_OK)
		s = take_sample(body, p->input, e);
	if (s == ST_OK)
		s = take_word(body, "language", languages, p->input, e);
	if (s == ST_OK && json_object_set_new(p->input, "seed", json_integer(seed)) != 0)
		s = out_of_memory(e);
	return s;
}

static enum status take_simulation(struct api_call *c, const json_t *body, struct preview_input *p, struct err *e)
{
	const json_t *capacity = json_object_get(body, "capacity_per_week");
	int64_t names = NAMES_DEFAULT;
	(void)c;
	enum status s = take_integer(body, "names", 0, NAMES_MAX, &names, e);
	if (s == ST_OK && json_object_set_new(p->input, "names", json_integer(names)) != 0)
		s = out_of_memory(e);
	if (s != ST_OK || !capacity || json_is_null(capacity))
		return s;
	double x = json_is_number(capacity) ? json_number_value(capacity) : -1;
	if (!(x >= 0 && x <= CAPACITY_MAX))
		return fault("/capacity_per_week", "a number of leads from 0 to 1,000,000", e);
	return json_object_set_new(p->input, "capacity_per_week", json_real(x)) == 0 ? ST_OK : out_of_memory(e);
}

static enum status take_time(const json_t *body, const char *key, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	if (!v || json_is_null(v) ||
	    (json_is_string(v) && instant_parse(json_string_value(v), json_string_length(v), ret)))
		return ST_OK;
	return fault(at, "an RFC 3339 time such as \"2026-03-01T09:30:00Z\"", e);
}

static enum status take_window(struct api_call *c, const json_t *body, json_t *in, struct err *e)
{
	int64_t to = c->received_at, from = INSTANT_NEVER;
	char text[INSTANT_TEXT_MAX];
	enum status s = take_time(body, "to", &to, e);
	if (s == ST_OK)
		s = take_time(body, "from", &from, e);
	if (s != ST_OK)
		return s;
	if (from == INSTANT_NEVER)
		from = to - WINDOW_DEFAULT;
	if (from >= to)
		return fault("/from", "before `to`", e);
	instant_format(from, text);
	if (json_object_set_new(in, "from", json_string(text)) != 0)
		return out_of_memory(e);
	instant_format(to, text);
	return json_object_set_new(in, "to", json_string(text)) == 0 ? ST_OK : out_of_memory(e);
}

static enum status take_backtest(struct api_call *c, const json_t *body, struct preview_input *p, struct err *e)
{
	static const char *const known[] = {"received", "occurred"};
	const json_t *horizon = json_object_get(body, "horizon");
	int64_t ms = 0;
	const char *text = json_is_string(horizon) ? json_string_value(horizon) : HORIZON_DEFAULT;
	if (horizon && !json_is_null(horizon) && !json_is_string(horizon))
		return fault("/horizon", "an ISO 8601 duration such as \"P7D\"", e);
	if (!duration_parse(text, strlen(text), &ms) || ms > HORIZON_MAX)
		return fault("/horizon", "an ISO 8601 duration of at most P365D", e);
	if (json_object_set_new(p->input, "horizon", json_string(text)) != 0)
		return out_of_memory(e);
	enum status s = take_word(body, "known_by", known, p->input, e);
	return s == ST_OK ? take_window(c, body, p->input, e) : s;
}

static enum status take_body(struct api_call *c, const json_t *body, const char *const *known,
    enum status (*take)(struct api_call *, const json_t *, struct preview_input *, struct err *),
    struct preview_input *p, struct err *e)
{
	enum status s = body ? body_object(body, known, e) : ST_OK;
	if (s == ST_OK && !p->input)
		s = out_of_memory(e);
	if (s == ST_OK)
		s = take_common(body, p, e);
	return s == ST_OK ? take(c, body, p, e) : s;
}

static enum status prepare(struct api_call *c, const char *kind, const char *const *known,
    enum status (*take)(struct api_call *, const json_t *, struct preview_input *, struct err *), struct err *e)
{
	struct preview_input *p = call_input(c, sizeof *p, e);
	json_t *body = NULL, *input;
	if (!p)
		return ST_NOMEM;
	enum status s = take_version(c, &p->version, e);
	if (s == ST_OK)
		s = body_read_optional(c, &body, e);
	if (s != ST_OK)
		return s;
	p->kind = kind;
	p->input = input = json_object();
	s = take_body(c, body, known, take, p, e);
	json_decref(body);
	/* The call may end anywhere from here: what it carries lies in its arena. */
	struct buf b = BUF_INIT;
	char *text = NULL;
	if (s == ST_OK && json_write(input, false, &b))
		text = arena_strndup(c->arena, b.data, b.len);
	if (s == ST_OK && !text)
		s = out_of_memory(e);
	buf_free(&b);
	json_decref(input);
	p->input = NULL;
	p->text = text;
	return s;
}

enum status simulate_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {
	    "sample", "seed", "capacity_per_week", "compare_to", "names", "language", NULL};
	(void)a;
	return prepare(c, "simulate", known, take_simulation, e);
}

enum status backtest_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {
	    "sample", "seed", "compare_to", "from", "to", "horizon", "known_by", "language", NULL};
	(void)a;
	return prepare(c, "backtest", known, take_backtest, e);
}

/* The version to compare with becomes part of the input: the job shall do the same whenever it runs. */
static enum status choose(struct api_call *c, struct db *db, struct preview_input *p, struct err *e)
{
	int64_t usual;
	bool named;
	enum status s = store_preview_models(db, &c->workspace_id, p->version, p->compare_to, &usual, &named, e);
	if (s != ST_OK)
		return s;
	if (p->compare_to && !named)
		return err_at(e, ST_INVALID, "model_not_found", "/compare_to", "There is no version %lld of the model.",
		    (long long)p->compare_to);
	int64_t version = p->compare_to ? p->compare_to : usual;
	if (!version)
		return err_set(e, ST_CONFLICT, "nothing_to_compare",
		    "No version of the model is active; say in compare_to which to compare with.");
	/* The text is an object that is not empty: it has a seed. */
	p->text = arena_printf(c->arena, "{\"compare_to\":%lld,%s", (long long)version, p->text + 1);
	return p->text ? ST_OK : out_of_memory(e);
}

/* The job as it was stored; a runner may have it by now. */
static void reply_waiting(struct api_call *c, const struct preview_input *p, const struct uuid *id, int64_t now)
{
	const struct job_row j = {.id = *id,
	    .kind = p->kind,
	    .state = "waiting",
	    .model_version = p->version,
	    .input = p->text,
	    .created_at = now,
	    .started_at = INSTANT_NEVER,
	    .finished_at = INSTANT_NEVER};
	job_put(reply_json(c, 202), &j, now, true);
}

static enum status add_job(struct api_call *c, struct db *db, struct preview_input *p, int64_t now, struct err *e)
{
	struct uuid id;
	char text[UUID_TEXT_MAX];
	enum status s = choose(c, db, p, e);
	if (s == ST_OK)
		s = store_job_add(db, &c->workspace_id, p->kind, p->version, p->text, now, &id, e);
	if (s != ST_OK)
		return s;
	uuid_format(&id, text);
	reply_waiting(c, p, &id, now);
	reply_header(c, "Location", arena_printf(c->arena, JOBS "%s", text));
	return ST_OK;
}

/* Of the job that the reply names: it may be one of an earlier request. */
static enum status follow(struct api *a, struct api_call *c, enum follow_format format, struct err *e)
{
	struct uuid id;
	for (size_t i = 0; i < c->n_headers; i++) {
		const char *at = c->headers[i].value;
		if (!strcmp(c->headers[i].name, "Location") && !strncmp(at, JOBS, strlen(JOBS)) &&
		    uuid_parse(at + strlen(JOBS), strlen(at + strlen(JOBS)), &id))
			return follow_job(a, c, &id, format, e);
	}
	return out_of_memory(e); /* there was none for the header */
}

static enum status start(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	enum follow_format format = follow_wanted(c);
	int64_t now = clock_now(a->config.clock);
	struct once once;
	enum status s = once_begin(c, db, now, &once, e);
	if (s == ST_OK && !once.answered)
		s = once_end(c, db, &once, add_job(c, db, call_state(c)->input, now, e), e);
	return s == ST_OK && format != FOLLOW_NOT ? follow(a, c, format, e) : s;
}

enum status simulate_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return start(a, c, db, e);
}

enum status backtest_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return start(a, c, db, e);
}

enum status job_stream_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return job_get_prepare(a, c, e);
}

enum status job_stream_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct uuid *id = call_state(c)->input;
	struct job_row j;
	enum status s = store_job_read(db, &c->workspace_id, id, &j, e);
	enum follow_format format = follow_wanted(c);
	return s == ST_OK ? follow_job(a, c, id, format == FOLLOW_NOT ? FOLLOW_EVENTS : format, e) : s;
}
