/* The invariants of order and of time: how events arrive and how often somebody looks leave no trace. */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

/* Everything shown of the lead, as one text. */
static void look(const struct scoring_lead *lead, bool with_next, struct buf *out)
{
	struct scoring_view v;
	const struct scoring_tag *tags;
	scoring_lead_view(lead, with_next, &v);
	buf_clear(out);
	buf_printf(out, "%lld %lld %lld %lld %d %d %d %d %c %s %s %s %lld %lld", (long long)v.total, (long long)v.fit, (long long)v.engagement, (long long)v.offset,
		(int)v.shown_total, (int)v.shown_fit, (int)v.shown_engagement, (int)v.shown_offset, v.tier, v.grade, stage_name(v.stage),
		v.exclusion != NULL ? v.exclusion : "-", (long long)v.next_change_at, (long long)v.last_event_at);
	size_t n = scoring_lead_tags(lead, &tags);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %s %s %lld", tags[i].tag, tags[i].source, (long long)tags[i].expires_at);
}

static bool same_look(const struct scoring_lead *a, const struct scoring_lead *b, bool with_next)
{
	struct buf one = BUF_INIT, other = BUF_INIT;
	look(a, with_next, &one);
	look(b, with_next, &other);
	bool same = strcmp(one.data, other.data) == 0;
	buf_free(&one);
	buf_free(&other);
	return same;
}

void driver_check_order(struct driver_case *c, struct scoring_lead *replayed)
{
	size_t n = 0;
	struct scoring_event *mixed = calloc(2 * c->n + 1, sizeof(*mixed));
	if (mixed == NULL)
		driver_die("memory", NULL);
	for (size_t i = 0; i < c->n; i++) {
		mixed[n++] = c->events[i];
		if ((driver_random(&c->seed) & 7) == 0)
			mixed[n++] = c->events[i];
	}
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(driver_random(&c->seed) % i);
		struct scoring_event other = mixed[j];
		mixed[j] = mixed[i - 1];
		mixed[i - 1] = other;
	}
	struct scoring_lead *lead = driver_replay(c, mixed, n, c->at);
	if (!driver_same_state(replayed, lead))
		driver_broken(c, "another order of arrival gives another state");
	if (!same_look(replayed, lead, false) || !json_equal(scoring_lead_profile(replayed), scoring_lead_profile(lead)))
		driver_broken(c, "another order of arrival gives another lead");
	scoring_lead_free(&lead);
	free(mixed);
}

static int earlier(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Instants from `from` to `to` in order: half of them spread evenly, half crowded at the beginning, where decay is fastest. */
static int64_t *random_instants(struct driver_case *c, int64_t from, int64_t to)
{
	int64_t *instants = calloc(c->steps + 1, sizeof(*instants));
	if (instants == NULL)
		driver_die("memory", NULL);
	for (size_t i = 0; i < c->steps; i++) {
		uint64_t reach = (uint64_t)(to - from) >> (i % 2 == 0 ? 0 : driver_random(&c->seed) % 32);
		instants[i] = from + (int64_t)(driver_random(&c->seed) % (reach + 1));
	}
	qsort(instants, c->steps, sizeof(*instants), earlier);
	instants[c->steps] = to;
	return instants;
}

static void advance(struct scoring_lead *lead, int64_t to, struct scoring_effects *fx)
{
	struct err e = {0};
	if (scoring_lead_advance(lead, to, fx, &e) != ST_OK)
		driver_die("advance", &e);
}

static bool same_effects(const struct scoring_effects *a, const struct scoring_effects *b)
{
	if (a->n_transitions != b->n_transitions || a->n_awards != b->n_awards)
		return false;
	for (size_t i = 0; i < a->n_transitions; i++) {
		const struct scoring_transition *x = &a->transitions[i], *y = &b->transitions[i];
		if (x->kind != y->kind || strcmp(x->from, y->from) != 0 || strcmp(x->to, y->to) != 0 || x->at != y->at || x->total != y->total
			|| x->fit != y->fit || x->engagement != y->engagement || x->cause != y->cause)
			return false;
	}
	for (size_t i = 0; i < a->n_awards; i++)
		if (strcmp(a->awards[i].rule, b->awards[i].rule) != 0 || a->awards[i].points != b->awards[i].points || a->awards[i].at != b->awards[i].at)
			return false;
	return true;
}

void driver_check_decay(struct driver_case *c)
{
	int64_t newest = INT64_MIN;
	for (size_t i = 0; i < c->n; i++)
		if (c->events[i].at <= c->at && c->events[i].at > newest)
			newest = c->events[i].at;
	if (newest == INT64_MIN || newest == c->at)
		return;
	struct scoring_lead *once = driver_replay(c, c->events, c->n, newest), *often = driver_replay(c, c->events, c->n, newest);
	struct scoring_effects fx_once = {0}, fx_often = {0};
	int64_t *instants = random_instants(c, newest, c->at);
	advance(once, c->at, &fx_once);
	for (size_t i = 0; i <= c->steps; i++) {
		advance(often, instants[i], &fx_often);
		if (i % 128 == 127)
			driver_store_and_load(c, &often);
	}
	advance(often, c->at, &fx_often); /* the instant of the last look is not in the state */
	if (!driver_same_state(once, often))
		driver_broken(c, "many steps of time give another state than one");
	if (!same_look(once, often, true))
		driver_broken(c, "many steps of time give another lead than one");
	if (!same_effects(&fx_once, &fx_often))
		driver_broken(c, "many steps of time have other effects than one");
	scoring_effects_free(&fx_once);
	scoring_effects_free(&fx_often);
	scoring_lead_free(&once);
	scoring_lead_free(&often);
	free(instants);
}
