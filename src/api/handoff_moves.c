/* POST /v1/handoffs/{id}/assign, accept, respond, reject, convert and close.
 *
 * The move is made of the handoff as it is read here and goes through the ingest machine, where its version guards it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "body_priv.h"
#include "handoffs_priv.h"
#include "ingest/roster.h"
#include "reply_priv.h"
#include "resources_priv.h"

#define NOTE_MAX 2000
#define TRIES_MAX 5
#define LEASE_MS (10 * MS_SECOND)
#define CLAIMS_MAX 200

struct move_input {
	struct uuid id, user;
	bool has_user;
	int64_t if_version;
	enum handoff_act act;
	const char *reason, *note, *outcome, *author;
};

/* What a body may hold besides `note`, by move. */
static const struct {
	const char *known[4];
	const char *required; /* NULL: nothing */
} bodies[] = {
    [HANDOFF_ASSIGN] = {{"note", "user_id"}, NULL},
    [HANDOFF_ACCEPT] = {{"note", "user_id"}, NULL},
    [HANDOFF_RESPOND] = {{"note"}, NULL},
    [HANDOFF_REJECT] = {{"note", "reason"}, "reason"},
    [HANDOFF_CONVERT] = {{"note", "outcome"}, "outcome"},
    [HANDOFF_CLOSE] = {{"note", "reason"}, "reason"},
};

static enum status fault_at(const char *key, const char *code, const char *detail, struct err *e)
{
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	return err_at(e, ST_INVALID, code, at, "%s", detail);
}

static enum status take_text(struct api_call *c, const json_t *body, const char *key, size_t max, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v))
		return fault_at(key, "field_type", "It must be a string.", e);
	if (!json_string_length(v) || json_string_length(v) > max)
		return fault_at(key, json_string_length(v) ? "field_too_long" : "field_empty", arena_printf(c->arena, "It has 1 to %zu bytes.", max), e);
	*ret = arena_strdup(c->arena, json_string_value(v));
	return *ret ? ST_OK : out_of_memory(e);
}

static enum status take_user(const json_t *body, struct move_input *in, struct err *e)
{
	const json_t *v = json_object_get(body, "user_id");
	in->has_user = v && !json_is_null(v);
	if (!in->has_user)
		return ST_OK;
	if (!json_is_string(v))
		return fault_at("user_id", "field_type", "It must be a string.", e);
	if (!uuid_parse(json_string_value(v), json_string_length(v), &in->user))
		return fault_at("user_id", "id_invalid", "It is not the id of a user (a UUID).", e);
	return ST_OK;
}

static enum status take_outcome(struct api_call *c, const json_t *body, struct move_input *in, struct err *e)
{
	static const char *const outcomes[] = {"sql", "opportunity", "customer"};
	enum status s = take_text(c, body, "outcome", 64, &in->outcome, e);
	for (size_t i = 0; s == ST_OK && in->outcome && i < 3; i++)
		if (!strcmp(outcomes[i], in->outcome))
			return ST_OK;
	return s == ST_OK && in->outcome ? fault_at("outcome", "field_invalid", "It is one of sql, opportunity and customer.", e) : s;
}

static enum status take_body(struct api_call *c, struct move_input *in, struct err *e)
{
	const char *const known[] = {bodies[in->act].known[0], bodies[in->act].known[1], NULL}, *required = bodies[in->act].required;
	json_t *body;
	enum status s = required ? body_read(c, false, &body, e) : body_read_optional(c, &body, e);
	if (s != ST_OK)
		return s;
	const char *stranger = json_is_object(body) ? json_unknown_key(body, known) : NULL;
	if (body && !json_is_object(body))
		s = err_at(e, ST_INVALID, "field_type", "", "The body must be an object.");
	else if (stranger)
		s = fault_at(stranger, "field_unknown", "There is no such field here.", e);
	if (s == ST_OK)
		s = take_text(c, body, "note", NOTE_MAX, &in->note, e);
	if (s == ST_OK)
		s = take_user(body, in, e);
	if (s == ST_OK)
		s = take_text(c, body, "reason", 64, &in->reason, e);
	if (s == ST_OK)
		s = take_outcome(c, body, in, e);
	if (s == ST_OK && required && !in->reason && !in->outcome)
		s = fault_at(required, "field_required", !strcmp(required, "reason") ? "Say why, by one of the codes of the workspace's routing." : "Say what became of it.", e);
	json_decref(body);
	return s;
}

static enum status prepare(struct api_call *c, enum handoff_act act, struct err *e)
{
	struct move_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->act = act;
	in->author = call_author(c);
	if (!in->author)
		return out_of_memory(e);
	enum status s = path_uuid(c, "id", "handoff", &in->id, e);
	if (s == ST_OK)
		s = etag_required(c, &in->if_version, e);
	return s == ST_OK ? take_body(c, in, e) : s;
}

#define PREPARE(name, act)                                                                                                                                                             \
	enum status handoff_##name##_prepare(struct api *a, struct api_call *c, struct err *e)                                                                                         \
	{                                                                                                                                                                              \
		(void)a;                                                                                                                                                               \
		return prepare(c, act, e);                                                                                                                                             \
	}
PREPARE(assign, HANDOFF_ASSIGN)
PREPARE(accept, HANDOFF_ACCEPT)
PREPARE(respond, HANDOFF_RESPOND)
PREPARE(reject, HANDOFF_REJECT)
PREPARE(convert, HANDOFF_CONVERT)
PREPARE(close, HANDOFF_CLOSE)

static enum status run(struct api *a, struct api_call *c, struct command *command, struct err *e)
{
	if (!a->config.ingest)
		return err_set(e, ST_UNAVAILABLE, "shutting_down", "Nothing is taken here at the moment.");
	enum status s = ingest_run(a->config.ingest, &c->workspace_id, command, 1, c->arena, c->deadline_us, e);
	if (s == ST_OK && command->result.err.status != ST_OK) {
		*e = command->result.err;
		s = e->status;
	}
	return s;
}

static enum status nobody(struct err *e)
{
	return err_set(e, ST_CONFLICT, "nobody_available",
	    "By the rules there is nobody for it now: all are absent, inactive, full or have had it. Name a user to assign it all the same.");
}

/* Whose turn it is, by the rules: the turn is taken under the desk's lease. */
static enum status route(struct api *a, struct api_call *c, struct db *db, const struct desk_handoff *h, struct roster_read *team, struct handoff_wish *w, struct err *e)
{
	bool mine = false;
	int64_t generation = 0, now = clock_now(a->config.clock);
	const char *turns = NULL;
	struct sales_user *user = NULL;
	enum status s = team->roster.n ? ST_OK : nobody(e);
	/* The desk holds it for milliseconds. */
	for (int tries = 0; s == ST_OK && !mine && tries < CLAIMS_MAX; tries++) {
		if (tries)
			usleep(10000);
		now = clock_now(a->config.clock);
		s = store_desk_claim(db, &c->workspace_id, now, now + LEASE_MS, c->arena, &mine, &generation, &turns, e);
	}
	if (s == ST_OK && !mine)
		s = err_set(e, ST_BUSY, "contention", "Handoffs are being given out at this moment; try again.");
	if (s != ST_OK)
		return s;
	json_t *lead = roster_lead(h), *owed = json_loads(turns ? turns : "{}", 0, NULL);
	struct routing_case x = {.lead = lead, .owner = h->owner, .account_owner = h->account_owner, .except = &h->handoff.assignee, .n_except = 1};
	s = lead && owed ? routing_pick(&team->routing, &team->roster, &x, now, owed, c->arena, &user, &w->rule, e) : out_of_memory(e);
	char *after = owed ? json_dumps(owed, JSON_COMPACT) : NULL;
	const char *text = after ? arena_strdup(c->arena, after) : NULL;
	free(after);
	json_decref(lead);
	json_decref(owed);
	struct err ignored;
	enum status released = store_desk_release(db, &c->workspace_id, generation, text ? text : turns, s == ST_OK ? e : &ignored);
	if (s == ST_OK)
		s = released;
	if (s == ST_OK && !user)
		return nobody(e);
	w->user = user;
	return s;
}

static enum status make(struct api *a, struct api_call *c, struct db *db, const struct move_input *in, const struct desk_handoff *h, struct roster_read *team, struct command *ret,
    struct err *e)
{
	struct handoff_wish w = {.act = in->act, .now = clock_now(a->config.clock), .author = in->author, .holder = roster_find(&team->roster, &h->handoff.assignee), .rule = "person",
	    .outcome = in->outcome, .reason = in->reason, .note = in->note};
	enum status s = ST_OK;
	if (in->has_user && !(w.user = roster_find(&team->roster, &in->user)))
		return err_at(e, ST_INVALID, "user_unknown", "/user_id", "There is no such user.");
	if (w.user && !w.user->active)
		return err_at(e, ST_INVALID, "user_inactive", "/user_id", "%s is not active.", w.user->name);
	bool open = !strcmp(h->handoff.state, "pending") || !strcmp(h->handoff.state, "assigned");
	if (in->act == HANDOFF_ASSIGN && !w.user && open)
		s = route(a, c, db, h, team, &w, e);
	return s == ST_OK ? handoff_command(c->arena, &team->routing, &h->handoff, &w, ret, e) : s;
}

/* One try: reads, makes the move, runs it. */
static enum status move(struct api *a, struct api_call *c, struct db *db, const struct move_input *in, struct err *e)
{
	struct desk_handoff h;
	struct roster_read team;
	struct command command;
	enum status s = store_desk_one(db, &c->workspace_id, &in->id, c->arena, &h, e);
	if (s == ST_OK && in->if_version >= 0 && in->if_version != h.handoff.version)
		return err_set(e, ST_CONFLICT, "version_mismatch", "The handoff was changed meanwhile; it is not at the version that If-Match names.");
	if (s == ST_OK)
		s = roster_read(db, &c->workspace_id, in->act == HANDOFF_ASSIGN, c->arena, &team, e);
	if (s != ST_OK)
		return s;
	s = make(a, c, db, in, &h, &team, &command, e);
	if (s == ST_OK)
		s = run(a, c, &command, e);
	roster_free(&team);
	return s;
}

/* Without If-Match the move is made of whatever the handoff is: when that changes meanwhile, once more. */
enum status handoff_move_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct move_input *in = call_state(c)->input;
	enum status s = move(a, c, db, in, e);
	for (int tries = 1; s == ST_CONFLICT && !strcmp(e->code, "version_mismatch") && in->if_version < 0 && tries < TRIES_MAX; tries++)
		s = move(a, c, db, in, e);
	return s == ST_OK ? handoff_reply(c, db, &in->id, e) : s;
}

enum status handoffs_return(struct api *a, struct api_call *c, struct db *db, const struct uuid *user, struct err *e)
{
	struct handoff_row *rows;
	struct roster_read team;
	size_t n = 0;
	enum status s = store_user_orphans(db, &c->workspace_id, user, c->arena, &rows, &n, e);
	if (s != ST_OK || !n)
		return s;
	s = roster_read(db, &c->workspace_id, false, c->arena, &team, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		struct desk_handoff h;
		struct command command;
		s = store_desk_one(db, &c->workspace_id, &rows[i].id, c->arena, &h, e);
		if (s == ST_OK)
			s = handoff_command(c->arena, &team.routing, &h.handoff,
			    &(struct handoff_wish){.act = HANDOFF_RETURN, .now = clock_now(a->config.clock), .author = call_author(c)}, &command, e);
		if (s == ST_OK)
			s = run(a, c, &command, e);
		if (s == ST_CONFLICT || s == ST_NOT_FOUND)
			s = ST_OK; /* it has moved by itself */
	}
	roster_free(&team);
	return s;
}
