/* From a wish to a command. */
#include <string.h>

#include "base/json.h"
#include "ingest/handoff.h"
#include "profile_priv.h"

enum { FROM_PENDING = 1, FROM_ASSIGNED = 2, FROM_ACCEPTED = 4 };

static const struct act {
	const char *move, *done; /* in the history; as part of "cannot be ..." */
	unsigned from;
	const char *to; /* NULL: as it was */
} acts[] = {
    [HANDOFF_ASSIGN] = {"assigned", "assigned", FROM_PENDING | FROM_ASSIGNED, "assigned"},
    [HANDOFF_ACCEPT] = {"accepted", "accepted", FROM_PENDING | FROM_ASSIGNED, "accepted"},
    [HANDOFF_RESPOND] = {"responded", "responded to", FROM_ACCEPTED, NULL},
    [HANDOFF_REJECT] = {"rejected", "rejected", FROM_PENDING | FROM_ASSIGNED, "rejected"},
    [HANDOFF_CONVERT] = {"converted", "converted", FROM_ACCEPTED, "converted"},
    [HANDOFF_CLOSE] = {"closed", "closed", FROM_ACCEPTED, "closed"},
    [HANDOFF_WARN] = {"warning", "late", FROM_ASSIGNED | FROM_ACCEPTED, NULL},
    [HANDOFF_BREACH] = {"breached", "late", FROM_PENDING | FROM_ASSIGNED | FROM_ACCEPTED, NULL},
    [HANDOFF_REASSIGN] = {"reassigned", "reassigned", FROM_ASSIGNED, "assigned"},
    [HANDOFF_ESCALATE] = {"escalated", "escalated", FROM_PENDING | FROM_ASSIGNED | FROM_ACCEPTED, NULL},
    [HANDOFF_EXPIRE] = {"expired", "expired", FROM_ASSIGNED, "expired"},
    [HANDOFF_RETURN] = {"returned", "returned", FROM_ASSIGNED, "pending"},
};

static unsigned state_bit(const char *state)
{
	return !strcmp(state, "pending") ? FROM_PENDING : !strcmp(state, "assigned") ? FROM_ASSIGNED : !strcmp(state, "accepted") ? FROM_ACCEPTED : 0;
}

static void stop_clock(struct handoff_row *h)
{
	h->clock = NULL;
	h->warn_at = h->due_at = h->desk_at = INSTANT_NEVER;
}

/* `span` ms of the holder's working time from now on. */
static void start_clock(struct handoff_row *h, const char *clock, const struct routing *r, const struct sales_user *holder, int64_t span, int64_t now)
{
	stop_clock(h);
	h->warned_at = h->breached_at = INSTANT_NEVER;
	if (!r->has_sla || !span || !holder)
		return;
	h->due_at = worktime_after(holder->time, now, span);
	if (h->due_at == INSTANT_NEVER)
		return; /* somebody who never works is never late */
	h->clock = clock;
	int64_t warn = span / 1000 * r->warn_at + span % 1000 * r->warn_at / 1000;
	h->warn_at = r->warn_at < 1000 ? worktime_after(holder->time, now, warn) : INSTANT_NEVER;
	h->desk_at = h->warn_at != INSTANT_NEVER ? h->warn_at : h->due_at;
}

/* Of the team's time. It stands in the row once it began anew or ran out; until then it follows from when the handoff was made. */
int64_t handoff_pending_due(const struct routing *r, const struct handoff_row *h)
{
	if (h->clock)
		return h->due_at;
	return r->has_sla && r->pending && r->team ? worktime_after(r->team, h->created_at, r->pending) : INSTANT_NEVER;
}

static void wait_anew(struct handoff_row *h, const struct routing *r, int64_t now)
{
	stop_clock(h);
	h->warned_at = h->breached_at = INSTANT_NEVER;
	h->desk_at = now;
	if (!r->has_sla || !r->pending || !r->team || (h->due_at = worktime_after(r->team, now, r->pending)) == INSTANT_NEVER)
		return;
	h->clock = "pending";
}

static void give(struct handoff_row *h, const struct sales_user *u, const char *rule)
{
	h->assignee = u->id;
	h->assignee_name = u->name;
	h->assignee_email = u->email;
	h->rule = rule;
}

static int64_t worked(const struct sales_user *u, int64_t from, int64_t to)
{
	return u && from != INSTANT_NEVER ? worktime_between(u->time, from, to) : -1;
}

static void assign(struct handoff_row *h, const struct routing *r, const struct handoff_wish *w)
{
	give(h, w->user, w->rule);
	h->assigned_at = w->now;
	start_clock(h, "acceptance", r, w->user, r->acceptance, w->now);
}

static void accept(struct handoff_row *h, const struct routing *r, const struct handoff_wish *w, const struct sales_user *who)
{
	if (h->assigned_at == INSTANT_NEVER)
		h->assigned_at = w->now;
	if (uuid_cmp(&h->assignee, &who->id) != 0)
		give(h, who, "accepted");
	h->accepted_at = w->now;
	h->acceptance_ms = worked(who, h->assigned_at, w->now);
	start_clock(h, "first_response", r, who, r->first_response, w->now);
}

static void respond(struct handoff_row *h, const struct handoff_wish *w)
{
	if (h->responded_at != INSTANT_NEVER)
		return;
	h->responded_at = w->now;
	h->response_ms = worked(w->holder, h->accepted_at, w->now);
	stop_clock(h);
}

static void breach(struct handoff_row *h, const struct routing *r, const struct handoff_wish *w)
{
	h->breached_at = w->now;
	if (!strcmp(h->state, "pending")) {
		h->due_at = handoff_pending_due(r, h);
		h->clock = "pending";
		h->desk_at = w->now;
		return;
	}
	/* What follows is looked at next; a clock that ran out is not looked at again. */
	h->desk_at = r->on_breach == BREACH_NONE ? INSTANT_NEVER : w->now;
}

static enum status change(struct handoff_row *h, const struct routing *r, const struct handoff_wish *w, struct err *e)
{
	const struct sales_user *who = w->user ? w->user : w->holder;
	switch (w->act) {
	case HANDOFF_ASSIGN:
	case HANDOFF_REASSIGN:
		h->reassigned += w->act == HANDOFF_REASSIGN;
		assign(h, r, w);
		break;
	case HANDOFF_ACCEPT:
		if (!who)
			return err_at(e, ST_INVALID, "user_required", "/user_id", "Nobody has this handoff: say who accepts it.");
		accept(h, r, w, who);
		break;
	case HANDOFF_RESPOND:
		if (h->responded_at != INSTANT_NEVER)
			return err_set(e, ST_CONFLICT, "handoff_state", "The first response was made already.");
		respond(h, w);
		break;
	case HANDOFF_CONVERT:
	case HANDOFF_CLOSE:
		respond(h, w); /* whoever knows how it ended has spoken with them */
		stop_clock(h);
		h->ended_at = w->now;
		h->outcome = w->outcome;
		h->reason = w->reason;
		h->note = w->note;
		break;
	case HANDOFF_REJECT:
	case HANDOFF_EXPIRE:
		stop_clock(h);
		h->ended_at = w->now;
		h->reason = w->reason;
		h->note = w->note;
		break;
	case HANDOFF_WARN:
		h->warned_at = w->now;
		h->desk_at = h->due_at;
		break;
	case HANDOFF_BREACH:
		breach(h, r, w);
		break;
	case HANDOFF_ESCALATE:
		h->escalated_at = w->now;
		h->desk_at = strcmp(h->state, "pending") ? INSTANT_NEVER : w->now; /* somebody may be there for it later */
		if (w->user && strcmp(h->state, "accepted") != 0) {
			h->state = "assigned";
			assign(h, r, w);
		}
		break;
	case HANDOFF_RETURN:
		wait_anew(h, r, w->now);
		h->assignee = (struct uuid){{0}};
		h->rule = h->assignee_name = h->assignee_email = NULL;
		h->assigned_at = INSTANT_NEVER;
		break;
	}
	return ST_OK;
}

/* What the move does to the lead: an event of these properties, or a patch; neither: nothing. */
static enum status lead_effect(struct arena *arena, const struct routing *r, const struct handoff_row *next, const struct handoff_wish *w, struct command *c, struct err *e)
{
	const struct handoff_reason *reason = NULL;
	char id[UUID_TEXT_MAX];
	json_t *p = NULL;
	uuid_format(&next->id, id);
	if (w->act == HANDOFF_REJECT || w->act == HANDOFF_CLOSE) {
		bool reject = w->act == HANDOFF_REJECT;
		reason = routing_reason(reject ? r->reject_reasons : r->close_reasons, reject ? r->n_reject_reasons : r->n_close_reasons, w->reason ? w->reason : "");
		if (!reason)
			return err_at(e, ST_INVALID, "reason_unknown", "/reason", "It is none of the codes of the workspace's routing (%s_reasons).", reject ? "reject" : "close");
		bool recycled = !strcmp(reason->stage, "recycled");
		p = json_pack("{s:s, s:s, s:s, s:s, s:f, s:s?}", "stage", reason->stage, "reason", reason->code, "author", w->author, "handoff_id", id, "keep",
		    (double)(recycled ? reason->keep : 1000) / 1000, "cooldown", recycled ? reason->cooldown : NULL);
		c->type = "stage_set";
	} else if (w->act == HANDOFF_CONVERT) {
		p = json_pack("{s:s, s:s, s:s, s:s}", "stage", w->outcome, "reason", "converted", "author", w->author, "handoff_id", id);
		c->type = "stage_set";
	} else if (w->act == HANDOFF_EXPIRE) {
		p = json_pack("{s:s, s:s, s:s, s:s}", "stage", "recycled", "reason", "expired", "author", w->author, "handoff_id", id);
		c->type = "stage_set";
	} else if (w->act == HANDOFF_ACCEPT) {
		char user[UUID_TEXT_MAX];
		uuid_format(&next->assignee, user);
		p = json_pack("{s:s}", "owner", next->assignee_email ? next->assignee_email : user);
		c->type = "profile_updated";
	} else {
		c->kind = COMMAND_HANDOFF;
		return ST_OK;
	}
	c->kind = COMMAND_EVENT;
	const char *text = NULL;
	struct buf o = BUF_INIT;
	if (p && json_write(p, false, &o) && buf_ok(&o))
		text = arena_strndup(arena, o.data, o.len);
	buf_free(&o);
	json_decref(p);
	*(w->act == HANDOFF_ACCEPT ? &c->patch_text : &c->properties_text) = text;
	return text ? ST_OK : adapter_nomem(e);
}

/* Which clock ends with the move: one that ran out has ended before, unless what it waited for turns out to have been done in time. */
static void note_clock(struct handoff_move *m, const struct routing *r, const struct handoff_row *h, const struct handoff_wish *w)
{
	bool pending = !strcmp(h->state, "pending"), assigned = !strcmp(h->state, "assigned"), ran_out = h->clock && h->breached_at != INSTANT_NEVER;
	int64_t due = pending ? handoff_pending_due(r, h) : h->due_at;
	m->due_at = INSTANT_NEVER;
	if (due != INSTANT_NEVER && (pending || h->clock) && w->act != HANDOFF_WARN && (!ran_out || w->now <= due)) {
		m->clock = pending ? "pending" : h->clock;
		m->due_at = due;
	}
	if (pending)
		m->worked_ms = r->team ? worktime_between(r->team, h->created_at, w->now) : -1;
	else if (assigned)
		m->worked_ms = w->act == HANDOFF_ACCEPT ? m->next.acceptance_ms : worked(w->holder, h->assigned_at, w->now);
	else
		m->worked_ms = h->responded_at == INSTANT_NEVER ? worked(w->holder, h->accepted_at, w->now) : -1;
}

enum status handoff_make(struct arena *arena, const struct routing *r, const struct handoff_row *h, const struct handoff_wish *w, struct handoff_move **ret, struct err *e)
{
	const struct act *act = &acts[w->act];
	struct handoff_move *m = arena_zalloc(arena, sizeof *m);
	if (!m)
		return adapter_nomem(e);
	if (!(act->from & state_bit(h->state)))
		return err_set(e, ST_CONFLICT, "handoff_state", "A handoff that is %s cannot be %s.", h->state, act->done);
	if ((w->act == HANDOFF_ASSIGN || w->act == HANDOFF_REASSIGN) && !w->user)
		return err_at(e, ST_INVALID, "user_required", "/user_id", "Say whom it goes to.");
	*m = (struct handoff_move){.next = *h, .was = h->state, .move = act->move, .author = w->author, .note = w->note, .at = w->now};
	m->next.state = act->to ? act->to : h->state;
	if (w->holder) {
		m->next.assignee_name = w->holder->name;
		m->next.assignee_email = w->holder->email;
	}
	enum status s = change(&m->next, r, w, e);
	if (s != ST_OK)
		return s;
	note_clock(m, r, h, w);
	*ret = m;
	return ST_OK;
}

enum status handoff_command(struct arena *arena, const struct routing *r, const struct handoff_row *h, const struct handoff_wish *w, struct command *ret, struct err *e)
{
	struct handoff_move *m;
	enum status s = handoff_make(arena, r, h, w, &m, e);
	if (s != ST_OK)
		return s;
	struct command c = {.by_id = true, .lead_id = h->lead_id, .event_key = uuid_v7(w->now), .at = w->now, .at_now = true, .received_at = w->now, .if_version = -1, .type = "",
	    .author = w->author, .want_lead = false, .move = m};
	s = lead_effect(arena, r, &m->next, w, &c, e);
	if (s == ST_OK)
		*ret = c;
	return s;
}
