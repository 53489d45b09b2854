/* From an event's type to the rules it touches, so that an event costs by its own rules and not by all. */
#include "model_priv.h"

#include <string.h>

#include "base/ident.h"

static const struct {
	const char *type;
	bool reserved;
	enum event_action action;
} known[] = {
    {"profile_updated", false, ACTION_NONE},
    {"tag_added", true, ACTION_TAG_ADDED},
    {"tag_removed", true, ACTION_TAG_REMOVED},
    {"stage_set", true, ACTION_STAGE_SET},
    {"lead_merged", true, ACTION_NONE},
    {"lead_unmerged", true, ACTION_NONE},
    {"event_voided", true, ACTION_NONE},
    {"score_offset", true, ACTION_SCORE_OFFSET},
    {"account_joined", true, ACTION_ACCOUNT_JOINED},
    {"account_changed", true, ACTION_ACCOUNT_CHANGED},
    {"account_left", true, ACTION_ACCOUNT_LEFT},
};
#define N_KNOWN (sizeof(known) / sizeof(*known))

bool scoring_event_type_reserved(const char *type)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].reserved && strcmp(known[i].type, type) == 0)
			return true;
	return false;
}

bool event_type_internal(const char *type)
{
	return strcmp(type, "profile_updated") == 0 || scoring_event_type_reserved(type);
}

static enum event_action action_of(const char *type)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (strcmp(known[i].type, type) == 0)
			return known[i].action;
	return strcmp(type, "won") == 0 ? ACTION_WON : strcmp(type, "lost") == 0 ? ACTION_LOST : ACTION_NONE;
}

static uint16_t seen_slot(const struct model *m, const char *type, const char *where)
{
	for (size_t i = 0; i < m->n_seen; i++) {
		const struct seen_type *t = &m->seen_types[i];
		if (strcmp(t->type, type) == 0 && !t->text == !where && (!where || strcmp(t->text, where) == 0))
			return (uint16_t)i;
	}
	return SLOT_NONE;
}

uint16_t model_seen_slot(
    struct model *m, const char *type, const char *where, enum look look, int64_t within, struct seen_type **ret_seen)
{
	uint16_t slot = seen_slot(m, type, where);
	if (slot == SLOT_NONE) {
		bool room = m->n_seen < m->seen_cap;
		const char *copy = room ? arena_strdup(m->memory, type) : NULL;
		const char *text = room && where ? arena_strdup(m->memory, where) : NULL;
		if (!copy || (where && !text))
			return SLOT_NONE;
		slot = (uint16_t)m->n_seen++;
		m->seen_types[slot] = (struct seen_type){.type = copy, .text = text, .recent = SLOT_NONE};
	}
	struct seen_type *t = &m->seen_types[slot];
	*ret_seen = t;
	if (look == LOOK_COUNT)
		t->counted = true;
	if (look != LOOK_RECENT)
		return slot;
	if (t->recent == SLOT_NONE)
		t->recent = (uint16_t)m->n_recent++;
	t->window = within > t->window ? within : t->window;
	return t->recent;
}

static struct type_entry *place_of(const struct model *m, const char *type, uint64_t hash)
{
	for (size_t i = hash & m->types_mask;; i = (i + 1) & m->types_mask) {
		struct type_entry *t = &m->types[i];
		if (!t->type || (t->hash == hash && strcmp(t->type, type) == 0))
			return t;
	}
}

const struct type_entry *model_type(const struct model *m, const char *type)
{
	const struct type_entry *t = place_of(m, type, hash64(type, strlen(type)));
	return t->type ? t : &m->any;
}

/* What happens to a lead rather than by it. */
static const char *const passive[] = {"email_sent", "email_bounce", "email_unsubscribe"};

static bool is_passive(const char *type)
{
	return strcmp(type, passive[0]) == 0 || strcmp(type, passive[1]) == 0 || strcmp(type, passive[2]) == 0;
}

static bool is_one_of(const char *type, const char *const *types, size_t n)
{
	for (size_t i = 0; type && i < n; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool hears(const struct hearing *h, const char *type)
{
	if (h->any)
		return !type || !(event_type_internal(type) || (h->passive_spared && is_passive(type)));
	return is_one_of(type, h->on, h->n_on);
}

/* Whether an event of the type may touch the rule, and which steps of a sequence it may be. */
static bool rule_hears(const struct engagement_rule *r, const char *type, uint16_t *ret_steps)
{
	*ret_steps = 0;
	if (r->kind != RULE_SEQUENCE)
		return hears(&r->hears, type);
	for (size_t i = 0; i < r->n_steps; i++)
		if (hears(&r->steps[i].hears, type))
			*ret_steps |= (uint16_t)(1u << i);
	if (is_one_of(type, r->without, r->n_without))
		*ret_steps |= SEQUENCE_BROKEN;
	return *ret_steps != 0;
}

static bool breaks_at(const struct engagement_rule *r, size_t j, const char *type)
{
	return type && strcmp(r->breakers[j].type, type) == 0;
}

static bool fill(struct model *m, struct type_entry *t)
{
	size_t n_rules = 0, n_silences = 0, n_breaks = 0;
	uint16_t steps;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		if (rule_hears(r, t->type, &steps))
			*(r->kind == RULE_SILENCE ? &n_silences : &n_rules) += 1;
		for (size_t j = 0; j < r->n_breakers; j++)
			n_breaks += breaks_at(r, j, t->type);
	}
	t->rules = arena_array(m->memory, n_rules + 1, sizeof(*t->rules));
	t->silences = arena_array(m->memory, n_silences + 1, sizeof(*t->silences));
	t->breaks = arena_array(m->memory, n_breaks + 1, sizeof(*t->breaks));
	t->looks = arena_array(m->memory, m->n_seen + 1, sizeof(*t->looks));
	if (!t->rules || !t->silences || !t->breaks || !t->looks)
		return false;
	for (size_t i = 0; t->type && i < m->n_seen; i++)
		if (m->seen_types[i].where && strcmp(m->seen_types[i].type, t->type) == 0)
			t->looks[t->n_looks++] = (uint16_t)i;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		bool heard = rule_hears(r, t->type, &steps);
		if (heard && r->kind == RULE_SILENCE)
			t->silences[t->n_silences++] = (uint16_t)i;
		else if (heard)
			t->rules[t->n_rules++] = (struct rule_ref){(uint16_t)i, steps};
		for (size_t j = 0; j < r->n_breakers; j++)
			if (breaks_at(r, j, t->type))
				t->breaks[t->n_breaks++] = (struct break_ref){(uint16_t)i, (uint16_t)j};
	}
	return true;
}

static bool name_type(struct model *m, const char *type)
{
	uint64_t hash = hash64(type, strlen(type));
	struct type_entry *t = place_of(m, type, hash);
	if (t->type)
		return true;
	*t = (struct type_entry){
	    .type = type, .hash = hash, .action = action_of(type), .seen_slot = seen_slot(m, type, NULL)};
	return fill(m, t);
}

static bool name_types(struct model *m, const char *const *types, size_t n)
{
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = name_type(m, types[i]);
	return ok;
}

size_t model_rule_types(const struct engagement_rule *r)
{
	size_t n = r->hears.n_on + r->n_breakers + r->n_without;
	for (size_t i = 0; i < r->n_steps; i++)
		n += r->steps[i].hears.n_on;
	return n;
}

bool model_index_types(struct model *m)
{
	size_t named = N_KNOWN + 5 + m->n_seen, places = 64;
	for (size_t i = 0; i < m->n_rules; i++)
		named += model_rule_types(&m->rules[i]);
	while (places < named * 2)
		places *= 2;
	m->types = arena_array(m->memory, places, sizeof(*m->types));
	if (!m->types)
		return false;
	m->types_mask = places - 1;
	bool ok = name_type(m, "won") && name_type(m, "lost");
	for (size_t i = 0; ok && i < N_KNOWN; i++)
		ok = name_type(m, known[i].type);
	for (size_t i = 0; ok && i < 3; i++)
		ok = name_type(m, passive[i]);
	for (size_t i = 0; ok && i < m->n_seen; i++)
		ok = name_type(m, m->seen_types[i].type);
	for (size_t i = 0; ok && i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		ok = name_types(m, r->hears.on, r->hears.n_on) && name_types(m, r->without, r->n_without);
		for (size_t j = 0; ok && j < r->n_steps; j++)
			ok = name_types(m, r->steps[j].hears.on, r->steps[j].hears.n_on);
		for (size_t j = 0; ok && j < r->n_breakers; j++)
			ok = name_type(m, r->breakers[j].type);
	}
	m->any = (struct type_entry){.seen_slot = SLOT_NONE};
	return ok && fill(m, &m->any);
}
