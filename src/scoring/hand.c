/* Tags given by hand or by import: events tag_added and tag_removed. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

/* The place of the tag in the sorted list, or where it would stand. */
static size_t place_of(const struct scoring_lead *l, const char *tag, bool *ret_found)
{
	size_t i = 0;
	int order = 1;
	while (i < l->n_hand && (order = strcmp(l->hand[i].tag, tag)) < 0)
		i++;
	*ret_found = i < l->n_hand && order == 0;
	return i;
}

static void drop(struct scoring_lead *l, size_t i)
{
	free(l->hand[i].tag);
	memmove(l->hand + i, l->hand + i + 1, (l->n_hand - i - 1) * sizeof(*l->hand));
	l->n_hand--;
}

static enum status hold(struct scoring_lead *l, const char *tag, bool imported, int64_t expires_at)
{
	bool found;
	size_t i = place_of(l, tag, &found);
	if (!found) {
		if (l->n_hand >= HAND_TAGS_MAX)
			return ST_OK;
		struct hand_tag *grown = realloc(l->hand, (l->n_hand + 1) * sizeof(*grown));
		if (!grown)
			return ST_NOMEM;
		l->hand = grown;
		char *copy = strdup(tag);
		if (!copy)
			return ST_NOMEM;
		memmove(grown + i + 1, grown + i, (l->n_hand - i) * sizeof(*grown));
		grown[i].tag = copy;
		l->n_hand++;
	}
	l->hand[i].imported = imported;
	l->hand[i].expires_at = expires_at;
	return ST_OK;
}

bool hand_expiry(const json_t *v, int64_t *ret)
{
	*ret = INSTANT_NEVER;
	if (!v || json_is_null(v))
		return true;
	return json_is_string(v) && instant_parse(json_string_value(v), json_string_length(v), ret);
}

static bool parse_source(const json_t *v, bool *ret_imported)
{
	const char *s = json_string_value(v);
	*ret_imported = s && strcmp(s, "import") == 0;
	return !v || *ret_imported || (s && strcmp(s, "hand") == 0);
}

enum status lead_tag_event(struct scoring_lead *l, const struct scoring_event *ev, enum event_action action)
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
	const json_t *tag = json_object_get(object, "tag");
	size_t n = json_string_length(tag);
	if (!json_is_string(tag) || n == 0 || n > MODEL_TEXT_MAX || strlen(json_string_value(tag)) != n)
		goto out;
	bool found, imported;
	int64_t expires_at;
	size_t i = place_of(l, json_string_value(tag), &found);
	if (action == ACTION_TAG_REMOVED) {
		if (found)
			drop(l, i);
	} else if (parse_source(json_object_get(object, "source"), &imported) &&
		   hand_expiry(json_object_get(object, "expires_at"), &expires_at)) {
		if (expires_at > ev->at)
			st = hold(l, json_string_value(tag), imported, expires_at);
		else if (found)
			drop(l, i);
	}
out:
	lead_env_done(&e);
	return st;
}

bool lead_expire_tags(struct scoring_lead *l, int64_t at)
{
	size_t before = l->n_hand;
	for (size_t i = 0; i < l->n_hand;) {
		if (l->hand[i].expires_at <= at)
			drop(l, i);
		else
			i++;
	}
	return l->n_hand != before;
}

int64_t lead_tag_expiry(const struct scoring_lead *l, int64_t after)
{
	const struct model *m = l->model;
	int64_t first = INSTANT_NEVER;
	for (size_t i = 0; i < l->n_hand; i++)
		if (l->hand[i].expires_at < first)
			first = l->hand[i].expires_at;
	for (size_t i = 0; m->tags_expire && i < m->n_tagging; i++) {
		size_t rule = m->tagging_rules[i];
		int64_t end = l->rules[rule].newest + m->rules[rule].tag_for;
		if (m->rules[rule].tag_for && l->rules[rule].awarded && end > after && end < first)
			first = end;
	}
	return first;
}
