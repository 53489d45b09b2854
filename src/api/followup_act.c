/* POST /v1/followups/{id}/done and /snooze: what a person did, or will do later. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "followups_priv.h"
#include "ingest/playbook.h"
#include "once_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/local.h"
#include "store/workspace.h"

#define OUTCOME_BYTES 64
#define NOTE_BYTES 2000
#define AHEAD_MAX (731 * MS_DAY)

struct act_input {
	struct uuid id;
	const char *outcome, *note, *author; /* outcome NULL: it is put off */
	int64_t next_at;                     /* INSTANT_NEVER: by the cadence */
};

static enum status take_note(struct api_call *c, const json_t *body, const char **ret, struct err *e)
{
	enum status s = body_text_max(c, body, "note", NOTE_BYTES, ret, e);
	if (s == ST_OK && *ret && !**ret)
		*ret = NULL;
	return s;
}

static enum status take_outcome(struct api_call *c, const json_t *body, const char **ret, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const json_t *v = json_object_get(body, "outcome");
	const char *text = json_string_value(v);
	if (!v)
		return err_at(e, ST_INVALID, "field_required", "/outcome",
		    "Say what came of it: reached, no_answer, meeting_booked, not_now, lost, or a code of your own.");
	if (!text)
		return err_at(e, ST_INVALID, "field_type", "/outcome", "It must be a string.");
	if (!*text || strlen(text) != json_string_length(v) || strlen(text) > OUTCOME_BYTES ||
	    text[strspn(text, letters)])
		return err_at(e, ST_INVALID, "field_invalid", "/outcome",
		    "It must be a code of 1 to %d small letters, digits and _.", OUTCOME_BYTES);
	*ret = arena_strdup(c->arena, text);
	return *ret ? ST_OK : out_of_memory(e);
}

static enum status take_time(const json_t *body, const char *key, const char *pointer, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be a string.");
	if (!instant_parse(json_string_value(v), json_string_length(v), ret))
		return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be an instant as RFC 3339 has it.");
	return ST_OK;
}

static enum status prepare(struct api_call *c, bool done, struct err *e)
{
	static const char *const of_done[] = {"outcome", "note", "next_at", NULL}, *const of_snooze[] = {
										       "until", "note", NULL};
	struct act_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	in->next_at = INSTANT_NEVER;
	in->author = call_author(c);
	enum status s = in->author ? path_uuid(c, "id", "followup", &in->id, e) : out_of_memory(e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = body_object(body, done ? of_done : of_snooze, e);
	if (s == ST_OK && done)
		s = take_outcome(c, body, &in->outcome, e);
	if (s == ST_OK)
		s = take_note(c, body, &in->note, e);
	if (s == ST_OK)
		s = done ? take_time(body, "next_at", "/next_at", &in->next_at, e)
			 : take_time(body, "until", "/until", &in->next_at, e);
	if (s == ST_OK && !done && in->next_at == INSTANT_NEVER)
		s = err_at(e, ST_INVALID, "field_required", "/until", "Say until when.");
	json_decref(body);
	return s;
}

enum status followup_done_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, true, e);
}

enum status followup_snooze_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, false, e);
}

static enum status next_due(
    struct api_call *c, struct db *db, const struct followup_row *f, int64_t now, int64_t *ret, struct err *e)
{
	struct workspace_settings w;
	struct cadence cadence;
	enum status s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	const struct zone *zone = s == ST_OK ? local_zone(w.time_zone, c->arena) : NULL;
	if (s == ST_OK && !zone)
		s = out_of_memory(e);
	if (s != ST_OK)
		return s;
	if (!cadence_parse(f->cadence, &cadence))
		return err_set(e, ST_INTERNAL, "playbook_broken", "The playbook's cadence is none.");
	*ret = cadence_after(&cadence, zone, now);
	return ST_OK;
}

static const char *payload(struct api_call *c, const struct followup_row *f, const struct followup_move *m)
{
	struct buf b = BUF_INIT;
	const struct {
		const char *key, *text;
	} texts[] = {{"kind", f->kind}, {"playbook", f->playbook}, {"owner", f->owner}, {"outcome", m->outcome},
	    {"note", m->note}, {"author", m->author}};
	buf_puts(&b, "{\"id\":");
	buf_json_uuid(&b, m->id.b);
	buf_puts(&b, ",\"followup_id\":");
	buf_json_uuid(&b, f->id.b);
	buf_puts(&b, ",\"lead_id\":");
	buf_json_uuid(&b, f->lead_id.b);
	buf_puts(&b, ",\"playbook_id\":");
	buf_json_uuid(&b, f->playbook_id.b);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		buf_printf(&b, ",\"%s\":", texts[i].key);
		buf_json_str(&b, texts[i].text);
	}
	buf_puts(&b, ",\"at\":");
	buf_json_time(&b, m->at);
	buf_puts(&b, ",\"due_at\":");
	buf_json_time(&b, m->due_at);
	buf_putc(&b, '}');
	const char *text = buf_ok(&b) ? arena_strndup(c->arena, b.data, b.len) : NULL;
	buf_free(&b);
	return text;
}

/* While it is held. */
static enum status act(struct api_call *c, struct db *db, const struct act_input *in, const struct followup_row *f,
    int64_t now, bool within, struct err *e)
{
	bool by_person = in->next_at != INSTANT_NEVER;
	const struct uuid told = uuid_v7(now);
	struct followup_move m = {.id = uuid_v7(now),
	    .followup_id = f->id,
	    .lead_id = f->lead_id,
	    .playbook_id = f->playbook_id,
	    .type = in->outcome ? "done" : "snoozed",
	    .at = now,
	    .due_at = in->next_at,
	    .outcome = in->outcome,
	    .note = in->note,
	    .author = in->author};
	if (f->ended_at != INSTANT_NEVER || !f->cadence)
		return err_set(e, ST_CONFLICT, "followup_ended",
		    "The follow-up has ended: the lead fits no playbook, or another lead has it.");
	/* Not before it is known to be no repeat: that may come when the time is over. */
	if (by_person && (in->next_at <= now || in->next_at > now + AHEAD_MAX))
		return err_at(e, ST_INVALID, "field_out_of_range", in->outcome ? "/next_at" : "/until",
		    "It must lie ahead, by two years at most.");
	enum status s = by_person ? ST_OK : next_due(c, db, f, now, &m.due_at, e);
	const char *text = s == ST_OK && in->outcome ? payload(c, f, &m) : NULL;
	if (s == ST_OK && in->outcome && !text)
		s = out_of_memory(e);
	return s == ST_OK ? store_followup_act(db, &c->workspace_id, &m, by_person ? "person" : "cadence", &told,
				"followup.done", text, within, e)
			  : s;
}

enum status followup_act_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct act_input *in = call_state(c)->input;
	int64_t now = clock_now(a->config.clock);
	struct followup_row f, *rows;
	struct once once;
	size_t n = 0;
	enum status s = once_begin(c, db, now, &once, e);
	if (s != ST_OK || once.answered)
		return s;
	bool within = once.key != NULL;
	s = store_followup_hold(db, &c->workspace_id, &in->id, within, c->arena, &f, e);
	if (s == ST_OK && (s = act(c, db, in, &f, now, within, e)) != ST_OK && !within)
		store_followup_give_up(db);
	if (s == ST_OK)
		s = store_followups_read(db, &c->workspace_id, &in->id, 1, c->arena, &rows, &n, e);
	if (s == ST_OK && !n)
		s = err_set(e, ST_NOT_FOUND, "followup_not_found", "There is no follow-up with this id.");
	if (s == ST_OK)
		followup_put(reply_json(c, 200), rows, now);
	return once_end(c, db, &once, s, e);
}
