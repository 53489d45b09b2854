/* Histories: {"model": document, or absent for the default one, "at": days, "events": [{"at": days, "id", "type", "properties", "patch", "source", "email", "phone"}]}.
 *
 * Days are numbers since 2026-01-01 and may have a fraction. Whatever way the events go, the lead comes out the same. */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"

#define START INT64_C(1767225600000)
#define EVENTS_MAX 64
#define DAYS_MAX 36500.0

static int64_t instant(const json_t *days)
{
	double d = json_number_value(days);
	d = d > DAYS_MAX ? DAYS_MAX : d < -9000 ? -9000 : d;
	return START + (int64_t)floor(d * (double)MS_DAY);
}

static json_t *object_or_null(json_t *event, const char *name)
{
	json_t *v = json_object_get(event, name);
	return json_is_object(v) ? v : NULL;
}

static size_t read_events(json_t *list, struct scoring_event events[EVENTS_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(list) && n < EVENTS_MAX; i++) {
		json_t *one = json_array_get(list, i);
		const char *type = json_string_value(json_object_get(one, "type")), *id = json_string_value(json_object_get(one, "id"));
		if (!type || !type[0] || strlen(type) > 255)
			continue;
		events[n++] = (struct scoring_event){.key = id ? hash128(id, strlen(id), "", 0) : hash128(&i, sizeof(i), "", 0), .at = instant(json_object_get(one, "at")), .type = type,
			.properties = object_or_null(one, "properties"), .patch = object_or_null(one, "patch"), .source = object_or_null(one, "source"),
			.email = json_string_value(json_object_get(one, "email")), .phone = json_string_value(json_object_get(one, "phone"))};
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scoring_event events[EVENTS_MAX];
	struct model *m = NULL;
	struct err e;
	json_t *input = fuzz_json(data, size), *given = json_object_get(input, "model");
	json_t *document = given ? json_incref(given) : json_loads(model_default_document(), 0, NULL);
	if (input && model_compile(document, 1, &m, NULL, &e) == ST_OK) {
		size_t n = read_events(json_object_get(input, "events"), events);
		fuzz_history(m, events, n, instant(json_object_get(input, "at")));
	}
	model_unref(&m);
	json_decref(document);
	json_decref(input);
	return 0;
}
