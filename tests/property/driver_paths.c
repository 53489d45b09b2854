/* The invariants of the engine that are visible in C alone: both paths give the same bytes, explanations add up, next_change_at is true. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT_PROBES 4 /* looks between now and next_change_at, the last of them right before it */

void driver_broken(struct driver_case *c, const char *what)
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
		driver_broken(c, "contributions do not add up to the explanation's total");
	scoring_lead_view(replayed, true, &v);
	if (v.total != x->view.total || v.fit != x->view.fit || v.engagement != x->view.engagement || v.tier != x->view.tier
		|| v.stage != x->view.stage || strcmp(v.grade, x->view.grade) != 0)
		driver_broken(c, "the explanation shows another lead than the replay");
}

void driver_save(const struct scoring_lead *lead, struct buf *out)
{
	buf_clear(out);
	if (!scoring_lead_save(lead, out) || !buf_ok(out))
		driver_die("save", NULL);
}

/* The lead as if it had been stored and read again. */
void driver_store_and_load(struct driver_case *c, struct scoring_lead **lead)
{
	struct buf state = BUF_INIT, again = BUF_INIT;
	struct err e = {0};
	char *profile = json_dumps(scoring_lead_profile(*lead), JSON_COMPACT);
	driver_save(*lead, &state);
	scoring_lead_free(lead);
	if (scoring_lead_load(c->model, profile, state.data, state.len, lead, &e) != ST_OK)
		driver_die("load", &e);
	driver_save(*lead, &again);
	if (again.len != state.len || memcmp(again.data, state.data, state.len) != 0)
		driver_broken(c, "loading and saving changes the state");
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
	driver_save(lead, &before);
	advance(lead, to);
	driver_save(lead, &after);
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
		driver_store_and_load(c, lead);
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
		driver_broken(c, "an event before the newest one counts as in order");
	if ((newest == NULL || precedes(newest, ev)) && no_trace && !takes)
		driver_broken(c, "an event after the newest one is out of order though no time passed that changed anything");
	return takes;
}

struct scoring_lead *driver_replay(struct driver_case *c, const struct scoring_event *events, size_t n, int64_t at)
{
	struct scoring_lead *lead = NULL;
	struct err e = {0};
	if (scoring_replay(c->model, events, n, at, &lead, NULL, &e) != ST_OK)
		driver_die("replay", &e);
	return lead;
}

bool driver_same_state(const struct scoring_lead *a, const struct scoring_lead *b)
{
	struct buf one = BUF_INIT, other = BUF_INIT;
	driver_save(a, &one);
	driver_save(b, &other);
	bool same = one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
	buf_free(&one);
	buf_free(&other);
	return same;
}

static struct scoring_lead *replay_arrived(struct driver_case *c, const struct scoring_event *arrived, size_t n)
{
	int64_t newest = arrived[0].at;
	for (size_t i = 1; i < n; i++)
		if (arrived[i].at > newest)
			newest = arrived[i].at;
	return driver_replay(c, arrived, n, newest);
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
		no_trace = lead != NULL && disturb(c, &lead, n > 0, ev->at) && no_trace;
		bool takes = lead != NULL && takes_in_order(c, lead, newest, no_trace, ev);
		arrived[n++] = *ev;
		if (newest == NULL || precedes(newest, ev))
			newest = ev;
		if (takes && scoring_lead_apply(lead, ev, NULL, &e) != ST_OK)
			driver_die("apply", &e);
		if (!takes) {
			scoring_lead_free(&lead);
			if ((driver_random(&c->seed) & 3) == 0) /* some arrive in one batch, and it is replayed once */
				lead = replay_arrived(c, arrived, n);
		}
		no_trace = true; /* what a replay let pass lies before its newest event */
	}
	if (lead == NULL)
		lead = replay_arrived(c, arrived, n);
	disturb(c, &lead, n > 0, c->at);
	advance(lead, c->at);
	free(arrived);
	return lead;
}

void driver_check_steps(struct driver_case *c, struct scoring_lead *replayed)
{
	struct scoring_lead *lead = arrive_one_by_one(c);
	if (!driver_same_state(replayed, lead))
		driver_broken(c, "the state after single steps is not the state after a replay");
	if (!json_equal(scoring_lead_profile(replayed), scoring_lead_profile(lead)))
		driver_broken(c, "the profile after single steps is not the profile after a replay");
	scoring_lead_free(&lead);
}

/* What a person sees of the lead, as one text. */
static void face(const struct driver_case *c, const struct scoring_lead *lead, struct buf *out)
{
	struct scoring_view v;
	const struct scoring_tag *tags;
	scoring_lead_view(lead, false, &v);
	buf_clear(out);
	buf_printf(out, "%d %d %d %c %s %s", (int)v.shown_total, (int)v.shown_fit, (int)v.shown_engagement, v.tier, v.grade, stage_name(v.stage));
	size_t n = scoring_lead_tags(lead, &tags);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %s", tags[i].tag);
	for (size_t i = 0; i < model_segment_count(c->model); i++)
		buf_puts(out, scoring_lead_segments(lead)[i] ? " in" : " out");
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
	driver_save(replayed, &state);
	if (scoring_lead_load(c->model, profile, state.data, state.len, &later, &e) != ST_OK)
		driver_die("load", &e);
	advance(later, c->at); /* the instant of the last look is not in the state */
	face(c, later, &now);
	bool same = v.next_change_at > v.as_of;
	int64_t t = c->at;
	for (int probe = 0; same && probe < NEXT_PROBES; probe++) {
		int64_t left = v.next_change_at - 1 - t;
		t += probe == NEXT_PROBES - 1 ? left : (int64_t)(driver_random(&c->seed) % (uint64_t)(left + 1));
		advance(later, t);
		face(c, later, &then);
		same = strcmp(now.data, then.data) == 0;
	}
	if (!same)
		driver_broken(c, "the lead looks different before next_change_at");
	advance(later, v.next_change_at);
	face(c, later, &then);
	c->next_looks_same = strcmp(now.data, then.data) == 0;
	scoring_lead_free(&later);
	free(profile);
	buf_free(&state);
	buf_free(&now);
	buf_free(&then);
}
