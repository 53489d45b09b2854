/* What a person adds to the score, for a time or for good: events score_offset; docs/scoring.md 4. */
#include "lead_priv.h"

#include "base/instant.h"
#include "base/json.h"

static bool text_or_nothing(const json_t *v)
{
	return !v || json_is_null(v) || json_is_string(v);
}

enum status lead_offset_event(struct scoring_lead *l, const struct scoring_event *ev)
{
	struct lead_env e;
	struct value properties = value_undefined;
	enum status st = ST_OK;
	lead_env_init(&e, l, ev, ev->at);
	if (!e.env.resolve(&e.env, NAME_PROPERTIES, &properties)) {
		st = ST_NOMEM;
		goto out;
	}
	const json_t *object = properties.kind == V_JSON ? properties.json : NULL;
	const json_t *reason = json_object_get(object, "reason");
	int64_t points, expires_at;
	if (!json_milli(json_object_get(object, "points"), MODEL_POINTS_MAX, &points) || !text_or_nothing(reason) ||
	    !text_or_nothing(json_object_get(object, "author")) ||
	    !hand_expiry(json_object_get(object, "expires_at"), &expires_at))
		goto out;
	l->offset = expires_at > ev->at ? points : 0;
	l->offset_until = l->offset ? expires_at : 0;
	if (l->observer)
		l->observer->offset_set(l->observer, json_string_value(reason), ev->at, &ev->key);
out:
	lead_env_done(&e);
	return st;
}

bool lead_expire_offset(struct scoring_lead *l, int64_t at)
{
	if (l->offset_until > at)
		return false;
	l->offset = l->offset_until = 0;
	l->figures_known = false;
	return true;
}
