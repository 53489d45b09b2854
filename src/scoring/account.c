/* The account of a lead, as a part of its profile: events account_joined, account_changed and account_left;
 * docs/scoring.md 9. */
#include "lead_priv.h"

#include <string.h>

static bool same_text(const json_t *a, const json_t *b)
{
	return json_is_string(a) && json_is_string(b) && json_string_length(a) == json_string_length(b) &&
	       memcmp(json_string_value(a), json_string_value(b), json_string_length(a)) == 0;
}

/* Puts the account into the profile; takes the reference. NULL: out of memory. */
static bool put(struct scoring_lead *l, json_t *account)
{
	return account && json_object_set_new(l->profile, "account", account) == 0;
}

static bool join(struct scoring_lead *l, const json_t *account, bool *changed)
{
	if (!json_is_string(json_object_get(account, "id")))
		return true;
	*changed = true;
	return put(l, json_deep_copy(account));
}

/* Changes that come late, or after the lead has left, are passed over: whatever their order, the newest account stays.
 */
static bool change(struct scoring_lead *l, const json_t *account, bool *changed)
{
	const json_t *version = json_object_get(account, "version"), *before = json_object_get(l->profile, "account");
	const json_t *known = json_object_get(before, "version");
	if (!same_text(json_object_get(account, "id"), json_object_get(before, "id")) || !json_is_number(version) ||
	    (json_is_number(known) && json_number_value(known) >= json_number_value(version)))
		return true;
	json_t *copy = json_deep_copy(account), *by = json_object_get(before, "by");
	if (copy && by && json_object_set(copy, "by", by) != 0) {
		json_decref(copy);
		copy = NULL;
	}
	*changed = true;
	return put(l, copy);
}

static bool leave(struct scoring_lead *l, const json_t *properties, bool *changed)
{
	const json_t *id = json_object_get(properties, "account_id"),
		     *keep_out = json_object_get(properties, "keep_out");
	if ((id && !json_is_string(id)) || (keep_out && !json_is_true(keep_out)))
		return true;
	if (id && !same_text(id, json_object_get(json_object_get(l->profile, "account"), "id")))
		return true;
	*changed = true;
	if (keep_out)
		return put(l, json_pack("{s:n, s:s}", "id", "by", "hand"));
	(void)json_object_del(l->profile, "account");
	return true;
}

enum status lead_account_event(
    struct scoring_lead *l, const struct scoring_event *ev, enum event_action action, bool *io_changed)
{
	struct lead_env e;
	struct value given = value_undefined;
	bool changed = false;
	lead_env_init(&e, l, ev, ev->at);
	bool ok = e.env.resolve(&e.env, NAME_PROPERTIES, &given) && lead_parse_profile(l);
	const json_t *properties = given.kind == V_JSON ? given.json : NULL;
	const json_t *account = json_object_get(properties, "account");
	if (ok && action == ACTION_ACCOUNT_LEFT)
		ok = leave(l, properties, &changed);
	else if (ok && action == ACTION_ACCOUNT_JOINED)
		ok = join(l, account, &changed);
	else if (ok && action == ACTION_ACCOUNT_CHANGED)
		ok = change(l, account, &changed);
	if (changed) {
		lead_profile_changed(l);
		*io_changed = true;
	}
	lead_env_done(&e);
	return ok ? ST_OK : ST_NOMEM;
}
