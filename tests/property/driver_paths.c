/* The invariants of the engine that are visible in C alone: both paths give the same bytes, explanations add up, next_change_at is true. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void broken(struct driver_case *c, const char *what)
{
	json_array_append_new(c->broken, json_string(what));
}

void driver_check_explanation(struct driver_case *c, struct scoring_lead *replayed, const struct explanation *x)
{
	struct scoring_view v;
	int64_t sum = 0;
	for (size_t i = 0; i < x->n_contributions; i++)
		sum += x->contributions[i].points_now;
	if (sum != x->view.total)
		broken(c, "contributions do not add up to the explanation's total");
	scoring_lead_view(replayed, true, &v);
	if (v.total != x->view.total || v.fit != x->view.fit || v.engagement != x->view.engagement || v.tier != x->view.tier
		|| v.stage != x->view.stage || strcmp(v.grade, x->view.grade) != 0)
		broken(c, "the explanation shows another lead than the replay");
}

static void save_bytes(const struct scoring_lead *lead, struct buf *out)
{
	buf_clear(out);
	if (!scoring_lead_save(lead, out) || !buf_ok(out))
		driver_die("save", NULL);
}

/* The lead as if it had been stored and read again. */
static void store_and_load(struct driver_case *c, struct scoring_lead **lead)
{
	struct buf state = BUF_INIT, again = BUF_INIT;
	struct err e = {0};
	char *profile = json_dumps(scoring_lead_profile(*lead), JSON_COMPACT);
	save_bytes(*lead, &state);
	scoring_lead_free(lead);
	if (scoring_lead_load(c->model, profile, state.data, state.len, lead, &e) != ST_OK)
		driver_die("load", &e);
	save_bytes(*lead, &again);
	if (again.len != state.len || memcmp(again.data, state.data, state.len) != 0)
		broken(c, "loading and saving changes the state");
	free(profile);
	buf_free(&state);
	buf_free(&again);
}

static int64_t as_of(const struct scoring_lead *lead)
{
	struct scoring_view v;
	scoring_lead_view(lead, false, &v);
	return v.as_of;
}

static void advance(struct scoring_lead *lead, int64_t to)
{
	struct err e = {0};
	if (scoring_lead_advance(lead, to, NULL, &e) != ST_OK)
		driver_die("advance", &e);
}

/* Lets time pass; true when that left no trace in the state. */
static bool advance_without_trace(struct scoring_lead *lead, int64_t to)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	save_bytes(lead, &before);
	advance(lead, to);
	save_bytes(lead, &after);
	bool same = before.len == after.len && memcmp(before.data, after.data, before.len) == 0;
	buf_free(&before);
	buf_free(&after);
	return same;
}

/* Looks at the lead and lets time pass to a random instant not after the one asked for. True when the state is as it was. */
static bool disturb(struct driver_case *c, struct scoring_lead **lead, bool any_event, int64_t upcoming)
{
	struct scoring_view v;
	uint64_t dice = driver_random(&c->seed);
	if (dice & 1)
		scoring_lead_view(*lead, true, &v);
	if ((dice >> 1 & 3) == 0)
		store_and_load(c, lead);
	if ((dice >> 3 & 3) != 0)
		return true;
	int64_t from = any_event ? as_of(*lead) : c->at - MS_DAY, to = c->at;
	if (dice >> 5 & 1)
		to = upcoming;
	else if (from < c->at)
		to = from + (int64_t)(driver_random(&c->seed) % (uint64_t)(c->at - from + 1)) / (dice >> 6 & 1 ? 1 : 1000);
	return advance_without_trace(*lead, to > c->at ? c->at : to);
}

static bool seen_before(const struct scoring_event *arrived, size_t n, const struct uuid *key)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_cmp(&arrived[i].key, key) == 0)
			return true;
	return false;
}

static bool precedes(const struct scoring_event *a, const struct scoring_event *b)
{
	return a->at != b->at ? a->at < b->at : uuid_cmp(&a->key, &b->key) < 0;
}

/* Whether the lead takes this event in order; says so when it must and does not, or the other way round. */
static bool takes_in_order(struct driver_case *c, const struct scoring_lead *lead, const struct scoring_event *newest, bool no_trace,
	const struct scoring_event *ev)
{
	bool takes = scoring_lead_in_order(lead, ev->at, &ev->key);
	if (newest != NULL && precedes(ev, newest) && takes)
		broken(c, "an event before the newest one counts as in order");
	if ((newest == NULL || precedes(newest, ev)) && no_trace && !takes)
		broken(c, "an event after the newest one is out of order though no time passed that changed anything");
	return takes;
}

static struct scoring_lead *replay_arrived(struct driver_case *c, const struct scoring_event *arrived, size_t n)
{
	struct scoring_lead *lead = NULL;
	struct err e = {0};
	int64_t newest = arrived[0].at;
	for (size_t i = 1; i < n; i++)
		if (arrived[i].at > newest)
			newest = arrived[i].at;
	if (scoring_replay(c->model, arrived, n, newest, &lead, NULL, &e) != ST_OK)
		driver_die("replay of some", &e);
	return lead;
}

static struct scoring_lead *arrive_one_by_one(struct driver_case *c)
{
	struct scoring_lead *lead = NULL;
	struct err e = {0};
	struct scoring_event *arrived = calloc(c->n + 1, sizeof(*arrived));
	const struct scoring_event *newest = NULL;
	size_t n = 0;
	bool no_trace = true; /* since the newest event */
	if (arrived == NULL || scoring_lead_new(c->model, &lead, &e) != ST_OK)
		driver_die("new lead", &e);
	for (size_t i = 0; i < c->n; i++) {
		const struct scoring_event *ev = &c->events[i];
		if (ev->at > c->at || seen_before(arrived, n, &ev->key))
			continue;
		no_trace = disturb(c, &lead, n > 0, ev->at) && no_trace;
		bool takes = takes_in_order(c, lead, newest, no_trace, ev);
		arrived[n++] = *ev;
		if (newest == NULL || precedes(newest, ev))
			newest = ev;
		if (takes) {
			if (scoring_lead_apply(lead, ev, NULL, &e) != ST_OK)
				driver_die("apply", &e);
		} else {
			scoring_lead_free(&lead);
			lead = replay_arrived(c, arrived, n);
		}
		no_trace = true; /* what a replay let pass lies before its newest event */
	}
	disturb(c, &lead, n > 0, c->at);
	advance(lead, c->at);
	free(arrived);
	return lead;
}

void driver_check_steps(struct driver_case *c, struct scoring_lead *replayed)
{
	struct buf at_once = BUF_INIT, stepwise = BUF_INIT;
	struct scoring_lead *lead = arrive_one_by_one(c);
	save_bytes(replayed, &at_once);
	save_bytes(lead, &stepwise);
	if (at_once.len != stepwise.len || memcmp(at_once.data, stepwise.data, stepwise.len) != 0)
		broken(c, "the state after single steps is not the state after a replay");
	if (!json_equal(scoring_lead_profile(replayed), scoring_lead_profile(lead)))
		broken(c, "the profile after single steps is not the profile after a replay");
	scoring_lead_free(&lead);
	buf_free(&at_once);
	buf_free(&stepwise);
}

/* What a person sees of the lead, as one text. */
static void face(const struct scoring_lead *lead, struct buf *out)
{
	struct scoring_view v;
	const struct scoring_tag *tags;
	scoring_lead_view(lead, false, &v);
	buf_clear(out);
	buf_printf(out, "%d %d %d %c %s %s", (int)v.shown_total, (int)v.shown_fit, (int)v.shown_engagement, v.tier, v.grade, stage_name(v.stage));
	size_t n = scoring_lead_tags(lead, &tags);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %s", tags[i].tag);
}

void driver_check_next(struct driver_case *c, struct scoring_lead *replayed)
{
	struct scoring_view v;
	struct buf state = BUF_INIT, now = BUF_INIT, then = BUF_INIT;
	struct scoring_lead *later = NULL;
	struct err e = {0};
	scoring_lead_view(replayed, true, &v);
	if (v.next_change_at == INSTANT_NEVER)
		return;
	char *profile = json_dumps(scoring_lead_profile(replayed), JSON_COMPACT);
	save_bytes(replayed, &state);
	if (scoring_lead_load(c->model, profile, state.data, state.len, &later, &e) != ST_OK)
		driver_die("load", &e);
	advance(later, c->at); /* the instant of the last look is not in the state */
	face(later, &now);
	advance(later, v.next_change_at - 1);
	face(later, &then);
	if (v.next_change_at <= v.as_of || strcmp(now.data, then.data) != 0)
		broken(c, "the lead looks different before next_change_at");
	advance(later, v.next_change_at);
	face(later, &then);
	c->next_looks_same = strcmp(now.data, then.data) == 0;
	scoring_lead_free(&later);
	free(profile);
	buf_free(&state);
	buf_free(&now);
	buf_free(&then);
}
