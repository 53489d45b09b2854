/* Leads on their way through journeys: starts become runs, and each step that is due is taken once.
 *
 * A step is one transaction: the lead is kept from changing, the run is held, the lead's whole history says whether it
 * leaves the journey and which branch it takes, and what that comes to is written with the row that tells of it. Two
 * instances at once: the second finds the run moved on. */
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "chores_priv.h"
#include "ingest/journey.h"
#include "scoring/explain.h"
#include "scoring/local.h"
#include "scoring/since.h"
#include "store/journey.h"
#include "store/lead.h"
#include "store/model.h"

#define STARTS 500
#define DUE 40
#define STEP_US (INT64_C(5) * 1000 * 1000)

/* One step under way. */
struct step {
	struct chore_run *run;
	const struct journey_due *due;
	struct journey_hold hold;
	json_t *settings;
	struct journey_settings read;
	struct model *model;
	struct scoring_lead *lead;
	struct scoring_event *events;
	size_t n_events;
	int64_t now;
};

static const json_t *step_at(const struct step *t, size_t i)
{
	return json_array_get(json_object_get(t->settings, "steps"), i);
}

static enum status compile(struct step *t, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	const char *text;
	json_t *doc = NULL, *list = journey_conditions(t->settings);
	enum status s = list ? store_model_read(t->run->db, &t->due->workspace_id, t->hold.active_model, t->run->arena,
				   &text, NULL, e)
			     : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s == ST_OK)
		s = json_read(text, strlen(text), &limits, &doc, e);
	if (s == ST_OK)
		s = model_compile_with(doc, t->hold.active_model,
		    &(struct model_segments){.list = list, .revision = 1, .lenient = true}, &t->model, NULL, e);
	json_decref(doc);
	json_decref(list);
	return s;
}

static enum status replay(struct step *t, struct err *e)
{
	struct batch_event *history;
	enum status s = store_lead_history(
	    t->run->db, &t->due->workspace_id, &t->hold.lead_id, t->run->arena, &history, &t->n_events, e);
	if (s != ST_OK)
		return s;
	t->events = arena_array(t->run->arena, t->n_events + 1, sizeof *t->events);
	if (!t->events)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < t->n_events; i++)
		t->events[i] = (struct scoring_event){.key = history[i].key,
		    .at = history[i].at,
		    .type = history[i].type,
		    .properties_text = history[i].properties,
		    .patch_text = history[i].patch,
		    .source_text = history[i].source,
		    .email = history[i].email,
		    .phone = history[i].phone};
	return scoring_replay(t->model, t->events, t->n_events, t->now, &t->lead, NULL, e);
}

/* `since` the run began, or ever. */
static enum status holds(struct step *t, size_t condition, int64_t since, bool *ret, struct err *e)
{
	return scoring_lead_holds_since(t->lead, condition, since, t->events, t->n_events, ret, e);
}

/* The step's first branch that holds; NULL: none. */
static enum status choose(struct step *t, size_t i, const json_t **ret, struct err *e)
{
	const json_t *branches = json_object_get(step_at(t, i), "branches");
	size_t first = journey_first_condition(t->settings, i);
	enum status s = ST_OK;
	*ret = NULL;
	for (size_t k = 0; s == ST_OK && !*ret && k < json_array_size(branches); k++) {
		bool now = false;
		s = holds(t, first + k, t->hold.started_at, &now, e);
		if (now)
			*ret = json_array_get(branches, k);
	}
	return s;
}

static const struct zone *zone_of(const struct step *t, const json_t *profile)
{
	const char *own = json_string_value(json_object_get(json_object_get(profile, "attributes"), "time_zone"));
	const struct zone *z = NULL;
	if (t->read.time_zone)
		z = local_zone(t->read.time_zone, t->run->arena);
	else if (own)
		z = local_zone(own, t->run->arena);
	return z ? z : local_zone(t->hold.time_zone, t->run->arena);
}

static void put_members(struct buf *b, const struct step *t, const struct uuid *id)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, id->b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, t->hold.lead_id.b);
	buf_puts(b, ",\"journey_id\":");
	buf_json_uuid(b, t->due->journey_id.b);
	buf_puts(b, ",\"journey\":");
	buf_json_str(b, t->hold.name);
	buf_printf(b, ",\"run\":%d,\"started_at\":", t->due->run);
	buf_json_time(b, t->hold.started_at);
	buf_puts(b, ",\"at\":");
	buf_json_time(b, t->now);
}

static void put_text(struct buf *b, const char *key, const json_t *v)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json_str(b, json_string_value(v));
}

/* What a mailer is told. */
static const char *step_payload(
    struct step *t, const struct uuid *id, const json_t *step, const json_t *sending, const json_t *profile)
{
	static const char *const fields[] = {"email", "phone", "name", "title", "language", "owner"};
	struct buf b = BUF_INIT;
	const json_t *channel = json_object_get(sending, "channel"), *data = json_object_get(sending, "data");
	put_members(&b, t, id);
	put_text(&b, "step", json_object_get(step, "id"));
	put_text(&b, "template", json_object_get(sending, "template"));
	buf_puts(&b, ",\"channel\":");
	buf_json_str(&b, json_is_string(channel) ? json_string_value(channel) : "email");
	buf_puts(&b, ",\"data\":");
	if (!data || !json_write(data, false, &b))
		buf_puts(&b, "{}");
	buf_puts(&b, ",\"lead\":{\"id\":");
	buf_json_uuid(&b, t->hold.lead_id.b);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		put_text(&b, fields[i], json_object_get(profile, fields[i]));
	buf_puts(&b, "}}");
	const char *text = buf_ok(&b) ? arena_strndup(t->run->arena, b.data, b.len) : NULL;
	buf_free(&b);
	return text;
}

static enum status end(struct step *t, const char *state, const char *reason, struct err *e)
{
	struct journey_move m = {.state = state,
	    .step = t->hold.step,
	    .reason = reason,
	    .next_at = INSTANT_NEVER,
	    .ended_at = t->now,
	    .topic = "journey.ended",
	    .told = uuid_v7(t->now),
	    .now = t->now};
	struct buf b = BUF_INIT;
	put_members(&b, t, &m.told);
	buf_printf(&b, ",\"state\":\"%s\",\"reason\":", state);
	buf_json_str(&b, reason);
	buf_putc(&b, '}');
	m.payload = buf_ok(&b) ? arena_strndup(t->run->arena, b.data, b.len) : NULL;
	buf_free(&b);
	if (!m.payload)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	return store_journey_step(t->run->db, t->due, &t->hold.lead_id, &m, e);
}

/* Takes step i, of which `branch` (or NULL) was chosen. */
static enum status take(struct step *t, size_t i, const json_t *branch, const json_t *profile, struct err *e)
{
	const json_t *step = step_at(t, i), *sending = branch ? branch : step;
	const char *template = json_string_value(json_object_get(sending, "template")),
		   *to = json_string_value(json_object_get(branch, "goto"));
	size_t next = to ? journey_step_find(t->settings, to) : i + 1;
	bool last = next >= t->read.n_steps || json_is_true(json_object_get(branch, "end"));
	struct journey_move m = {.state = last ? "done" : "active",
	    .step = last ? t->hold.step : json_string_value(json_object_get(step_at(t, next), "id")),
	    .next_at = last ? INSTANT_NEVER : t->hold.started_at + t->read.after[next],
	    .ended_at = last ? t->now : INSTANT_NEVER,
	    .done = json_string_value(json_object_get(step, "id")),
	    .template = template,
	    .topic = "journey.step",
	    .told = uuid_v7(t->now),
	    .now = t->now};
	if (template && !(m.payload = step_payload(t, &m.told, step, sending, profile)))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	return store_journey_step(t->run->db, t->due, &t->hold.lead_id, &m, e);
}

/* Not now: later on the same day, or on another. */
static enum status wait(struct step *t, int64_t until, struct err *e)
{
	struct journey_move m = {
	    .state = "active", .step = t->hold.step, .next_at = until, .ended_at = INSTANT_NEVER, .now = t->now};
	return store_journey_step(t->run->db, t->due, &t->hold.lead_id, &m, e);
}

static enum status decide(struct step *t, struct err *e)
{
	size_t i = journey_step_find(t->settings, t->hold.step);
	const json_t *branch = NULL;
	bool leaves = false;
	json_t *profile = json_loads(t->hold.profile, 0, NULL);
	/* The step is no more: the first one that is due later, or none. */
	if (i == t->read.n_steps)
		for (i = 0; i < t->read.n_steps && t->hold.started_at + t->read.after[i] < t->now;)
			i++;
	const struct zone *zone = zone_of(t, profile);
	int64_t waking = zone ? journey_waking(&t->read, zone, t->now) : t->now;
	enum status s = ST_OK;
	if (t->hold.twice)
		s = end(t, "exited", "merged", e);
	else if (i >= t->read.n_steps)
		s = end(t, "done", NULL, e);
	else if (waking > t->now)
		s = wait(t, waking, e);
	else if ((s = compile(t, e)) == ST_OK && (s = replay(t, e)) == ST_OK &&
		 (s = holds(t, 0, INT64_MIN, &leaves, e)) == ST_OK && leaves)
		s = end(t, "exited", "exit", e);
	else if (s == ST_OK && (s = choose(t, i, &branch, e)) == ST_OK)
		s = take(t, i, branch, profile, e);
	json_decref(profile);
	return s;
}

static enum status one(struct chore_run *r, const struct journey_due *d, struct err *e)
{
	struct step t = {.run = r, .due = d, .now = clock_now(r->config->clock)};
	bool held = false;
	arena_reset(r->arena);
	db_deadline(r->db, monotonic_us() + STEP_US);
	enum status s = store_journey_hold(r->db, d, t.now, r->arena, &held, &t.hold, e);
	if (s != ST_OK || !held)
		return s;
	t.settings = json_loads(t.hold.settings, 0, NULL);
	s = t.settings ? journey_settings_read(t.settings, &t.read, e)
		       : err_set(e, ST_INTERNAL, "journey_broken", "A journey's settings are no JSON.");
	if (s == ST_OK)
		s = decide(&t, e);
	if (s != ST_OK)
		store_journey_give_up(r->db);
	journey_settings_free(&t.read);
	scoring_lead_free(&t.lead);
	model_unref(&t.model);
	json_decref(t.settings);
	return s;
}

enum status journey_starts_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	size_t n = 0;
	enum status s = store_journey_enrol(r->db, STARTS, &n, e);
	*ret_more = n > 0;
	return s;
}

enum status journeys_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct journey_due due[DUE];
	size_t n = 0;
	bool stuck = false;
	enum status s = store_journeys_due(r->db, clock_now(r->config->clock), due, DUE, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++) {
		s = one(r, &due[i], e);
		/* Another instance is at it, or a batch was; or something is wrong with this one, and the others go on.
		 */
		if (s == ST_OK || s == ST_UNAVAILABLE || s == ST_DEADLINE || s == ST_UNCERTAIN || s == ST_NOMEM)
			continue;
		if (s != ST_BUSY && s != ST_CONFLICT)
			log_line(LOG_ERROR, "journey step not taken", log_str("code", e->code),
			    log_str("detail", e->detail));
		stuck = true;
		s = ST_OK;
	}
	*ret_more = n == DUE && !stuck;
	return s;
}
