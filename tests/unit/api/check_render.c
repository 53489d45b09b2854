/* Problems, leads and event replies as JSON, and entity tags. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/problem_priv.h"
#include "../../../src/api/render_priv.h"
#include "../../../src/api/reply_priv.h"
#include "base/json.h"

static const struct {
	enum status status;
	const char *code, *pointer;
	int http;
	const char *told; /* the code in the document */
} problems[] = {
    {ST_INVALID, "email_invalid", "/email", 422, "email_invalid"},
    {ST_INVALID, "", "", 422, "invalid"},
    {ST_INVALID, "json_invalid", "", 400, "json_invalid"},
    {ST_INVALID, "body_required", "", 400, "body_required"},
    {ST_INVALID, "header_invalid", "", 400, "header_invalid"},
    {ST_INVALID, "parameter_invalid", "?tier", 400, "parameter_invalid"},
    {ST_INVALID, "content_type_unsupported", "", 415, "content_type_unsupported"},
    {ST_NOT_FOUND, "lead_not_found", "", 404, "lead_not_found"},
    {ST_CONFLICT, "identity_conflict", "/email", 409, "identity_conflict"},
    {ST_CONFLICT, "version_mismatch", "", 412, "version_mismatch"},
    {ST_DENIED, "", "", 403, "denied"},
    {ST_TOO_LARGE, "json_too_large", "", 413, "json_too_large"},
    {ST_BUSY, "queue_full", "", 503, "queue_full"},
    {ST_UNAVAILABLE, "database_unavailable", "", 503, "database_unavailable"},
    {ST_UNCERTAIN, "anything", "", 503, "outcome_unknown"},
    {ST_DEADLINE, "deadline", "", 503, "deadline"},
    {ST_NOMEM, "", "", 503, "out_of_memory"},
    {ST_INTERNAL, "database_error", "/x", 500, "internal"},
};

static json_t *parsed(const char *text)
{
	json_t *v;
	struct err e = {0};
	ck_assert_msg(json_read(text, strlen(text), NULL, &v, &e) == ST_OK, "%s in %s", e.detail, text);
	return v;
}

static const char *text_at(json_t *v, const char *pointer)
{
	const json_t *x = json_pointer_get(v, pointer);
	ck_assert_msg(json_is_string(x), "no text at %s", pointer);
	return json_string_value(x);
}

START_TEST(an_error_is_a_problem)
{
	struct stand s;
	struct err e;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	err_at(&e, problems[_i].status, problems[_i].code, problems[_i].pointer, "A \"sentence\".");
	problem_reply(&s.call, &e);
	ck_assert_int_eq(s.call.status, problems[_i].http);
	ck_assert_str_eq(s.call.response_type, "application/problem+json");
	ck_assert_int_eq(stand_header(&s, "Retry-After") != NULL, problems[_i].http == 503);
	json_t *v = parsed(stand_body(&s));
	ck_assert_str_eq(text_at(v, "/type"), "about:blank");
	ck_assert_str_eq(text_at(v, "/code"), problems[_i].told);
	ck_assert_int_eq(json_integer_value(json_pointer_get(v, "/status")), problems[_i].http);
	ck_assert_str_eq(text_at(v, "/request_id"), s.call.request_id);
	ck_assert_uint_gt(strlen(text_at(v, "/title")), 3);
	if (problems[_i].http == 500) {
		/* What is inside stays inside. */
		ck_assert_ptr_null(strstr(stand_body(&s), "sentence"));
		ck_assert_ptr_null(json_pointer_get(v, "/errors"));
	} else if (problems[_i].pointer[0] == '?') {
		ck_assert_str_eq(text_at(v, "/errors/0/parameter"), "tier");
	} else if (problems[_i].pointer[0]) {
		ck_assert_str_eq(text_at(v, "/errors/0/pointer"), problems[_i].pointer);
		ck_assert_str_eq(text_at(v, "/errors/0/detail"), "A \"sentence\".");
	}
	json_decref(v);
	stand_close(&s);
}
END_TEST

START_TEST(a_problem_replaces_what_was_begun)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	buf_puts(reply_json(&s.call, 200), "{\"half\":");
	api_problem(&s.call, 503, "busy", "Later.", NULL, 7);
	json_t *v = parsed(stand_body(&s));
	ck_assert_str_eq(text_at(v, "/code"), "busy");
	ck_assert_str_eq(stand_header(&s, "Retry-After"), "7");
	json_decref(v);
	stand_close(&s);
}
END_TEST

static struct lead_row lead_with(const char *profile)
{
	static const char *const tags[] = {"a:\"b\"", "行业:汽车"};
	struct lead_row l = {.version = 3,
	    .created_at = 0,
	    .updated_at = 1500,
	    .as_of = 1000,
	    .last_event_at = INSTANT_NEVER,
	    .next_change_at = INSTANT_NEVER,
	    .model_version = 2,
	    .score = 101,
	    .fit = 60,
	    .engagement = 41,
	    .tier = 'B',
	    .grade = "B2",
	    .stage = "mql",
	    .tags = tags,
	    .n_tags = 2,
	    .profile = profile,
	    .profile_len = strlen(profile)};
	memset(&l.id, 0xAB, sizeof l.id);
	return l;
}

#define BEFORE "{\"id\":\"abababab-abab-abab-abab-abababababab\","
#define AFTER                                                                                                          \
	"\"score\":{\"total\":101,\"fit\":60,\"engagement\":41,\"offset\":0,\"as_of\":\"1970-01-01T00:00:01.000Z\",\"model_"        \
	"version\":2},\"tier\":\"B\",\"grade\":\"B2\","                                                                \
	"\"stage\":\"mql\",\"tags\":[\"a:\\\"b\\\"\",\"行业:汽车\"],\"owner\":null,\"handoff\":null,\"last_event_" \
	"at\":null,\"next_change_at\":null,"                                                                           \
	"\"created_at\":\"1970-01-01T00:00:00.000Z\",\"updated_at\":\"1970-01-01T00:00:01.500Z\",\"version\":3}"

static const struct {
	const char *profile, *json;
} leads[] = {
    {"{}", BEFORE AFTER},
    {"{\"email\":\"a@b.example\"}", BEFORE "\"email\":\"a@b.example\"," AFTER},
    {"{\"name\":\"}{\",\"company\":{\"name\":\"x\",\"technologies\":[]},\"attributes\":{}}",
	BEFORE "\"name\":\"}{\",\"company\":{\"name\":\"x\",\"technologies\":[]},\"attributes\":{}," AFTER},
    {"", BEFORE AFTER},
    {"null", BEFORE AFTER},
};

START_TEST(the_profile_becomes_members_of_the_lead)
{
	struct buf b = BUF_INIT;
	struct lead_row l = lead_with(leads[_i].profile);
	render_lead(&b, &l);
	ck_assert(buf_ok(&b));
	ck_assert_str_eq(b.data, leads[_i].json);
	json_decref(parsed(b.data));
	buf_free(&b);
}
END_TEST

START_TEST(a_handoff_and_an_owner_show_in_the_lead)
{
	struct buf b = BUF_INIT;
	struct lead_row l = lead_with("{\"owner\":\"li\"}");
	l.has_handoff = true;
	l.handoff_state = "pending";
	l.owner = "li";
	render_lead(&b, &l);
	json_t *v = parsed(b.data);
	ck_assert_str_eq(text_at(v, "/handoff/id"), "00000000-0000-0000-0000-000000000000");
	ck_assert_str_eq(text_at(v, "/handoff/state"), "pending");
	ck_assert_str_eq(text_at(v, "/owner"), "li");
	json_decref(v);
	buf_free(&b);
}
END_TEST

START_TEST(an_event_reply_says_what_it_moved)
{
	struct scoring_award awards[] = {
	    {.rule = "pricing", .points = 25000, .at = 0}, {.rule = "odd", .points = -500, .at = 0}};
	struct scoring_transition moved = {.kind = TRANSITION_STAGE, .from = "lead", .to = "mql", .at = 1000};
	struct command c = {.event_id = "e-1"};
	c.result = (struct command_result){.duplicate = false,
	    .awards = awards,
	    .n_awards = 2,
	    .transitions = &moved,
	    .n_transitions = 1,
	    .model_version = 1};
	c.result.view = (struct scoring_view){.as_of = 2000,
	    .shown_total = 110,
	    .shown_fit = 60,
	    .shown_engagement = 50,
	    .tier = 'A',
	    .grade = "A2",
	    .stage = STAGE_MQL};
	struct buf b = BUF_INIT;
	render_event_result(&b, &c);
	ck_assert_str_eq(b.data,
	    "{\"event_id\":\"e-1\",\"duplicate\":false,\"lead_id\":\"00000000-0000-0000-0000-000000000000\",\"score\":{"
	    "\"total\":110,\"fit\":60,"
	    "\"engagement\":50,\"offset\":0,\"as_of\":\"1970-01-01T00:00:02.000Z\",\"model_version\":1},\"tier\":\"A\",\"grade\":"
	    "\"A2\",\"stage\":\"mql\","
	    "\"contributions\":[{\"rule\":\"pricing\",\"points\":25},{\"rule\":\"odd\",\"points\":-0.5}],"
	    "\"transitions\":[{\"kind\":\"stage\",\"from\":\"lead\",\"to\":\"mql\",\"at\":\"1970-01-01T00:00:01.000Z\"}"
	    "]}");
	buf_free(&b);
	/* Without an id of the client's the key is the id. */
	c.event_id = NULL;
	render_event_result(&b, &c);
	ck_assert_ptr_nonnull(strstr(b.data, "\"event_id\":\"00000000-0000-0000-0000-000000000000\""));
	buf_free(&b);
}
END_TEST

static const struct {
	const char *header;
	bool matches; /* version 3 */
} none_match[] = {{NULL, false}, {"\"v3\"", true}, {"W/\"v3\"", true}, {"*", true}, {"\"v2\"", false},
    {"\"v33\"", false}, {"v3", false}, {"\"v2\", \"v3\"", true}, {"\"v2\",W/\"v3\"", true}, {"\"x\"", false},
    {"\"v\"", false}, {"\"v3", false}, {"", false}, {"\"v2\" \"v3\"", false}};

START_TEST(if_none_match_is_weak)
{
	ck_assert_msg(etag_matches(none_match[_i].header, 3) == none_match[_i].matches, "%s", none_match[_i].header);
}
END_TEST

static const struct {
	const char *header;
	int64_t version; /* -2: refused */
} if_match[] = {{NULL, -1}, {"*", -1}, {"\"v3\"", 3}, {" \"v3\" ", 3}, {"W/\"v3\"", INT64_MAX},
    {"\"other\"", INT64_MAX}, {"\"v-1\"", INT64_MAX}, {"3", -2}, {"\"v3\", \"v4\"", -2}, {"", -2}, {"\"v3", -2},
    {"\"v99999999999999999999999\"", INT64_MAX}};

START_TEST(if_match_is_strong)
{
	struct api_call c = {.if_match = if_match[_i].header};
	struct err e = {0};
	int64_t version = 0;
	enum status st = etag_required(&c, &version, &e);
	if (if_match[_i].version == -2)
		ck_assert_str_eq(e.code, "header_invalid");
	else
		ck_assert_msg(st == ST_OK && version == if_match[_i].version, "%s", if_match[_i].header);
}
END_TEST

#define LOOP(test, rows) tcase_add_loop_test(t, test, 0, (int)(sizeof rows / sizeof rows[0]))

int main(void)
{
	Suite *suite = suite_create("render");
	TCase *t = tcase_create("render");
	LOOP(an_error_is_a_problem, problems);
	tcase_add_test(t, a_problem_replaces_what_was_begun);
	LOOP(the_profile_becomes_members_of_the_lead, leads);
	tcase_add_test(t, a_handoff_and_an_owner_show_in_the_lead);
	tcase_add_test(t, an_event_reply_says_what_it_moved);
	LOOP(if_none_match_is_weak, none_match);
	LOOP(if_match_is_strong, if_match);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
