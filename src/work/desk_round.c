/* What is to be done about each handoff that is due: given to somebody, warned of, taken away, told to a manager. */
#include "desk_round_priv.h"

#include <string.h>

/* A handoff that nobody is there for is looked at again after a quarter of its age, within these. */
#define AGAIN_MIN_MS (15 * MS_SECOND)
#define AGAIN_MAX_MS (10 * MS_MINUTE)

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

void desk_put_off(struct round *r, const struct handoff_row *h, int64_t at)
{
	r->later[r->n_later++] = (struct desk_later){.id = h->id, .version = h->version, .desk_at = at};
}

static enum status add(struct round *r, size_t i, const struct handoff_wish *wish, struct err *e)
{
	struct handoff_wish w = *wish;
	w.holder = roster_find(&r->team.roster, &r->due[i].handoff.assignee);
	enum status s = handoff_command(r->arena, &r->team.routing, &r->due[i].handoff, &w, &r->commands[r->n_commands], e);
	if (s == ST_OK)
		r->of[r->n_commands++] = i;
	return s;
}

/* Those whom a clock took it from do not get it again: the one who has it is all that is known of them. */
static enum status pick(struct round *r, const struct desk_handoff *h, struct sales_user **ret, const char **ret_rule, struct err *e)
{
	json_t *lead = roster_lead(h);
	if (!lead)
		return nomem(e);
	struct routing_case c = {.lead = lead, .owner = h->owner, .account_owner = h->account_owner, .except = &h->handoff.assignee, .n_except = 1};
	enum status s = routing_pick(&r->team.routing, &r->team.roster, &c, r->now, r->turns, r->arena, ret, ret_rule, e);
	json_decref(lead);
	return s;
}

static enum status escalate(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	struct routing_case c = {.except = &h->assignee, .n_except = 1};
	struct sales_user *manager = NULL;
	enum status s = routing_manager(&r->team.roster, &c, r->now, r->turns, &manager, e);
	return s == ST_OK ? add(r, i, &(struct handoff_wish){.act = HANDOFF_ESCALATE, .now = r->now, .author = "clock", .user = manager, .rule = "escalation"}, e) : s;
}

/* It is late when it has waited for too long: then that is told, and once a manager. */
static enum status nobody(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	int64_t wait = (r->now - h->created_at) / 4, due = handoff_pending_due(&r->team.routing, h);
	bool late = h->clock && h->breached_at != INSTANT_NEVER;
	metric_add(r->unassigned, 1);
	if (late && (h->escalated_at == INSTANT_NEVER || h->escalated_at < h->breached_at))
		return escalate(r, i, e);
	if (!late && due != INSTANT_NEVER && r->now >= due) {
		r->breaches++;
		return add(r, i, &(struct handoff_wish){.act = HANDOFF_BREACH, .now = r->now, .author = "clock"}, e);
	}
	wait = r->now + (wait < AGAIN_MIN_MS ? AGAIN_MIN_MS : wait > AGAIN_MAX_MS ? AGAIN_MAX_MS : wait);
	desk_put_off(r, h, !late && due < wait ? due : wait);
	return ST_OK;
}

static enum status assign(struct round *r, size_t i, struct err *e)
{
	struct sales_user *user = NULL;
	const char *rule = NULL;
	enum status s = pick(r, &r->due[i], &user, &rule, e);
	if (s != ST_OK)
		return s;
	if (user)
		return add(r, i, &(struct handoff_wish){.act = HANDOFF_ASSIGN, .now = r->now, .author = "routing", .user = user, .rule = rule}, e);
	return nobody(r, i, e);
}

/* What follows a clock that ran out. */
static enum status follow(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	const struct routing *routing = &r->team.routing;
	struct sales_user *user = NULL;
	const char *rule = NULL;
	enum status s = ST_OK;
	if (routing->on_breach == BREACH_NONE) {
		desk_put_off(r, h, INSTANT_NEVER);
		return ST_OK;
	}
	if (strcmp(h->state, "assigned") != 0)
		return escalate(r, i, e); /* whoever has accepted it keeps it */
	if (routing->on_breach == BREACH_EXPIRE)
		return add(r, i, &(struct handoff_wish){.act = HANDOFF_EXPIRE, .now = r->now, .author = "clock"}, e);
	if (routing->on_breach == BREACH_REASSIGN && h->reassigned < routing->max_reassigns)
		s = pick(r, &r->due[i], &user, &rule, e);
	if (s != ST_OK || !user)
		return s == ST_OK ? escalate(r, i, e) : s;
	return add(r, i, &(struct handoff_wish){.act = HANDOFF_REASSIGN, .now = r->now, .author = "clock", .user = user, .rule = rule}, e);
}

static enum status mind(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	struct handoff_wish w = {.now = r->now, .author = "clock"};
	if (!strcmp(h->state, "pending"))
		return assign(r, i, e);
	if (!h->clock || !handoff_open_state(h->state)) {
		desk_put_off(r, h, INSTANT_NEVER);
		return ST_OK;
	}
	if (h->breached_at != INSTANT_NEVER)
		return follow(r, i, e);
	w.act = r->now >= h->due_at ? HANDOFF_BREACH : HANDOFF_WARN;
	r->breaches += w.act == HANDOFF_BREACH;
	return add(r, i, &w, e);
}

enum status desk_plan(struct round *r, size_t n, struct err *e)
{
	enum status s = ST_OK;
	r->commands = arena_array(r->arena, n + 1, sizeof *r->commands);
	r->of = arena_array(r->arena, n + 1, sizeof *r->of);
	r->later = arena_array(r->arena, 2 * n + 1, sizeof *r->later);
	if (!r->commands || !r->of || !r->later)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = mind(r, i, e);
	return s;
}
