/* The life of a lead: one block of memory for its state, the profile beside it. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

static void *carve(char **at, size_t n, size_t size)
{
	void *p = *at;
	*at += (n * size + 15) & ~(size_t)15;
	return p;
}

/* Lays the arrays behind the struct; with block NULL only their size is found. */
static size_t lay_out(struct scoring_lead *l, const struct model *m, char *block)
{
	char *at = block;
	struct scoring_lead unused;
	struct scoring_lead *to = l ? l : &unused;
	to->rules = carve(&at, m->n_rules, sizeof(*to->rules));
	to->lasting = carve(&at, m->n_lasting, sizeof(*to->lasting));
	to->values = carve(&at, m->n_streak_values, sizeof(*to->values));
	to->broken = carve(&at, m->n_breaker_counts, sizeof(*to->broken));
	to->marks = carve(&at, m->n_marks, sizeof(*to->marks));
	to->seen = carve(&at, m->n_seen, sizeof(*to->seen));
	to->seen_count = carve(&at, m->n_seen, sizeof(*to->seen_count));
	to->recent = carve(&at, m->n_recent, sizeof(*to->recent));
	to->fit_holds = carve(&at, m->n_fit, sizeof(*to->fit_holds));
	to->tag_holds = carve(&at, m->n_tags, sizeof(*to->tag_holds));
	to->segment_holds = carve(&at, m->n_segments, sizeof(*to->segment_holds));
	to->segment_held = carve(&at, m->n_segments, sizeof(*to->segment_held));
	to->taxa = carve(&at, m->n_taxonomies, sizeof(*to->taxa));
	to->factors = carve(&at, m->n_half_lives, sizeof(*to->factors));
	to->factors_high = carve(&at, m->n_half_lives, sizeof(*to->factors_high));
	to->group_low = carve(&at, m->n_groups + 1, sizeof(*to->group_low));
	to->group_high = carve(&at, m->n_groups + 1, sizeof(*to->group_high));
	to->outlook.sums = carve(&at, m->n_groups + 1, sizeof(*to->outlook.sums));
	to->tag_held = carve(&at, m->n_tags, sizeof(*to->tag_held));
	to->worth_now = carve(&at, m->n_rules, sizeof(*to->worth_now));
	to->worth_low = carve(&at, m->n_rules, sizeof(*to->worth_low));
	to->worth_high = carve(&at, m->n_rules, sizeof(*to->worth_high));
	to->fixed = carve(&at, m->n_groups + 1, sizeof(*to->fixed));
	to->active = carve(&at, m->n_rules, sizeof(*to->active));
	return (size_t)(at - block);
}

#define LEAD_HEAD ((sizeof(struct scoring_lead) + 15) & ~(size_t)15)

struct scoring_lead *lead_alloc(struct model *m)
{
	static char origin;
	size_t bytes = LEAD_HEAD + lay_out(NULL, m, &origin);
	struct scoring_lead *l = aligned_alloc(16, bytes);
	if (!l)
		return NULL;
	memset(l, 0, bytes);
	lay_out(l, m, (char *)l + LEAD_HEAD);
	l->block_bytes = bytes;
	l->model = model_ref(m);
	l->icp_tier = 'D';
	l->stages[0].armed = l->stages[1].armed = true;
	for (size_t i = 0; i < m->n_seen; i++)
		l->seen[i] = INT64_MIN;
	l->last_at = l->changed_at = INT64_MIN;
	return l;
}

enum status scoring_lead_new(struct model *m, struct scoring_lead **ret, struct err *e)
{
	struct scoring_lead *l = lead_alloc(m);
	if (l)
		l->profile = json_object();
	if (!l || !l->profile) {
		scoring_lead_free(&l);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	*ret = l;
	return ST_OK;
}

enum status scoring_lead_load(
    struct model *m, const char *profile, const void *state, size_t n, struct scoring_lead **ret, struct err *e)
{
	struct scoring_lead *l = lead_alloc(m);
	if (l)
		l->profile_text = strdup(profile ? profile : "{}");
	if (!l || !l->profile_text) {
		scoring_lead_free(&l);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	enum status st = state_decode(l, state, n);
	if (st != ST_OK) {
		scoring_lead_free(&l);
		return st == ST_NOMEM
			   ? err_set(e, st, NULL, "Out of memory.")
			   : err_set(e, st, "state_stale",
				 "The stored state is of another model version or format; the lead is to be replayed.");
	}
	*ret = l;
	return ST_OK;
}

void scoring_lead_free(struct scoring_lead **l)
{
	if (!l || !*l)
		return;
	struct scoring_lead *gone = *l;
	*l = NULL;
	if (!gone->text_borrowed)
		free(gone->profile_text);
	json_decref(gone->profile);
	for (size_t i = 0; i < gone->n_hand; i++)
		free(gone->hand[i].tag);
	free(gone->hand);
	for (size_t i = 0; i < gone->model->n_lasting; i++)
		lasting_free(&gone->lasting[i]);
	free(gone->tags_seen);
	arena_free(&gone->scratch);
	model_unref(&gone->model);
	free(gone);
}

static bool copy_lasting(const struct scoring_lead *from, struct scoring_lead *to)
{
	bool ok = true;
	for (size_t i = 0; i < from->model->n_lasting; i++)
		ok &= lasting_copy(&to->lasting[i], &from->lasting[i]);
	return ok;
}

struct scoring_lead *lead_copy(const struct scoring_lead *l)
{
	struct scoring_lead *copy = aligned_alloc(16, l->block_bytes);
	struct hand_tag *hand = calloc(l->n_hand + 1, sizeof(*hand));
	if (!copy || !hand) {
		free(copy);
		free(hand);
		return NULL;
	}
	memcpy(copy, l, l->block_bytes);
	lay_out(copy, l->model, (char *)copy + LEAD_HEAD);
	model_ref(copy->model);
	copy->text_borrowed = true;
	json_incref(copy->profile);
	copy->hand = hand;
	copy->n_hand = 0;
	copy->scratch = NULL;
	copy->tags_seen = NULL;
	copy->observer = NULL;
	if (!copy_lasting(l, copy)) {
		scoring_lead_free(&copy);
		return NULL;
	}
	for (size_t i = 0; i < l->n_hand; i++) {
		hand[i] = l->hand[i];
		hand[i].tag = strdup(l->hand[i].tag);
		if (!hand[i].tag) {
			scoring_lead_free(&copy);
			return NULL;
		}
		copy->n_hand++;
	}
	return copy;
}

bool lead_parse_profile(struct scoring_lead *l)
{
	if (!l->profile && l->profile_text)
		l->profile = json_loads(l->profile_text, 0, NULL);
	if (!l->profile)
		return false;
	if (!l->text_borrowed)
		free(l->profile_text);
	l->profile_text = NULL;
	return json_is_object(l->profile);
}

json_t *scoring_lead_profile(struct scoring_lead *l)
{
	return lead_parse_profile(l) ? l->profile : NULL;
}

bool scoring_lead_profile_changed(const struct scoring_lead *l)
{
	return l->profile_changed;
}

void lead_changed(struct scoring_lead *l)
{
	l->horizon.known = false;
	l->figures_known = false;
}

bool scoring_lead_fit_holds(const struct scoring_lead *l, size_t rule)
{
	return rule < l->model->n_fit && l->begun && l->fit_holds[rule];
}

const bool *scoring_lead_segments(const struct scoring_lead *l)
{
	return l->segment_holds;
}

bool scoring_lead_in_order(const struct scoring_lead *l, int64_t at, const struct uuid *key)
{
	if (!l->begun)
		return true;
	if (at < l->changed_at || at < l->last_at)
		return false;
	return at > l->last_at || uuid_cmp(key, &l->last_key) > 0;
}

enum status scoring_lead_advance(struct scoring_lead *l, int64_t to, struct scoring_effects *fx, struct err *e)
{
	if (l->dated && to <= l->as_of)
		return ST_OK;
	enum status st = l->begun ? lead_pass(l, to, fx) : ST_OK;
	if (st != ST_OK)
		return err_set(e, st, NULL, "Out of memory.");
	l->dated = true;
	l->as_of = to;
	return ST_OK;
}
