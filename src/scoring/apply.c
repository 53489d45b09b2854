/* One event, in order: docs/scoring.md 2. */
#include "lead_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"

static void set_stage(struct scoring_lead *l, enum stage s, int64_t at)
{
	l->stage = s;
	l->by_model = false;
	for (size_t i = 0; (s == STAGE_RECYCLED || s == STAGE_LEAD) && i < STAGE_RULES; i++)
		l->stages[i] = (struct stage_state){.armed = false, .fired = true, .fired_at = at};
}

/* `keep` and `cooldown` of a person's move; false: not as docs/scoring.md 9 has them. */
static bool parse_reset(const json_t *properties, int64_t *ret_keep, int64_t *ret_rest)
{
	const json_t *keep = json_object_get(properties, "keep"), *rest = json_object_get(properties, "cooldown");
	*ret_keep = 1000;
	*ret_rest = 0;
	if (keep && !json_is_null(keep) && (!json_milli(keep, 1000, ret_keep) || *ret_keep < 0))
		return false;
	return !rest || json_is_null(rest) ||
	       (json_is_string(rest) && duration_parse(json_string_value(rest), json_string_length(rest), ret_rest));
}

/* A person's move. The reason is copied for the transition. */
static enum status stage_event(struct scoring_lead *l, const struct scoring_event *ev, char *reason, size_t cap)
{
	struct lead_env e;
	struct value properties = value_undefined;
	enum stage s;
	int64_t keep, rest;
	lead_env_init(&e, l, ev, ev->at);
	bool ok = e.env.resolve(&e.env, NAME_PROPERTIES, &properties);
	const json_t *object = properties.kind == V_JSON ? properties.json : NULL;
	const json_t *why = json_object_get(object, "reason");
	const char *name = json_string_value(json_object_get(object, "stage"));
	if (ok && name && stage_parse(name, &s) && (!why || json_is_null(why) || json_is_string(why)) &&
	    parse_reset(object, &keep, &rest)) {
		set_stage(l, s, ev->at);
		l->rests_until = rest ? ev->at + rest : 0;
		if (keep != 1000)
			lead_keep(l, (uint32_t)keep, ev->at);
		const char *text = json_is_string(why) ? json_string_value(why) : "";
		size_t n = strnlen(text, cap - 1);
		while (n && n == cap - 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--; /* not within a character */
		memcpy(reason, text, n);
		reason[n] = '\0';
	}
	lead_env_done(&e);
	return ok ? ST_OK : ST_NOMEM;
}

static enum status act(
    struct scoring_lead *l, const struct scoring_event *ev, enum event_action action, char *reason, size_t cap)
{
	switch (action) {
	case ACTION_TAG_ADDED:
	case ACTION_TAG_REMOVED:
		return lead_tag_event(l, ev, action);
	case ACTION_STAGE_SET:
		return stage_event(l, ev, reason, cap);
	case ACTION_SCORE_OFFSET:
		return lead_offset_event(l, ev);
	case ACTION_WON:
		set_stage(l, STAGE_CUSTOMER, ev->at);
		return ST_OK;
	case ACTION_LOST:
		if (l->stage != STAGE_CUSTOMER)
			set_stage(l, STAGE_LOST, ev->at);
		return ST_OK;
	case ACTION_ACCOUNT_JOINED: /* a part of the profile: done with its patch */
	case ACTION_ACCOUNT_CHANGED:
	case ACTION_ACCOUNT_LEFT:
	case ACTION_NONE:
		break;
	}
	return ST_OK;
}

static void set_clocks(struct scoring_lead *l, const struct type_entry *type, int64_t at, bool first)
{
	const struct model *m = l->model;
	const uint16_t *rules = first ? m->silence_rules : type->silences;
	for (size_t i = 0, n = first ? m->n_silences : type->n_silences; i < n; i++) {
		l->rules[rules[i]].clock = at;
		l->rules[rules[i]].run = 0;
	}
}

static void see(struct scoring_lead *l, size_t slot, int64_t at)
{
	const struct seen_type *t = &l->model->seen_types[slot];
	l->seen[slot] = at;
	if (t->counted && l->seen_count[slot] < EVENTS_MAX)
		l->seen_count[slot]++;
	if (t->recent == SLOT_NONE)
		return;
	struct recent *newest = &l->recent[t->recent];
	if (newest->n == RECENT_MAX)
		memmove(newest->at, newest->at + 1, --newest->n * sizeof(*newest->at));
	newest->at[newest->n++] = at;
}

enum status lead_see(struct scoring_lead *l, const struct type_entry *type, const struct scoring_event *ev)
{
	enum status st = ST_OK;
	struct lead_env e;
	if (type->seen_slot != SLOT_NONE)
		see(l, type->seen_slot, ev->at);
	if (type->n_looks == 0)
		return ST_OK;
	lead_env_init(&e, l, ev, ev->at);
	e.alone = true;
	for (size_t i = 0; i < type->n_looks && st == ST_OK; i++) {
		bool meets = false;
		st = logic_holds(l->model->seen_types[type->looks[i]].where, &e.env, &meets);
		if (meets)
			see(l, type->looks[i], ev->at);
	}
	lead_env_done(&e);
	return st;
}

static enum status take_effect(struct scoring_lead *l, const struct scoring_event *ev, const struct type_entry *type,
    bool first, struct scoring_effects *fx, char *reason, size_t cap)
{
	bool patched;
	enum status st = lead_patch(l, ev, &patched);
	if (st == ST_OK && type->action >= ACTION_ACCOUNT_JOINED && type->action <= ACTION_ACCOUNT_LEFT)
		st = lead_account_event(l, ev, type->action, &patched);
	if (st == ST_OK && (patched || first))
		st = lead_refit(l, ev, fx);
	if (st == ST_OK)
		st = act(l, ev, type->action, reason, cap);
	set_clocks(l, type, ev->at, first);
	if (st == ST_OK)
		st = lead_see(l, type, ev);
	return st == ST_OK ? lead_apply_rules(l, ev, type, fx) : st;
}

enum status scoring_lead_apply(
    struct scoring_lead *l, const struct scoring_event *ev, struct scoring_effects *fx, struct err *e)
{
	if (!scoring_lead_in_order(l, ev->at, &ev->key))
		return err_set(e, ST_INVALID, "event_out_of_order",
		    "The event comes before what was applied; the lead is to be replayed.");
	const struct type_entry *type = model_type(l->model, ev->type);
	enum status st = l->begun ? lead_pass(l, ev->at, fx) : ST_OK;
	char reason[sizeof(((struct scoring_transition *)0)->reason)] = "";
	struct moment before = lead_moment(l);
	bool first = !l->begun, changed;
	l->begun = l->dated = true;
	l->as_of = l->last_at = l->changed_at = ev->at;
	l->last_key = ev->key;
	if (st == ST_OK)
		st = take_effect(l, ev, type, first, fx, reason, sizeof(reason));
	lead_changed(l);
	if (st == ST_OK)
		st = lead_settle(l, ev->at, &changed);
	if (st == ST_OK)
		st = lead_transitions(l, before, ev->at, ev, reason, fx);
	return st == ST_OK ? ST_OK : err_set(e, st, NULL, "Out of memory.");
}
