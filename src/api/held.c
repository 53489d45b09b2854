/* GET /v1/transitions/held, and what is to become of them: POST .../release, POST .../discard.
 *
 * Both go through as many as the call's time allows and say how many are left; called again they go on. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "cursor_priv.h"
#include "ingest/apart.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/held.h"

#define IDS_MAX 1000
#define BATCH 250
#define LEFT_US (INT64_C(3) * 1000 * 1000) /* of the call's time, for the last batch and the reply */

const char *const held_parameters[] = {"model_version", "limit", "cursor", NULL};

enum status held_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct held_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	bool given = false;
	enum status s = param_int(c, "model_version", 1, INT64_MAX, &f->model_version, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given) {
		f->after_version = v.value;
		f->after = v.id;
	}
	return s;
}

enum status held_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct transition_row *rows;
	size_t n;
	bool more;
	enum status s = store_held_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		render_transition(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].model_version, .id = rows[n - 1].id} : NULL);
	return ST_OK;
}

struct held_input {
	int64_t model_version;
	struct uuid *ids; /* NULL: all of the version */
	size_t n_ids;
};

static enum status take_ids(struct api_call *c, const json_t *list, struct held_input *in, struct err *e)
{
	if (!list || json_is_null(list))
		return ST_OK;
	if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > IDS_MAX)
		return err_at(e, ST_INVALID, "field_type", "/ids", "It must be an array of 1 to %d ids.", IDS_MAX);
	in->n_ids = json_array_size(list);
	in->ids = arena_array(c->arena, in->n_ids, sizeof *in->ids);
	if (!in->ids)
		return out_of_memory(e);
	for (size_t i = 0; i < in->n_ids; i++) {
		const json_t *id = json_array_get(list, i);
		char at[ERR_POINTER_MAX];
		json_pointer_index(at, "/ids", i);
		if (!json_is_string(id) || !uuid_parse(json_string_value(id), json_string_length(id), &in->ids[i]))
			return err_at(e, ST_INVALID, "id_invalid", at, "It must be the id of a transition.");
	}
	return ST_OK;
}

static enum status take_body(struct api_call *c, const json_t *body, struct held_input *in, struct err *e)
{
	static const char *const known[] = {"model_version", "ids", NULL};
	enum status s = body_object(body, known, e);
	if (s != ST_OK)
		return s;
	const json_t *version = json_object_get(body, "model_version");
	if (!version)
		return err_at(e, ST_INVALID, "field_required", "/model_version", "Say which version's transitions.");
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return err_at(e, ST_INVALID, "field_type", "/model_version", "It must be a whole number from 1.");
	in->model_version = json_integer_value(version);
	return take_ids(c, json_object_get(body, "ids"), in, e);
}

static enum status prepare(struct api_call *c, struct err *e)
{
	struct held_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, in, e);
	json_decref(body);
	return s;
}

enum status held_release_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, e);
}

enum status held_discard_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, e);
}

/* Walks the transitions that are meant, a batch at a time. */
struct walk {
	struct transition_row rows[BATCH];
	size_t n, at; /* rows; of the ids, how many have been looked up */
	struct uuid after;
	bool over;
};

static enum status next_batch(struct api_call *c, struct db *db, struct walk *w, struct err *e)
{
	const struct held_input *in = call_state(c)->input;
	enum status s = ST_OK;
	w->n = 0;
	while (s == ST_OK && !w->n && !w->over && c->deadline_us - monotonic_us() > LEFT_US) {
		size_t k = in->ids && in->n_ids - w->at < BATCH ? in->n_ids - w->at : BATCH;
		s = store_held_find(db, &c->workspace_id, in->model_version, in->ids ? in->ids + w->at : NULL,
		    &w->after, k, w->rows, &w->n, e);
		if (s != ST_OK)
			return s;
		w->at += in->ids ? k : 0;
		w->over = in->ids ? w->at == in->n_ids : w->n < k;
		if (w->n)
			w->after = w->rows[w->n - 1].id;
	}
	return s;
}

static enum status end_reply(struct api_call *c, struct db *db, struct err *e)
{
	const struct held_input *in = call_state(c)->input;
	int64_t remaining;
	enum status s = store_held_count(db, &c->workspace_id, in->model_version, &remaining, e);
	if (s != ST_OK)
		return s;
	buf_puts(&c->body_out, ",\"remaining\":");
	buf_put_i64(&c->body_out, remaining);
	buf_putc(&c->body_out, '}');
	return ST_OK;
}

struct released {
	int64_t released, told;
};

static enum status release_batch(
    struct api *a, struct api_call *c, struct apart *apart, struct walk *w, struct released *sum, struct err *e)
{
	struct command *commands = calloc(w->n, sizeof *commands);
	if (!commands)
		return out_of_memory(e);
	int64_t now = clock_now(a->config.clock);
	for (size_t i = 0; i < w->n; i++)
		commands[i] = (struct command){.kind = COMMAND_RELEASE,
		    .by_id = true,
		    .lead_id = w->rows[i].lead_id,
		    .transition_id = w->rows[i].id,
		    .at = now,
		    .received_at = now,
		    .if_version = -1};
	enum status s = apart_run(apart, &c->workspace_id, commands, w->n, c->arena, e);
	for (size_t i = 0; s == ST_OK && i < w->n; i++) {
		const struct command_result *r = &commands[i].result;
		sum->released += r->released;
		sum->told += r->told;
		if (r->err.status != ST_OK && r->err.status != ST_NOT_FOUND) {
			*e = r->err;
			s = e->status;
		}
	}
	free(commands);
	return s;
}

enum status held_release_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct held_input *in = call_state(c)->input;
	struct released sum = {0};
	struct apart *apart = NULL;
	struct walk *w = arena_zalloc(c->arena, sizeof *w);
	if (!w)
		return out_of_memory(e);
	if (!a->config.ingest)
		return err_set(e, ST_UNAVAILABLE, "shutting_down", "Nothing is taken here at the moment.");
	enum status s = apart_new(a->config.ingest, a->config.database_url, a->config.clock, &apart, e);
	while (s == ST_OK && (s = next_batch(c, db, w, e)) == ST_OK && w->n)
		s = release_batch(a, c, apart, w, &sum, e);
	apart_free(&apart);
	/* What is done is done: it is told, and the caller sees that some are left. */
	if (s != ST_OK && !sum.released)
		return s;
	if (sum.released)
		s = store_held_note(db, &c->workspace_id, in->model_version, "released", sum.released, e);
	struct buf *b = reply_json(c, 200);
	buf_printf(b, "{\"model_version\":%lld,\"released\":%lld,\"told\":%lld", (long long)in->model_version,
	    (long long)sum.released, (long long)sum.told);
	return end_reply(c, db, e);
}

enum status held_discard_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct held_input *in = call_state(c)->input;
	int64_t discarded = 0;
	struct walk *w = arena_zalloc(c->arena, sizeof *w);
	if (!w)
		return out_of_memory(e);
	enum status s;
	while ((s = next_batch(c, db, w, e)) == ST_OK && w->n) {
		struct uuid ids[BATCH];
		size_t n = 0;
		for (size_t i = 0; i < w->n; i++)
			ids[i] = w->rows[i].id;
		s = store_held_discard(db, &c->workspace_id, in->model_version, ids, w->n, &n, e);
		discarded += (int64_t)n;
		if (s != ST_OK)
			break;
	}
	if (s != ST_OK && !discarded)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_printf(b, "{\"model_version\":%lld,\"discarded\":%lld", (long long)in->model_version, (long long)discarded);
	return end_reply(c, db, e);
}
