#include "sources_priv.h"

#include <string.h>

#include "base/json.h"
#include "problem_priv.h"

static enum status open_door(const struct door_row *row, void **ret, struct err *e)
{
	/* As text: jansson's references are of one thread. */
	*ret = strdup(row->settings);
	return *ret ? ST_OK : out_of_memory(e);
}

const struct door_type source_door = {.kind = DOOR_SOURCE, .parameter = "token", .open = open_door, .release = free};

enum status source_doc_read(const char *settings, struct source_doc *ret, struct err *e)
{
	json_t *root;
	enum status s =
	    json_read(settings, strlen(settings), &(struct json_limits){.max_bytes = BODY_LARGE_MAX}, &root, e);
	if (s == ST_INVALID)
		return err_set(e, ST_INTERNAL, "door_broken", "stored settings cannot be read");
	if (s != ST_OK)
		return s;
	*ret = (struct source_doc){.root = root,
	    .mapping = json_object_get(root, "mapping"),
	    .secrets = json_object_get(root, "secrets"),
	    .source = json_string_value(json_object_get(root, "source")),
	    .preset = json_string_value(json_object_get(root, "preset")),
	    .keep_days = json_integer_value(json_object_get(root, "keep_days"))};
	return ST_OK;
}

void source_doc_free(struct source_doc *d)
{
	json_decref(d->root);
	d->root = NULL;
}

/* An object of texts as pairs that live as long as it does. */
static enum status pairs_of(
    struct source_run *x, const char *text, const struct source_pair **ret, size_t *ret_n, struct err *e)
{
	json_t *object;
	const char *name;
	json_t *v;
	enum status s = json_read(text, strlen(text), NULL, &object, e);
	if (s != ST_OK)
		return s;
	struct source_pair *p = arena_array(x->call->arena, json_object_size(object) + 1, sizeof *p);
	if (!p || json_array_append_new(x->pairs, object) != 0)
		return out_of_memory(e);
	*ret_n = 0;
	json_object_foreach(object, name, v) p[(*ret_n)++] = (struct source_pair){name, json_string_value(v)};
	*ret = p;
	return ST_OK;
}

enum status source_run_keep(struct source_run *x, struct err *e)
{
	struct arena *arena = x->call->arena;
	const char *body = NULL;
	enum status s = source_headers_text(x->mapping, &x->r, arena, &x->row.headers, e);
	if (s == ST_OK)
		s = source_query_text(x->mapping, &x->r, arena, &x->row.query, e);
	if (s == ST_OK)
		s = source_body_kept(x->secrets, &x->r, arena, &body, e);
	if (s == ST_OK && !x->pairs && !(x->pairs = json_array()))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = pairs_of(x, x->row.headers, &x->r.headers, &x->r.n_headers, e);
	if (s == ST_OK)
		s = pairs_of(x, x->row.query, &x->r.query, &x->r.n_query, e);
	if (s != ST_OK)
		return s;
	x->r.body = body;
	x->row.id = uuid_v7(x->r.received_at);
	x->row.received_at = x->r.received_at;
	x->row.method = x->r.method;
	x->row.content_type = x->r.content_type;
	x->row.body = x->r.body;
	x->row.body_n = x->r.body_n;
	x->row.deciphered = x->r.deciphered;
	return ST_OK;
}

enum status source_run_again(struct source_run *x, const struct source_request_row *row, struct err *e)
{
	if (!(x->pairs = json_array()))
		return out_of_memory(e);
	enum status s = pairs_of(x, row->headers, &x->r.headers, &x->r.n_headers, e);
	if (s == ST_OK)
		s = pairs_of(x, row->query, &x->r.query, &x->r.n_query, e);
	if (s != ST_OK)
		return s;
	s = source_payload(x->mapping, &x->r, x->call->arena, &x->payload, &x->err);
	return s == ST_NOMEM ? out_of_memory(e) : ST_OK;
}

static enum status command_of(struct source_run *x, size_t i, struct err *e)
{
	struct source_item *item = &x->items[i];
	struct adapter_context context = {
	    .arena = x->call->arena, .country = call_state(x->call)->country, .now = x->r.received_at};
	struct command *command = &x->commands[x->n_commands];
	x->command_of[i] = SIZE_MAX;
	if (item->outcome != SOURCE_EVENT && item->outcome != SOURCE_LEAD)
		return ST_OK;
	enum status s = source_command(x->mapping, &context, item, command, &item->err);
	if (s == ST_NOMEM)
		return out_of_memory(e);
	if (s != ST_OK) {
		item->outcome = SOURCE_FAILED;
		return ST_OK;
	}
	if (x->replay)
		command->at_now = false;
	x->command_of[i] = x->n_commands++;
	return ST_OK;
}

enum status source_run_map(struct source_run *x, struct err *e)
{
	struct arena *arena = x->call->arena;
	if (x->err.status != ST_OK)
		return ST_OK;
	enum status s = source_map(x->mapping, x->source, &x->r, x->payload, arena, &x->items, &x->n, &x->err);
	if (s != ST_OK)
		return s == ST_NOMEM ? out_of_memory(e) : ST_OK;
	x->commands = arena_array(arena, x->n + 1, sizeof *x->commands);
	x->command_of = arena_array(arena, x->n + 1, sizeof *x->command_of);
	if (!x->commands || !x->command_of)
		return out_of_memory(e);
	for (size_t i = 0; i < x->n; i++) {
		s = command_of(x, i, e);
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

enum status source_run_commit(struct source_run *x, struct err *e)
{
	struct api_call *c = x->call;
	if (!x->n_commands)
		return ST_OK;
	if (!x->api->config.ingest)
		return err_set(e, ST_UNAVAILABLE, "shutting_down", "Nothing is taken here at the moment.");
	enum status s = ingest_run(
	    x->api->config.ingest, &c->workspace_id, x->commands, x->n_commands, c->arena, c->deadline_us, e);
	if (s != ST_OK)
		return s;
	x->leads = arena_array(c->arena, x->n_commands, sizeof *x->leads);
	if (!x->leads)
		return out_of_memory(e);
	for (size_t i = 0; i < x->n_commands; i++) {
		const struct command_result *r = &x->commands[i].result;
		if (r->err.status == ST_OK) {
			x->leads[x->n_leads++] = r->lead_id;
		} else if (problem_status(&r->err) >= 500) {
			*e = r->err;
			return e->status;
		}
	}
	return ST_OK;
}

static const struct err *item_fault(const struct source_run *x, size_t i)
{
	if (x->items[i].outcome == SOURCE_FAILED)
		return &x->items[i].err;
	if (x->command_of && x->command_of[i] != SIZE_MAX && x->commands[x->command_of[i]].result.err.status != ST_OK)
		return &x->commands[x->command_of[i]].result.err;
	return NULL;
}

const struct err *source_run_fault(const struct source_run *x)
{
	if (x->err.status != ST_OK)
		return &x->err;
	for (size_t i = 0; i < x->n; i++)
		if (item_fault(x, i))
			return item_fault(x, i);
	return NULL;
}

void source_put_error(struct buf *b, const struct err *e)
{
	buf_puts(b, "{\"code\":");
	buf_json_str(b, e->code[0] ? e->code : status_name(e->status));
	buf_puts(b, ",\"pointer\":");
	buf_json_str(b, e->pointer);
	buf_puts(b, ",\"detail\":");
	buf_json_str(b, e->detail);
	buf_putc(b, '}');
}

static void put_item(struct buf *b, const struct source_run *x, size_t i)
{
	static const char *const names[] = {"event", "lead", "ignored", "failed"};
	const struct source_item *item = &x->items[i];
	const struct err *fault = item_fault(x, i);
	size_t k = x->command_of ? x->command_of[i] : SIZE_MAX;
	buf_puts(b, "{\"pointer\":");
	buf_json_str(b, item->pointer);
	buf_puts(b, ",\"outcome\":");
	buf_json_str(b, fault ? "failed" : names[item->outcome]);
	buf_puts(b, ",\"event_id\":");
	buf_json_str(b, item->event_id);
	buf_puts(b, ",\"lead_id\":");
	if (!fault && k != SIZE_MAX && !uuid_is_nil(&x->commands[k].result.lead_id))
		buf_json_uuid(b, x->commands[k].result.lead_id.b);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"duplicate\":");
	buf_puts(b, !fault && k != SIZE_MAX && x->commands[k].result.duplicate ? "true" : "false");
	buf_puts(b, ",\"error\":");
	if (fault)
		source_put_error(b, fault);
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}

enum status source_run_outcome(struct source_run *x, struct err *e)
{
	const struct err *fault = source_run_fault(x);
	struct buf b = BUF_INIT;
	size_t taken = 0;
	buf_putc(&b, '[');
	for (size_t i = 0; i < x->n; i++) {
		if (i)
			buf_putc(&b, ',');
		put_item(&b, x, i);
		taken += x->items[i].outcome != SOURCE_IGNORED;
	}
	buf_putc(&b, ']');
	x->row.outcome = fault ? "failed" : taken ? "ok" : "ignored";
	x->row.items = buf_ok(&b) ? arena_strndup(x->call->arena, b.data, b.len) : NULL;
	buf_clear(&b);
	x->row.error = NULL;
	if (fault) {
		source_put_error(&b, fault);
		x->row.error = buf_ok(&b) ? arena_strndup(x->call->arena, b.data, b.len) : NULL;
	}
	buf_free(&b);
	return x->row.items && (x->row.error || !fault) ? ST_OK : out_of_memory(e);
}

void source_run_free(struct source_run *x)
{
	for (size_t i = 0; i < x->n_commands; i++)
		command_release(&x->commands[i]);
	source_items_free(x->items, x->n);
	json_decref(x->payload);
	json_decref(x->pairs);
	x->n_commands = x->n = 0;
	x->payload = x->pairs = NULL;
}
