/* The shared half: reading, and a history that must come out the same whichever way it goes. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "scoring/explain.h"

json_t *fuzz_json(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {.max_bytes = 64u << 10, .max_depth = 100, .max_tokens = 20000};
	json_t *v = NULL;
	struct err e;
	return json_read((const char *)data, size, &limits, &v, &e) == ST_OK ? v : NULL;
}

void fuzz_expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: expected: %s\n", what);
	abort();
}

void fuzz_expect_fault(json_t *document, const char *prefix, const struct err *e)
{
	char pointer[ERR_POINTER_MAX];
	fuzz_expect(e->code[0] && e->detail[0], "a fault with a code and a sentence");
	fuzz_expect(strncmp(e->pointer, prefix, strlen(prefix)) == 0, "a pointer below the given one");
	if (strlen(e->pointer) >= ERR_POINTER_MAX - 1)
		return; /* cut */
	snprintf(pointer, sizeof(pointer), "%s", e->pointer + strlen(prefix));
	if (json_pointer_get(document, pointer))
		return;
	char *last = strrchr(pointer, '/');
	if (last)
		*last = '\0';
	fuzz_expect(json_pointer_get(document, pointer) != NULL, "a pointer into the document");
}

static void save(const struct scoring_lead *l, struct buf *out)
{
	buf_clear(out);
	fuzz_expect(scoring_lead_save(l, out) && buf_ok(out), "a lead can be saved");
}

static bool equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void store_and_load(struct model *m, struct scoring_lead **l)
{
	struct buf state = BUF_INIT, again = BUF_INIT;
	struct err e;
	char *profile = json_dumps(scoring_lead_profile(*l), JSON_COMPACT);
	save(*l, &state);
	scoring_lead_free(l);
	fuzz_expect(scoring_lead_load(m, profile, state.data, state.len, l, &e) == ST_OK, "what was saved can be loaded");
	save(*l, &again);
	fuzz_expect(equal(&state, &again), "loading and saving leaves the state as it is");
	free(profile);
	buf_free(&state);
	buf_free(&again);
}

/* A state that was damaged is refused or is some state; it is never followed out of bounds. */
static void damage(struct model *m, struct scoring_lead *l)
{
	struct buf state = BUF_INIT;
	struct err e;
	char *profile = json_dumps(scoring_lead_profile(l), JSON_COMPACT);
	save(l, &state);
	uint64_t dice = hash64(state.data, state.len);
	for (int i = 0; i < 8 && state.len; i++) {
		struct scoring_lead *other = NULL;
		struct scoring_view view;
		struct buf again = BUF_INIT;
		size_t n = i < 2 ? dice % state.len : state.len, at = dice % state.len;
		char was = state.data[at];
		state.data[at] = (char)(was ^ (i < 2 ? 0 : 1 << (dice >> 32 & 7)));
		if (scoring_lead_load(m, profile, state.data, n, &other, &e) == ST_OK) {
			scoring_lead_view(other, false, &view);
			fuzz_expect(scoring_lead_save(other, &again), "a lead that was loaded can be saved");
		} else {
			fuzz_expect(e.status == ST_CONFLICT, "a state that does not load is stale");
		}
		scoring_lead_free(&other);
		buf_free(&again);
		state.data[at] = was;
		dice = hash64(&dice, sizeof(dice));
	}
	free(profile);
	buf_free(&state);
}

static int in_order(const void *a, const void *b)
{
	const struct scoring_event *x = a, *y = b;
	return x->at != y->at ? (x->at < y->at ? -1 : 1) : uuid_cmp(&x->key, &y->key);
}

/* One event after another, in order, without duplicates; stored and loaded after every other one. */
static void step_by_step(struct model *m, const struct scoring_event *events, size_t n, int64_t at, struct buf *ret)
{
	struct scoring_lead *l = NULL;
	struct err e;
	struct scoring_event *sorted = malloc((n + 1) * sizeof(*sorted));
	fuzz_expect(sorted && scoring_lead_new(m, &l, &e) == ST_OK, "memory");
	if (n)
		memcpy(sorted, events, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), in_order);
	for (size_t i = 0; i < n && sorted[i].at <= at; i++) {
		bool seen = false; /* the same key at another instant: the earlier one counts */
		for (size_t j = 0; j < i; j++)
			seen |= uuid_cmp(&sorted[i].key, &sorted[j].key) == 0;
		if (seen)
			continue;
		fuzz_expect(scoring_lead_in_order(l, sorted[i].at, &sorted[i].key), "the next event is in order");
		fuzz_expect(scoring_lead_apply(l, &sorted[i], NULL, &e) == ST_OK, "an event in order applies");
		if (i % 2)
			store_and_load(m, &l);
	}
	fuzz_expect(scoring_lead_advance(l, at, NULL, &e) == ST_OK, "time passes");
	save(l, ret);
	damage(m, l);
	scoring_lead_free(&l);
	free(sorted);
}

static void expect_view(const struct scoring_view *v)
{
	fuzz_expect(v->tier != 0 && strchr("ABCDX", v->tier) && v->grade[0] == v->tier && v->grade[1] >= '1' && v->grade[1] <= '4', "a tier and a grade");
	fuzz_expect((unsigned)v->stage < STAGE_COUNT, "a stage");
	fuzz_expect(v->next_change_at == INSTANT_NEVER || v->as_of == INSTANT_NEVER || v->next_change_at > v->as_of, "a next change in the future");
}

void fuzz_history(struct model *m, struct scoring_event *events, size_t n, int64_t at)
{
	struct scoring_lead *l = NULL;
	struct scoring_effects fx = {0};
	struct scoring_view v;
	struct explanation x;
	struct buf replayed = BUF_INIT, stepped = BUF_INIT;
	struct err e;
	fuzz_expect(scoring_replay(m, events, n, at, &l, &fx, &e) == ST_OK, "a history can be replayed");
	scoring_lead_view(l, true, &v);
	expect_view(&v);
	fuzz_expect(scoring_explain(m, events, n, at, &x, &e) == ST_OK, "a history can be explained");
	int64_t sum = 0;
	for (size_t i = 0; i < x.n_contributions; i++)
		sum += x.contributions[i].points_now;
	fuzz_expect(sum == x.view.total, "contributions that add up to the total");
	fuzz_expect(v.total == x.view.total && v.fit == x.view.fit && v.tier == x.view.tier && v.stage == x.view.stage, "an explanation of the same lead");
	const struct scoring_tag *tags;
	size_t n_tags = scoring_lead_tags(l, &tags);
	for (size_t i = 1; i < n_tags; i++)
		fuzz_expect(strcmp(tags[i - 1].tag, tags[i].tag) < 0, "tags sorted, each once");
	scoring_lead_applies(l);
	save(l, &replayed);
	step_by_step(m, events, n, at, &stepped);
	fuzz_expect(equal(&replayed, &stepped), "replay and step by step give the same state");
	scoring_explanation_free(&x);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	buf_free(&replayed);
	buf_free(&stepped);
}
