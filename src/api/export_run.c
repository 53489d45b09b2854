/* Pages of a workspace to lines. */
#include "api/export.h"

#include <string.h>

#include "export_priv.h"
#include "render_priv.h"

#define PAGE 200
#define FLUSH ((size_t)64 << 10)

struct run {
	const struct export_config *config;
	struct buf out;
	struct arena *arena;
	uint64_t rows;
};

static enum status flush(struct run *x, size_t least, struct err *e)
{
	if (!buf_ok(&x->out))
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	if (x->out.len <= least)
		return ST_OK;
	if (!x->config->write(x->config->ctx, x->out.data, x->out.len))
		return err_set(e, ST_BUSY, "interrupted", "interrupted");
	buf_clear(&x->out);
	return ST_OK;
}

static enum status row_end(struct run *x, struct err *e)
{
	x->rows++;
	buf_puts(&x->out, x->config->csv ? "\r\n" : "\n");
	return flush(x, FLUSH, e);
}

static void put_text(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_puts(b, name);
	buf_json_str(b, value);
}

static void put_json(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_puts(b, name);
	buf_puts(b, value);
}

static void event_line(struct buf *b, const struct export_event *ev)
{
	buf_puts(b, "{\"key\":");
	buf_json_uuid(b, ev->key.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, ev->lead_id.b);
	put_text(b, ",\"event_id\":", ev->event_id);
	put_text(b, ",\"type\":", ev->type);
	buf_puts(b, ",\"occurred_at\":");
	buf_json_time(b, ev->at);
	buf_puts(b, ",\"received_at\":");
	buf_json_time(b, ev->received_at);
	put_text(b, ",\"email\":", ev->email);
	put_text(b, ",\"phone\":", ev->phone);
	put_json(b, ",\"properties\":", ev->properties);
	put_json(b, ",\"profile_patch\":", ev->patch);
	put_json(b, ",\"source\":", ev->source);
	if (ev->n_identities) {
		buf_puts(b, ",\"identities\":");
		export_names(b, ev->identities, ev->n_identities);
	}
	if (ev->voided_at != INSTANT_NEVER) {
		buf_puts(b, ",\"voided_at\":");
		buf_json_time(b, ev->voided_at);
		put_text(b, ",\"void_reason\":", ev->void_reason);
	}
	put_text(b, ",\"flag\":", ev->flag);
	put_json(b, ",\"cleaned\":", ev->cleaned);
	buf_putc(b, '}');
}

static const char *const event_columns[] = {"key", "lead_id", "event_id", "type", "occurred_at", "received_at", "email",
    "phone", "properties", "profile_patch", "source", "identities", "voided_at", "void_reason", "flag", "cleaned",
    NULL};

static void event_row(struct buf *b, const struct export_event *ev)
{
	struct buf names = BUF_INIT;
	if (ev->n_identities)
		export_names(&names, ev->identities, ev->n_identities);
	csv_uuid(b, true, &ev->key);
	csv_uuid(b, false, &ev->lead_id);
	csv_text(b, false, ev->event_id);
	csv_text(b, false, ev->type);
	csv_time(b, false, ev->at);
	csv_time(b, false, ev->received_at);
	csv_text(b, false, ev->email);
	csv_text(b, false, ev->phone);
	csv_text(b, false, ev->properties);
	csv_text(b, false, ev->patch);
	csv_text(b, false, ev->source);
	csv_text(b, false, names.data);
	csv_time(b, false, ev->voided_at);
	csv_text(b, false, ev->void_reason);
	csv_text(b, false, ev->flag);
	csv_text(b, false, ev->cleaned);
	buf_free(&names);
}

static enum status on_event(void *ctx, const struct export_event *ev, struct err *e)
{
	struct run *x = ctx;
	if (x->config->csv)
		event_row(&x->out, ev);
	else
		event_line(&x->out, ev);
	return row_end(x, e);
}

/* As a row of the history, though it is none. */
static enum status on_merge(void *ctx, const struct merge_row *m, struct err *e)
{
	struct buf text = BUF_INIT;
	buf_puts(&text, "{\"member\":");
	buf_json_uuid(&text, m->member.b);
	buf_puts(&text, ",\"cause\":");
	buf_json_str(&text, m->cause);
	buf_puts(&text, ",\"author\":");
	buf_json_str(&text, m->author);
	buf_puts(&text, ",\"reason\":");
	buf_json_str(&text, m->reason);
	buf_putc(&text, '}');
	const struct export_event ev = {.lead_id = m->lead_id,
	    .key = m->id,
	    .at = m->at,
	    .received_at = m->at,
	    .voided_at = INSTANT_NEVER,
	    .type = "lead_merged",
	    .properties = text.data};
	enum status s = buf_ok(&text) ? on_event(ctx, &ev, e) : err_set(e, ST_NOMEM, NULL, "out of memory");
	buf_free(&text);
	return s;
}

static const char *const transition_columns[] = {"id", "lead_id", "line", "kind", "from", "to", "cause", "reason",
    "event_id", "at", "score", "fit", "engagement", "model_version", NULL};

static void transition_cells(struct buf *b, const struct transition_row *t)
{
	char key[UUID_TEXT_MAX];
	uuid_format(&t->event_key, key);
	csv_uuid(b, true, &t->id);
	csv_uuid(b, false, &t->lead_id);
	csv_text(b, false, t->line);
	csv_text(b, false, t->kind);
	csv_text(b, false, t->from);
	csv_text(b, false, t->to);
	csv_text(b, false, t->cause);
	csv_text(b, false, t->reason);
	csv_text(b, false, t->event_id ? t->event_id : t->has_event_key ? key : NULL);
	csv_time(b, false, t->at);
	csv_number(b, false, t->score);
	csv_number(b, false, t->fit);
	csv_number(b, false, t->engagement);
	csv_number(b, false, t->model_version);
}

static enum status all_transitions(struct run *x, struct db *db, struct err *e)
{
	struct uuid after = {{0}};
	enum status s = ST_OK;
	for (size_t n = PAGE; s == ST_OK && n == PAGE;) {
		struct transition_row *rows;
		arena_reset(x->arena);
		s = store_export_transitions(db, &x->config->workspace, &after, PAGE, x->arena, &rows, &n, e);
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			if (x->config->csv)
				transition_cells(&x->out, &rows[i]);
			else
				render_transition(&x->out, &rows[i]);
			s = row_end(x, e);
			after = rows[i].id;
		}
	}
	return s;
}

static enum status all_leads(struct run *x, struct db *db, struct err *e)
{
	struct uuid after = {{0}};
	enum status s = ST_OK;
	for (size_t n = PAGE; s == ST_OK && n == PAGE;) {
		struct export_lead *rows;
		arena_reset(x->arena);
		s = store_export_leads(db, &x->config->workspace, &after, PAGE, x->arena, &rows, &n, e);
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			s = x->config->csv ? export_lead_row(&x->out, &rows[i], e)
					   : export_lead_line(&x->out, &rows[i], e);
			if (s == ST_OK)
				s = row_end(x, e);
			after = rows[i].lead.id;
		}
	}
	return s;
}

static enum status all_events(struct run *x, struct db *db, struct err *e)
{
	struct uuid after = {{0}};
	enum status s = ST_OK;
	for (size_t n = PAGE; s == ST_OK && n == PAGE;) {
		struct uuid last = after;
		arena_reset(x->arena);
		s = store_export_events(db, &x->config->workspace, &after, PAGE, x->arena, on_event, x, &n, &last, e);
		after = last;
	}
	/* Behind all of them, so that whoever reads them has every lead. */
	return s == ST_OK ? store_export_merges(db, &x->config->workspace, x->arena, on_merge, x, e) : s;
}

static void put_head(struct run *x)
{
	const char *const *columns = x->config->what == EXPORT_LEADS    ? export_lead_columns
				     : x->config->what == EXPORT_EVENTS ? event_columns
									: transition_columns;
	if (x->config->bom)
		buf_puts(&x->out, "\xef\xbb\xbf");
	for (size_t i = 0; columns[i]; i++)
		csv_text(&x->out, i == 0, columns[i]);
	buf_puts(&x->out, "\r\n");
}

enum status export_run(struct db *db, const struct export_config *c, uint64_t *ret_rows, struct err *e)
{
	struct run x = {.config = c, .arena = arena_new(0)};
	enum status s = x.arena ? store_export_begin(db, e) : err_set(e, ST_NOMEM, NULL, "out of memory");
	if (s == ST_OK && c->csv)
		put_head(&x);
	if (s == ST_OK)
		s = c->what == EXPORT_LEADS    ? all_leads(&x, db, e)
		    : c->what == EXPORT_EVENTS ? all_events(&x, db, e)
					       : all_transitions(&x, db, e);
	if (s == ST_OK)
		s = flush(&x, 0, e);
	db_results_clear(db);
	db_rollback(db);
	arena_free(&x.arena);
	buf_free(&x.out);
	if (s == ST_OK)
		*ret_rows = x.rows;
	return s;
}
