/* Helpers of the scoring tests: models and events from short texts. JSON here is written with ' for ". */
#ifndef SCORING_CHECK_H
#define SCORING_CHECK_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/instant.h"
#include "scoring/explain.h"

#define DAY MS_DAY
#define T0 INT64_C(1772323200000) /* 2026-03-01T00:00:00Z, a Sunday */

/* New reference; NULL text gives NULL. */
static inline json_t *json_of(const char *text)
{
	if (!text)
		return NULL;
	char *copy = strdup(text);
	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	json_error_t why;
	json_t *v = json_loads(copy, JSON_DECODE_ANY, &why);
	ck_assert_msg(v != NULL, "%s in %s", why.text, copy);
	free(copy);
	return v;
}

static inline struct model *model_of(const char *text)
{
	json_t *doc = json_of(text);
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_msg(model_compile(doc, 1, &m, NULL, &e) == ST_OK, "%s: %s", e.pointer, e.detail);
	json_decref(doc);
	return m;
}

static inline struct model *default_model(void)
{
	json_t *doc = json_loads(model_default_document(), 0, NULL);
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_ptr_nonnull(doc);
	ck_assert_msg(model_compile(doc, 3, &m, NULL, &e) == ST_OK, "%s: %s", e.pointer, e.detail);
	json_decref(doc);
	return m;
}

/* The model does not compile, for this one fault. (A score compared with another is a fault of both.) */
static inline void assert_only_fault(const char *text, const char *pointer, const char *code)
{
	json_t *doc = json_of(text);
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_msg(model_compile(doc, 1, &m, faults, &e) == ST_INVALID, "accepted: %s", text);
	ck_assert_ptr_null(m);
	ck_assert_str_eq(e.code, "model_invalid");
	ck_assert_msg(strcmp(e.pointer, pointer) == 0, "%s: at %s", text, e.pointer);
	ck_assert_str_eq(faults->fault[0].pointer, pointer);
	ck_assert_msg(strcmp(faults->fault[0].code, code) == 0, "%s: %s", text, faults->fault[0].code);
	ck_assert_msg(strstr(text, "score'}, {'var': 'eng") || faults->count == 1, "%s: %zu faults, the second: %s %s", text, faults->count,
	    faults->fault[1].pointer, faults->fault[1].detail);
	ck_assert_uint_gt(strlen(faults->fault[0].detail), 10);
	free(faults);
	json_decref(doc);
}

/* Key n. */
static inline struct uuid key_of(unsigned n)
{
	struct uuid u = {{0}};
	for (int i = 0; i < 4; i++)
		u.b[15 - i] = (uint8_t)(n >> (8 * i));
	return u;
}

static inline struct scoring_event event_at(int64_t at, unsigned key, const char *type)
{
	return (struct scoring_event){.at = at, .key = key_of(key), .type = type};
}

static inline struct scoring_lead *lead_of(struct model *m)
{
	struct scoring_lead *l = NULL;
	ck_assert_int_eq(scoring_lead_new(m, &l, NULL), ST_OK);
	return l;
}

/* Applies an event whose properties and patch are given as texts; NULL: none. Keys count up by themselves. */
static inline void happen(struct scoring_lead *l, int64_t at, const char *type, const char *properties,
    const char *patch, struct scoring_effects *fx)
{
	static unsigned next_key = 1;
	struct scoring_event ev = event_at(at, next_key++, type);
	struct err e = {0};
	ev.properties = json_of(properties);
	ev.patch = json_of(patch);
	ck_assert_msg(scoring_lead_apply(l, &ev, fx, &e) == ST_OK, "%s", e.detail);
	json_decref(ev.properties);
	json_decref(ev.patch);
}

static inline void advance(struct scoring_lead *l, int64_t to, struct scoring_effects *fx)
{
	ck_assert_int_eq(scoring_lead_advance(l, to, fx, NULL), ST_OK);
}

static inline struct scoring_view view_of(const struct scoring_lead *l)
{
	struct scoring_view v;
	scoring_lead_view(l, false, &v);
	return v;
}

static inline bool has_tag(const struct scoring_lead *l, const char *tag)
{
	const struct scoring_tag *tags;
	for (size_t i = 0, n = scoring_lead_tags(l, &tags); i < n; i++)
		if (strcmp(tags[i].tag, tag) == 0)
			return true;
	return false;
}

static inline void save(const struct scoring_lead *l, struct buf *out)
{
	buf_clear(out);
	ck_assert(scoring_lead_save(l, out));
}

static inline int run_suite(Suite *s)
{
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
