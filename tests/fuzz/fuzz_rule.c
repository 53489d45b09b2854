/* Rules: {"rule": any, "data": any}. Compiled and evaluated twice over the data, and compiled wherever a model may hold one. */
#include "fuzz.h"

#include <string.h>

#include "base/json.h"
#include "scoring/logic.h"

static json_t *evaluate(const struct logic *l, const json_t *data)
{
	struct arena *scratch = arena_new(0);
	json_t *value = NULL;
	struct err e;
	enum status st = logic_apply(l, data, scratch, &value, &e);
	fuzz_expect(st == ST_OK ? value != NULL : st == ST_TOO_LARGE && value == NULL, "a value, or too much work");
	arena_free(&scratch);
	return value;
}

static void alone(json_t *rule, const json_t *data)
{
	struct logic *l = NULL;
	struct err e = {0};
	enum status st = logic_compile(rule, "/r", &l, &e);
	if (st != ST_OK) {
		fuzz_expect((st == ST_INVALID || st == ST_TOO_LARGE) && l == NULL, "a rule is invalid or too large");
		fuzz_expect_fault(rule, "/r", &e);
		return;
	}
	json_t *once = evaluate(l, data), *again = evaluate(l, data);
	fuzz_expect((once == NULL) == (again == NULL) && (!once || json_equal(once, again)), "the same value twice");
	if (once)
		logic_truthy(once);
	json_decref(once);
	json_decref(again);
	logic_free(&l);
}

/* As a fit rule, a `where`, a criterion, a stage and a tag, over the data as profile and properties. */
static void in_a_model(json_t *rule, json_t *data)
{
	static const char *const text = "{\"fit\": {\"rules\": [{\"id\": \"f\", \"points\": 1, \"when\": true}]},"
		"\"engagement\": {\"rules\": [{\"id\": \"e\", \"on\": \"a\", \"points\": 1, \"where\": true, \"decay\": {\"half_life\": \"P1D\"}}]},"
		"\"icp\": {\"criteria\": [{\"id\": \"c\", \"when\": true}]}, \"stages\": [{\"stage\": \"mql\", \"when\": true}], \"tags\": [{\"tag\": \"a:b\", \"when\": true}]}";
	static const struct {
		const char *place, *key;
	} places[] = {{"/fit/rules/0", "when"}, {"/engagement/rules/0", "where"}, {"/icp/criteria/0", "when"}, {"/stages/0", "when"}, {"/tags/0", "when"}};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct model *m = NULL;
		struct err e = {0};
		json_t *document = json_loads(text, 0, NULL);
		json_object_set(json_pointer_get(document, places[i].place), places[i].key, rule);
		if (model_compile(document, 1, &m, NULL, &e) == ST_OK) {
			json_t *object = json_is_object(data) ? data : NULL;
			struct scoring_event events[] = {{.key = {{1}}, .at = 1000, .type = "a", .properties = object, .patch = object}, {.key = {{2}}, .at = 5000, .type = "a"}};
			fuzz_history(m, events, 2, 1u << 30);
		} else {
			fuzz_expect_fault(document, "", &e);
		}
		model_unref(&m);
		json_decref(document);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *input = fuzz_json(data, size);
	json_t *rule = json_object_get(input, "rule");
	if (rule) {
		json_t *over = json_object_get(input, "data");
		alone(rule, over);
		in_a_model(rule, over);
	}
	json_decref(input);
	return 0;
}
