/* The engine on a line: NDJSON commands in, NDJSON answers out, for tests/property/run.mjs.
 *
 *   {"model": document}, perhaps with "segments" in it -> {"ok": true} or {"ok": false, "faults": [...]}
 *   {"events": [...], "at": ms, "seed": n}  -> everything shown of the lead, and "broken": invariants of the engine that did not hold; besides
 *       "steps": n       time passes from the newest event in one step and in n, which must be the same
 *       "voided": [key]  everything is replayed, then the answer is about the events that are left
 *       "parts": true    also the states ("parts": [hash, hash]) of the events without "other": true alone and of those with it, once all were one lead's
 *   {"logic": rule, "data": value}          -> {"value": ...} or {"error": code}
 *
 * Not a test by itself: the figures are judged by the oracle. What only C can see (state bytes, both paths) is judged in driver_paths.c and
 * driver_order.c. */
#include "driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/logic.h"

#ifdef __SANITIZE_ADDRESS__
/* Short-lived allocations by the million: a small quarantine stays in the cache. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "malloc_context_size=5:quarantine_size_mb=4";
}
#endif

void driver_die(const char *what, const struct err *e)
{
	fprintf(stderr, "driver: %s: %s %s %s\n", what, e != NULL ? e->code : "", e != NULL ? e->pointer : "", e != NULL ? e->detail : "");
	exit(2);
}

uint64_t driver_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static json_t *instant_json(int64_t at)
{
	return at == INSTANT_NEVER ? json_null() : json_integer(at);
}

static json_t *key_json(const struct uuid *key)
{
	char hex[33];
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", key->b[i]);
	return json_string(hex);
}

static struct uuid read_key(const char *hex)
{
	struct uuid key;
	for (int i = 0; i < 16; i++) {
		unsigned byte = 0;
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			driver_die("event key", NULL);
		key.b[i] = (uint8_t)byte;
	}
	return key;
}

/* Half of the parts are given parsed and half as text, which the engine parses when a rule needs them. */
static void read_part(json_t *part, bool as_text, json_t **ret_json, const char **ret_text)
{
	*ret_json = NULL;
	*ret_text = NULL;
	if (part == NULL)
		return;
	if (as_text)
		*ret_text = json_dumps(part, JSON_COMPACT);
	else
		*ret_json = part;
}

static struct scoring_event *read_events(json_t *list, uint64_t *seed, size_t *ret_n)
{
	size_t n = json_array_size(list);
	struct scoring_event *events = calloc(n + 1, sizeof(*events));
	for (size_t i = 0; events != NULL && i < n; i++) {
		json_t *one = json_array_get(list, i);
		struct scoring_event *ev = &events[i];
		ev->email = json_string_value(json_object_get(one, "email"));
		ev->phone = json_string_value(json_object_get(one, "phone"));
		uint64_t as_text = driver_random(seed);
		ev->key = read_key(json_string_value(json_object_get(one, "key")));
		ev->at = json_integer_value(json_object_get(one, "at"));
		ev->type = json_string_value(json_object_get(one, "type"));
		read_part(json_object_get(one, "properties"), as_text & 1, &ev->properties, &ev->properties_text);
		read_part(json_object_get(one, "patch"), as_text & 2, &ev->patch, &ev->patch_text);
		read_part(json_object_get(one, "source"), as_text & 4, &ev->source, &ev->source_text);
	}
	*ret_n = n;
	return events;
}

static void free_texts(struct scoring_event *ev)
{
	free((char *)ev->properties_text);
	free((char *)ev->patch_text);
	free((char *)ev->source_text);
}

static void free_events(struct scoring_event *events, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free_texts(&events[i]);
	free(events);
}

static json_t *contributions_json(const struct explanation *x)
{
	static const char *const kinds[] = {"fit", "engagement", "cap", "offset"};
	json_t *lines = json_array();
	for (size_t i = 0; i < x->n_contributions; i++) {
		const struct contribution *c = &x->contributions[i];
		json_t *line = json_pack("{s:s, s:s, s:I, s:I, s:I}", "rule", c->rule, "kind", kinds[c->kind], "at", (json_int_t)c->at,
			"points", (json_int_t)c->points, "points_now", (json_int_t)c->points_now);
		if (c->kind == CONTRIBUTION_OFFSET)
			json_object_set_new(line, "label", json_string(c->label));
		if (c->kind == CONTRIBUTION_ENGAGEMENT || c->kind == CONTRIBUTION_OFFSET)
			json_object_set_new(line, "event", c->has_event ? key_json(&c->event_key) : json_null());
		json_array_append_new(lines, line);
	}
	return lines;
}

static json_t *criteria_json(const struct explanation *x)
{
	json_t *list = json_array();
	for (size_t i = 0; i < x->n_criteria; i++) {
		const struct criterion_view *one = &x->criteria[i];
		json_array_append_new(list, json_pack("{s:s, s:b, s:i, s:I, s:s*, s:s*}", "id", one->id, "core", (int)one->core, "met", one->met,
			"weight", (json_int_t)one->weight, "part", one->part, "dimension", one->dimension));
	}
	return list;
}

static json_t *transitions_json(const struct scoring_effects *fx)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fx->n_transitions; i++) {
		const struct scoring_transition *t = &fx->transitions[i];
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:I, s:I, s:I}", "kind",
			t->kind == TRANSITION_STAGE ? "stage" : "tier", "from", t->from, "to", t->to, "cause", transition_cause_name(t->cause),
			"at", (json_int_t)t->at, "event", t->cause == CAUSE_DECAY ? json_null() : key_json(&t->event_key),
			"total", (json_int_t)t->total, "fit", (json_int_t)t->fit, "engagement", (json_int_t)t->engagement));
	}
	return list;
}

static json_t *segments_json(const struct scoring_lead *lead, const struct model *m)
{
	const bool *in = scoring_lead_segments(lead);
	json_t *list = json_array();
	for (size_t i = 0; i < model_segment_count(m); i++)
		if (in[i])
			json_array_append_new(list, json_string(model_segment_id(m, i)));
	return list;
}

static json_t *segment_moves_json(const struct scoring_effects *fx, const struct model *m)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fx->n_segment_moves; i++) {
		const struct scoring_segment_move *v = &fx->segment_moves[i];
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:I, s:o}", "segment", model_segment_id(m, v->segment), "entered", (int)v->entered,
			"cause", transition_cause_name(v->cause), "at", (json_int_t)v->at, "event", v->cause == CAUSE_DECAY ? json_null() : key_json(&v->event_key)));
	}
	return list;
}

static json_t *moves_json(const struct scoring_effects *fx)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fx->n_awards; i++)
		json_array_append_new(list, json_pack("[s, I, I]", fx->awards[i].rule, (json_int_t)fx->awards[i].points, (json_int_t)fx->awards[i].at));
	return list;
}

static json_t *view_json(struct scoring_lead *lead)
{
	struct scoring_view v;
	const struct scoring_tag *held;
	scoring_lead_view(lead, true, &v);
	json_t *tags = json_array();
	size_t n = scoring_lead_tags(lead, &held);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(tags, json_string(held[i].tag));
	char tier[2] = {v.tier, 0};
	return json_pack("{s:I, s:I, s:I, s:[i,i,i], s:s, s:s, s:s, s:o, s:s?, s:o, s:o, s:o, s:O, s:b, s:I, s:i}", "total", (json_int_t)v.total, "fit", (json_int_t)v.fit,
		"engagement", (json_int_t)v.engagement, "shown", (int)v.shown_total, (int)v.shown_fit, (int)v.shown_engagement, "tier", tier,
		"grade", v.grade, "stage", stage_name(v.stage), "tags", tags, "exclusion", v.exclusion, "next_change_at",
		instant_json(v.next_change_at), "as_of", instant_json(v.as_of), "last_event_at", instant_json(v.last_event_at),
		"profile", scoring_lead_profile(lead), "applies", (int)scoring_lead_applies(lead), "offset", (json_int_t)v.offset, "shown_offset",
		(int)v.shown_offset);
}

static json_t *state_json(const struct scoring_lead *lead)
{
	struct buf state = BUF_INIT;
	char hash[17];
	driver_save(lead, &state);
	snprintf(hash, sizeof(hash), "%016" PRIx64, hash64(state.data, state.len));
	buf_free(&state);
	return json_string(hash);
}

/* Replays everything once, as whoever keeps the events did before some were voided, then drops those. */
static void leave_out(struct driver_case *c, json_t *voided)
{
	struct scoring_lead *before = driver_replay(c, c->events, c->n, c->at);
	scoring_lead_free(&before);
	for (size_t v = 0; v < json_array_size(voided); v++) {
		struct uuid key = read_key(json_string_value(json_array_get(voided, v)));
		size_t kept = 0;
		for (size_t i = 0; i < c->n; i++) {
			if (uuid_cmp(&c->events[i].key, &key) == 0)
				free_texts(&c->events[i]);
			else
				c->events[kept++] = c->events[i];
		}
		c->n = kept;
	}
}

/* The state of one of two leads that were one for a while, parted again. */
static json_t *part_json(struct driver_case *c, json_t *command, bool other)
{
	json_t *list = json_object_get(command, "events");
	size_t n = 0;
	struct scoring_event *part = calloc(c->n + 1, sizeof(*part));
	if (part == NULL)
		driver_die("memory", NULL);
	for (size_t i = 0; i < c->n; i++)
		if (json_is_true(json_object_get(json_array_get(list, i), "other")) == other)
			part[n++] = c->events[i];
	struct scoring_lead *lead = driver_replay(c, part, n, c->at);
	json_t *hash = state_json(lead);
	scoring_lead_free(&lead);
	free(part);
	return hash;
}

static json_t *answer_case(struct model *m, json_t *command)
{
	struct driver_case c = {.model = m, .at = json_integer_value(json_object_get(command, "at")), .broken = json_array()};
	c.seed = (uint64_t)json_integer_value(json_object_get(command, "seed"));
	c.steps = (size_t)json_integer_value(json_object_get(command, "steps"));
	c.events = read_events(json_object_get(command, "events"), &c.seed, &c.n);
	json_t *voided = json_object_get(command, "voided");
	if (voided != NULL)
		leave_out(&c, voided);

	struct scoring_lead *lead = NULL;
	struct scoring_effects fx = {0};
	struct explanation x;
	struct err e = {0};
	if (scoring_replay(m, c.events, c.n, c.at, &lead, &fx, &e) != ST_OK)
		driver_die("replay", &e);
	if (scoring_explain(m, c.events, c.n, c.at, &x, &e) != ST_OK)
		driver_die("explain", &e);

	driver_check_explanation(&c, lead, &x);
	driver_check_steps(&c, lead);
	driver_check_order(&c, lead);
	driver_check_next(&c, lead);
	if (c.steps > 0)
		driver_check_decay(&c);

	json_t *answer = view_json(lead);
	if (answer == NULL)
		driver_die("view", NULL);
	json_object_set_new(answer, "contributions", contributions_json(&x));
	json_object_set_new(answer, "criteria", criteria_json(&x));
	json_object_set_new(answer, "transitions", transitions_json(&fx));
	json_object_set_new(answer, "segments", segments_json(lead, m));
	json_object_set_new(answer, "segment_moves", segment_moves_json(&fx, m));
	json_object_set_new(answer, "moves", moves_json(&fx));
	json_object_set_new(answer, "state", state_json(lead));
	if (json_is_true(json_object_get(command, "parts")))
		json_object_set_new(answer, "parts", json_pack("[o, o]", part_json(&c, command, false), part_json(&c, command, true)));
	json_object_set_new(answer, "next_looks_same", json_boolean(c.next_looks_same));
	json_object_set_new(answer, "broken", c.broken);
	scoring_explanation_free(&x);
	scoring_effects_free(&fx);
	scoring_lead_free(&lead);
	free_events(c.events, c.n);
	return answer;
}

static json_t *answer_model(struct model **current, json_t *document)
{
	static struct model_faults faults;
	struct err e = {0};
	struct model *m = NULL;
	memset(&faults, 0, sizeof(faults));
	json_t *list = json_incref(json_object_get(document, "segments"));
	json_object_del(document, "segments");
	const struct model_segments segments = {.list = list, .revision = 3};
	enum status st = model_compile_with(document, 7, &segments, &m, &faults, &e);
	json_decref(list);
	if (st == ST_OK) {
		model_unref(current);
		*current = m;
		return json_pack("{s:b}", "ok", 1);
	}
	list = json_array();
	for (size_t i = 0; i < faults.count && i < MODEL_FAULTS_MAX; i++)
		json_array_append_new(list, json_pack("[s,s,s]", faults.fault[i].pointer, faults.fault[i].code, faults.fault[i].detail));
	return json_pack("{s:b, s:o}", "ok", 0, "faults", list);
}

static json_t *answer_logic(json_t *rule, json_t *data)
{
	struct logic *l = NULL;
	struct err e = {0};
	json_t *value = NULL;
	struct arena *scratch = arena_new(0);
	json_t *answer = NULL;
	if (logic_compile(rule, "", &l, &e) == ST_OK && logic_apply(l, data, scratch, &value, &e) == ST_OK)
		answer = json_pack("{s:o}", "value", value);
	else
		answer = json_pack("{s:s, s:s}", "error", e.code, "detail", e.detail);
	logic_free(&l);
	arena_free(&scratch);
	return answer;
}

int main(void)
{
	struct model *m = NULL;
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, stdin) > 0) {
		json_error_t fault;
		json_t *command = json_loads(line, 0, &fault);
		if (command == NULL)
			driver_die(fault.text, NULL);
		json_t *document = json_object_get(command, "model"), *rule = json_object_get(command, "logic");
		json_t *answer = document != NULL ? answer_model(&m, document)
			: rule != NULL ? answer_logic(rule, json_object_get(command, "data")) : answer_case(m, command);
		char *text = json_dumps(answer, JSON_COMPACT);
		if (text == NULL)
			driver_die("answer", NULL);
		puts(text);
		fflush(stdout);
		free(text);
		json_decref(answer);
		json_decref(command);
	}
	free(line);
	model_unref(&m);
	return 0;
}
