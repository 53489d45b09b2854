/* segments beside a model's document, and conditions over what a lead did since an instant. */
#include "scoring_check.h"

#include "scoring/since.h"

static struct model *with_segments(const char *doc_text, const char *segments, bool lenient)
{
	json_t *doc = json_of(doc_text), *list = json_of(segments);
	struct model_segments given = {.list = list, .revision = 7, .lenient = lenient};
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_msg(
	    model_compile_with(doc, 1, &given, &m, NULL, &e) == ST_OK, "%s: %s %s", segments, e.pointer, e.detail);
	json_decref(doc);
	json_decref(list);
	return m;
}

static const struct {
	const char *list, *pointer, *code;
} faults[] = {
    {"[5]", "/segments/0", "type_wrong"},
    {"[{'when': true}]", "/segments/0/id", "required"},
    {"[{'id': '', 'when': true}]", "/segments/0/id", "value_invalid"},
    {"[{'id': 'a', 'when': true}, {'id': 'b'}]", "/segments/1/when", "required"},
    {"[{'id': 'a', 'when': {'nope': 1}}]", "/segments/0/when/nope", "operator_unknown"},
    {"[{'id': 'a', 'when': {'var': 'properties.path'}}]", "/segments/0/when/var", "name_unavailable"},
    {"[{'id': 'a', 'when': {'+': [{'var': 'score'}, 1]}}]", "/segments/0/when/+/0/var", "name_unavailable"},
    {"[{'id': 'a', 'when': {'var': 'taxonomy.industry'}}]", "/segments/0/when/var", "name_unavailable"},
};

START_TEST(a_fault_is_found_where_it_is)
{
	json_t *doc = json_of("{}"), *list = json_of(faults[_i].list);
	struct model_segments given = {.list = list, .revision = 1};
	struct model_faults *found = calloc(1, sizeof(*found));
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_int_eq(model_compile_with(doc, 1, &given, &m, found, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, faults[_i].pointer);
	ck_assert_str_eq(found->fault[0].code, faults[_i].code);
	ck_assert_uint_eq(found->count, 1);
	/* Leniently the others go on, and nobody is in this one. */
	given.lenient = true;
	ck_assert_int_eq(model_compile_with(doc, 1, &given, &m, NULL, &e), ST_OK);
	size_t n = json_array_size(list);
	ck_assert_uint_eq(model_segment_count(m), n);
	ck_assert_int_eq(model_segment_broken(m, n - 1), !strstr(faults[_i].pointer, "/id"));
	model_unref(&m);
	free(found);
	json_decref(list);
	json_decref(doc);
}
END_TEST

START_TEST(their_number_is_bounded)
{
	json_t *doc = json_of("{}"), *list = json_array();
	struct model_segments given = {.list = list, .revision = 1};
	struct model *m = NULL;
	struct err e = {0};
	for (int i = 0; i < MODEL_SEGMENTS_MAX; i++) {
		char id[20];
		snprintf(id, sizeof(id), "s%d", i);
		json_array_append_new(list, json_pack("{s:s,s:b}", "id", id, "when", i % 2));
	}
	ck_assert_int_eq(model_compile_with(doc, 1, &given, &m, NULL, &e), ST_OK);
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "a", NULL, NULL, NULL);
	for (size_t i = 0; i < MODEL_SEGMENTS_MAX; i++)
		ck_assert_int_eq(scoring_lead_segments(l)[i], i % 2);
	ck_assert_str_eq(model_segment_id(m, 499), "s499");
	scoring_lead_free(&l);
	model_unref(&m);
	json_array_append_new(list, json_of("{'id': 'more', 'when': true}"));
	ck_assert_int_eq(model_compile_with(doc, 1, &given, &m, NULL, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/segments");
	json_decref(list);
	json_decref(doc);
}
END_TEST

START_TEST(a_broken_one_harms_no_other)
{
	struct model *m = with_segments("{'engagement': {'rules': [{'id': 'e', 'on': 'a', 'points': 5}]}}",
	    "[{'id': 'old', 'when': {'==': [{'var': 'taxonomy.gone'}, 'x']}}, {'id': 'warm', 'when': {'>=': [{'var': "
	    "'score'}, 5]}}, 17]",
	    true);
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	ck_assert(model_segment_broken(m, 0));
	ck_assert(!model_segment_broken(m, 1));
	ck_assert(model_segment_broken(m, 2));
	happen(l, T0, "a", NULL, NULL, &fx);
	ck_assert_uint_eq(fx.n_segment_moves, 1);
	ck_assert_uint_eq(fx.segment_moves[0].segment, 1);
	ck_assert(!scoring_lead_segments(l)[0] && scoring_lead_segments(l)[1] && !scoring_lead_segments(l)[2]);
	bool held = true;
	ck_assert_int_eq(scoring_lead_holds_since(l, 0, INT64_MIN, NULL, 0, &held, NULL), ST_OK);
	ck_assert(!held);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* What a person would count by hand. */
struct hand {
	bool seen_a, two_b, fresh_b;
};

static struct hand by_hand(const struct scoring_event *events, size_t n, int64_t since, int64_t at)
{
	struct hand h = {0};
	int64_t newest = INT64_MIN;
	size_t b = 0;
	for (size_t i = 0; i < n; i++) {
		if (events[i].at < since || events[i].at > at)
			continue;
		h.seen_a |= !strcmp(events[i].type, "a") && at - events[i].at < 3 * DAY;
		if (!strcmp(events[i].type, "b")) {
			b++;
			newest = events[i].at;
		}
	}
	h.two_b = b >= 2;
	h.fresh_b = newest == INT64_MIN || (at - newest) / DAY < 2;
	return h;
}

START_TEST(since_an_instant)
{
	static const char *const types[] = {"a", "b", "b", "x", "a", "b", "x", "x", "b", "x"};
	enum { N = sizeof(types) / sizeof(*types) };
	struct scoring_event events[N];
	struct model *m = with_segments("{'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 5}]}}",
	    "[{'id': 'a', 'when': {'seen': ['a', 'P3D']}}, {'id': 'b', 'when': {'>=': [{'count_events': 'b'}, 2]}}, "
	    "{'id': 'c', 'when': {'<': [{'days_since': 'b'}, 2]}},"
	    " {'id': 'd', 'when': {'and': [{'>=': [{'var': 'engagement'}, 10]}, {'>=': [{'var': 'score'}, 10]}]}}]",
	    false);
	struct scoring_lead *l = lead_of(m);
	struct buf before = BUF_INIT, after = BUF_INIT;
	bool held = true;
	ck_assert_int_eq(scoring_lead_holds_since(l, 0, INT64_MIN, NULL, 0, &held, NULL), ST_OK);
	ck_assert_msg(!held, "a lead that nothing has happened to");
	for (unsigned i = 0; i < N; i++)
		events[i] = event_at(T0 + i * DAY, i + 1, types[i]);
	for (size_t applied = 1; applied <= N; applied++) {
		int64_t at = events[applied - 1].at;
		ck_assert_int_eq(scoring_lead_apply(l, &events[applied - 1], NULL, NULL), ST_OK);
		save(l, &before);
		for (int64_t since = T0 - DAY; since <= at + DAY; since += DAY / 2) {
			struct hand h = by_hand(events, N, since, at);
			bool want[] = {h.seen_a, h.two_b, h.fresh_b, view_of(l).engagement >= 10000};
			for (size_t k = 0; k < 4; k++) {
				/* Events that are still to come are passed by. */
				ck_assert_int_eq(scoring_lead_holds_since(l, k, since, events, N, &held, NULL), ST_OK);
				ck_assert_msg(held == want[k], "condition %zu after %zu events, since day %lld", k,
				    applied, (long long)((since - T0) / DAY));
			}
		}
		for (size_t k = 0; k < 3; k++)
			ck_assert_int_eq(scoring_lead_segments(l)[k],
			    ((bool[]){by_hand(events, N, T0, at).seen_a, by_hand(events, N, T0, at).two_b,
				by_hand(events, N, T0, at).fresh_b})[k]);
		/* Asking changes nothing. */
		save(l, &after);
		ck_assert_uint_eq(before.len, after.len);
		ck_assert_mem_eq(before.data, after.data, after.len);
	}
	buf_free(&before);
	buf_free(&after);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(types_that_segments_look_back_at)
{
	/* 64 of the document, and 256 more of the segments; one more is one too many. */
	json_t *doc = json_of("{'tags': [{'tag': 't:x', 'when': {'seen': []}}]}"),
	       *list = json_of("[{'id': 's', 'when': {'seen': []}}]");
	json_t *of_doc = json_array(), *of_list = json_array();
	for (int i = 0; i < MODEL_SEEN_TYPES_MAX + MODEL_SEGMENT_TYPES_MAX; i++)
		json_array_append_new(i < MODEL_SEEN_TYPES_MAX ? of_doc : of_list, json_sprintf("type%d", i));
	json_array_append_new(
	    json_object_get(json_object_get(json_array_get(json_object_get(doc, "tags"), 0), "when"), "seen"), of_doc);
	json_array_append_new(json_object_get(json_object_get(json_array_get(list, 0), "when"), "seen"), of_list);
	struct model_segments given = {.list = list, .revision = 1};
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_msg(model_compile_with(doc, 1, &given, &m, NULL, &e) == ST_OK, "%s %s", e.pointer, e.detail);
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "type319", NULL, NULL, NULL);
	ck_assert(scoring_lead_segments(l)[0]);
	ck_assert(!has_tag(l, "t:x"));
	scoring_lead_free(&l);
	model_unref(&m);
	json_array_append_new(of_list, json_string("one more"));
	ck_assert_int_eq(model_compile_with(doc, 1, &given, &m, NULL, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/segments/0/when/seen");
	json_decref(list);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/segments");
	TCase *c = tcase_create("segments");
	tcase_add_loop_test(c, a_fault_is_found_where_it_is, 0, sizeof(faults) / sizeof(*faults));
	tcase_add_test(c, their_number_is_bounded);
	tcase_add_test(c, a_broken_one_harms_no_other);
	tcase_add_test(c, since_an_instant);
	tcase_add_test(c, types_that_segments_look_back_at);
	suite_add_tcase(s, c);
	return run_suite(s);
}
