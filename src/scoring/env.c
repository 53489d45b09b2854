/* What a rule sees of a lead: names resolved when asked for, JSON parsed when needed. */
#include "lead_priv.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"

static bool resolve_level(struct scoring_lead *l, struct value *ret)
{
	if (!l->level_known) {
		if (!lead_parse_profile(l))
			return false;
		const json_t *title = json_object_get(l->profile, "title");
		l->title_level = NULL;
		if (json_is_string(title) &&
		    !title_level(json_string_value(title), json_string_length(title), &l->title_level))
			return false;
		l->level_known = true;
	}
	*ret = l->title_level ? value_string(l->title_level, strlen(l->title_level)) : value_undefined;
	return true;
}

static bool derived(const char *text, struct value *ret)
{
	*ret = text ? value_string(text, strlen(text)) : value_undefined;
	return true;
}

const char *scoring_lead_title_level(struct scoring_lead *l)
{
	struct value ignored;
	return resolve_level(l, &ignored) ? l->title_level : NULL;
}

static bool classify(struct logic_env *env, const struct step *taxonomy, struct value *ret)
{
	struct lead_env *e = (struct lead_env *)(void *)env;
	const struct taxonomy *t = model_taxonomy(e->lead->model, taxonomy->key, taxonomy->len);
	struct run profile = {.env = env};
	*ret = value_undefined;
	return !t || lead_classify(e->lead, t, &profile, ret);
}

/* A part of the event as an object; what is no object is absent. */
static bool resolve_part(json_t *given, const char *text, json_t **owned, bool *read, struct value *ret)
{
	if (!given && text && !*read) {
		json_error_t why;
		*owned = json_loads(text, 0, &why);
		if (!*owned && json_error_code(&why) == json_error_out_of_memory)
			return false;
		*read = true;
	}
	json_t *part = given ? given : *owned;
	*ret = json_is_object(part) ? value_of_json(part) : value_undefined;
	return true;
}

static struct value resolve_grade(struct lead_env *e)
{
	const struct model *m = e->lead->model;
	struct span *span = &e->env.span[QUANTITY_ENGAGEMENT];
	char digit = grade_of(m, e->env.quantity[QUANTITY_ENGAGEMENT]);
	int band = digit - '1';
	if (band < 3 && m->grades[band] > span->low)
		span->low = m->grades[band];
	if (band > 0 && m->grades[band - 1] - 1 < span->high)
		span->high = m->grades[band - 1] - 1;
	e->grade[0] = lead_tier(e->lead);
	e->grade[1] = digit;
	return value_string(e->grade, 2);
}

/* More than fit into *io_tags and *io_items. */
static bool room_for_tags(struct lead_env *e, size_t cap, struct scoring_tag **io_tags, struct value **io_items)
{
	if (cap <= TAGS_AT_HAND)
		return true;
	if (!*e->env.scratch)
		*e->env.scratch = arena_new(8u << 20);
	if (!*e->env.scratch)
		return false;
	e->env.drew = true;
	*io_tags = arena_array(*e->env.scratch, cap, sizeof(**io_tags));
	*io_items = arena_array(*e->env.scratch, cap, sizeof(**io_items));
	return *io_tags && *io_items;
}

static bool resolve_tags(struct lead_env *e, struct value *ret)
{
	struct scoring_lead *l = e->lead;
	struct scoring_tag *tags = e->tags;
	struct value *items = e->tag_values;
	if (!room_for_tags(e, lead_tags_cap(l), &tags, &items))
		return false;
	size_t n = lead_tags_at(l, e->env.at, e->tags_upto, tags);
	for (size_t i = 0; i < n; i++)
		items[i] = value_string(tags[i].tag, strlen(tags[i].tag));
	*ret = (struct value){.kind = V_LIST, .len = (uint32_t)n, .items = items};
	return true;
}

static bool resolve(struct logic_env *env, enum logic_name name, struct value *ret)
{
	struct lead_env *e = (struct lead_env *)(void *)env;
	const struct scoring_event *ev = e->event;
	const char *text;
	switch (name) {
	case NAME_FIELD:
		*ret = value_undefined;
		if (e->alone)
			return true;
		if (!lead_parse_profile(e->lead))
			return false;
		*ret = (struct value){.kind = V_JSON, .json = e->lead->profile};
		return true;
	case NAME_TITLE_LEVEL:
		return resolve_level(e->lead, ret);
	case NAME_EMAIL_KIND:
		return lead_email_kind(e->lead, &text) && derived(text, ret);
	case NAME_PHONE_COUNTRY:
		return lead_phone_country(e->lead, &text) && derived(text, ret);
	case NAME_TAXONOMY:
		*ret = value_undefined; /* without a name */
		return true;
	case NAME_TYPE:
		*ret = ev ? value_string(ev->type, strlen(ev->type)) : value_undefined;
		return true;
	case NAME_OCCURRED_AT:
		instant_format(env->at, e->occurred_at);
		*ret = value_string(e->occurred_at, strlen(e->occurred_at));
		return true;
	case NAME_PROPERTIES:
		return resolve_part(ev ? ev->properties : NULL, ev ? ev->properties_text : NULL, &e->properties,
		    &e->properties_read, ret);
	case NAME_EVENT_SOURCE:
		return resolve_part(
		    ev ? ev->source : NULL, ev ? ev->source_text : NULL, &e->source, &e->source_read, ret);
	case NAME_SCORE:
		*ret = value_number((double)env->quantity[QUANTITY_SCORE] / 1000.0);
		return true;
	case NAME_ENGAGEMENT:
		*ret = value_number((double)env->quantity[QUANTITY_ENGAGEMENT] / 1000.0);
		return true;
	case NAME_FIT:
		*ret = value_number((double)e->lead->fit / 1000.0);
		return true;
	case NAME_TIER:
		e->tier[0] = lead_tier(e->lead);
		*ret = value_string(e->tier, 1);
		return true;
	case NAME_GRADE:
		*ret = resolve_grade(e);
		return true;
	case NAME_STAGE:
		*ret = value_string(stage_name(e->lead->stage), strlen(stage_name(e->lead->stage)));
		return true;
	case NAME_TAGS:
		return resolve_tags(e, ret);
	}
	return false;
}

void lead_env_init(struct lead_env *e, struct scoring_lead *l, const struct scoring_event *ev, int64_t at)
{
	memset(e, 0, offsetof(struct lead_env, tags));
	e->env.resolve = resolve;
	e->env.classify = classify;
	e->env.at = at;
	e->env.seen_at = l->seen;
	e->env.seen_count = l->seen_count;
	e->env.recent = l->recent;
	e->env.valid_until = INSTANT_NEVER;
	e->env.scratch = &l->scratch;
	for (int i = 0; i < QUANTITY_COUNT; i++)
		e->env.span[i] = (struct span){INT64_MIN, INT64_MAX};
	e->lead = l;
	e->event = ev;
	e->tags_upto = l->model->n_tags;
}

void lead_env_done(struct lead_env *e)
{
	json_decref(e->properties);
	json_decref(e->source);
}
