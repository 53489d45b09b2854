/* Query parameters and cursors: what is taken, and what a refusal says. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/cursor_priv.h"
#include "../../../src/api/params_priv.h"
#include "../../../src/api/problem_priv.h"
#include "../../../src/api/reply_priv.h"
#include "store/lead.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

static const struct row {
	const char *target, *pointer; /* NULL: taken */
} rows[] = {
    {"/v1/leads", NULL},
    {"/v1/"
     "leads?tier=A&stage=mql&tag=行业:汽车&owner=li&min_score=1&max_score=2&q=mei&updated_since=2026-03-01T00:00:00Z&"
     "sort=-score&limit=200",
	NULL},
    {"/v1/leads?tier=X", NULL},
    {"/v1/leads?tier=E", "?tier"},
    {"/v1/leads?tier=a", "?tier"},
    {"/v1/leads?tier=AB", "?tier"},
    {"/v1/leads?tier=", "?tier"},
    {"/v1/leads?stage=hot", "?stage"},
    {"/v1/leads?min_score=-5", NULL},
    {"/v1/leads?min_score=1.5", "?min_score"},
    {"/v1/leads?min_score=1e3", "?min_score"},
    {"/v1/leads?min_score=%20", "?min_score"},
    {"/v1/leads?min_score=-", "?min_score"},
    {"/v1/leads?min_score=99999999999999999999", "?min_score"},
    {"/v1/leads?max_score=2147483648", "?max_score"},
    {"/v1/leads?limit=0", "?limit"},
    {"/v1/leads?limit=201", "?limit"},
    {"/v1/leads?limit=1", NULL},
    {"/v1/leads?limit=+1", "?limit"},
    {"/v1/leads?limit=0x10", "?limit"},
    {"/v1/leads?sort=score", NULL},
    {"/v1/leads?sort=-created_at", NULL},
    {"/v1/leads?sort=updated_at", NULL},
    {"/v1/leads?sort=name", "?sort"},
    {"/v1/leads?sort=--score", "?sort"},
    {"/v1/leads?updated_since=yesterday", "?updated_since"},
    {"/v1/leads?updated_since=2026-03-01", "?updated_since"},
    {"/v1/leads?updated_since=2026-03-01T00:00:00 08:00", "?updated_since"},
    {"/v1/leads?updated_since=2026-03-01T00:00:00+08:00", NULL},
    {"/v1/leads?q=!!!", "?q"},
    {"/v1/leads?q=138 0013", NULL},
    {"/v1/leads?cursor=abc", "?cursor"},
    {"/v1/leads?cursor=", "?cursor"},
    {"/v1/leads?page=2", "?page"},
    {"/v1/leads?Tier=A", "?Tier"},
    {"/v1/leads?tier=A&tier=A", "?tier"},
    {"/v1/leads?=x", "?"},
    {"/v1/leads/" ID "?x=1", "?x"},
    {"/v1/leads/" ID "/score?at=2026-03-01T00:00:00Z&model_version=3", NULL},
    {"/v1/leads/" ID "/score?model_version=0", "?model_version"},
    {"/v1/leads/" ID "/score?at=now", "?at"},
    {"/v1/leads/" ID "/timeline?limit=10", NULL},
    {"/v1/leads/" ID "/timeline?after=1", "?after"},
    {"/v1/handoffs?state=pending&lead_id=" ID, NULL},
    {"/v1/handoffs?state=open", "?state"},
    {"/v1/handoffs?lead_id=1", "?lead_id"},
    {"/v1/transitions?kind=stage", NULL},
    {"/v1/transitions?kind=all", "?kind"},
    {"/v1/transitions?after=0", "?after"},
    {"/v1/transitions?cursor=0", "?cursor"},
    {"/v1/taxonomies?limit=1", "?limit"},
    {"/v1/openapi.json?x=1", "?x"},
};

START_TEST(parameters_are_known_once_and_good)
{
	const struct row *r = &rows[_i];
	struct stand s;
	struct err e = {0};
	stand_open(&s);
	ck_assert_int_eq(stand_call(&s, "GET", r->target), ST_OK);
	enum status st = params_check(&s.call, &e);
	if (st == ST_OK)
		st = s.call.route->prepare(&s.api, &s.call, &e);
	if (!r->pointer) {
		ck_assert_msg(st == ST_OK, "%s: %s %s", r->target, e.pointer, e.detail);
	} else {
		ck_assert_msg(st == ST_INVALID, "%s was taken", r->target);
		ck_assert_str_eq(e.pointer, r->pointer);
		ck_assert_int_eq(problem_status(&e), 400);
		ck_assert_uint_gt(strlen(e.detail), 10);
	}
	stand_close(&s);
}
END_TEST

static const struct lead_filter *filter_of(struct stand *s, const char *target)
{
	struct err e = {0};
	ck_assert_int_eq(stand_call(s, "GET", target), ST_OK);
	enum status st = params_check(&s->call, &e);
	if (st == ST_OK)
		st = s->call.route->prepare(&s->api, &s->call, &e);
	ck_assert_msg(st == ST_OK, "%s: %s", target, e.detail);
	return s->state.input;
}

START_TEST(a_filter_is_what_was_asked)
{
	struct stand s;
	stand_open(&s);
	const struct lead_filter *f = filter_of(&s, "/v1/leads");
	ck_assert(!f->tier && !f->stage && !f->tag && !f->owner && !f->has_min_score && !f->has_max_score &&
		  !f->n_terms && !f->after.set);
	ck_assert_int_eq(f->sort, LEAD_SORT_SCORE_DESC);
	ck_assert_uint_eq(f->limit, 50);
	ck_assert(f->updated_since == INSTANT_NEVER);
	f = filter_of(
	    &s, "/v1/leads?tier=B&min_score=-3&max_score=0&sort=created_at&updated_since=1970-01-01T00:00:01Z");
	ck_assert_int_eq(f->tier, 'B');
	ck_assert(f->has_min_score && f->min_score == -3 && f->has_max_score && f->max_score == 0);
	ck_assert_int_eq(f->sort, LEAD_SORT_CREATED);
	ck_assert_int_eq(f->updated_since, 1000);
	stand_close(&s);
}
END_TEST

static const struct {
	const char *q, *terms;
} queries[] = {
    {"Mei", "mei;"},
    {"mei LIN", "mei;lin;"},
    {"林美", "林美;美;"},
    {"138 0013-8000", "13800138000;"},
    {"+86 138 0013 8000", "8613800138000;"},
    {"0086 138 0013 8000", "8613800138000;"},
    {"１３８００１３８", "13800138;"},
    {"mei@shop.example", "mei@shop.example;mei;shop.example;shop;example;"},
    {"138", "138;"},
};

START_TEST(a_query_becomes_words)
{
	struct stand s;
	stand_open(&s);
	char target[100], got[300] = "";
	snprintf(target, sizeof target, "/v1/leads?q=%s", queries[_i].q);
	const struct lead_filter *f = filter_of(&s, target);
	for (size_t i = 0; i < f->n_terms; i++)
		strcat(strcat(got, f->terms[i]), ";");
	ck_assert_str_eq(got, queries[_i].terms);
	stand_close(&s);
}
END_TEST

static struct cursor sample(void)
{
	struct cursor v = {.value = -123456789012, .rank = -7};
	memset(&v.id, 0xA5, sizeof v.id);
	return v;
}

static enum status read_back(
    struct stand *s, const char *target, const char *text, bool *given, struct cursor *ret, struct err *e)
{
	char whole[300];
	snprintf(whole, sizeof whole, "%s%ccursor=%s", target, strchr(target, '?') ? '&' : '?', text);
	ck_assert_int_eq(stand_call(s, "GET", whole), ST_OK);
	return cursor_read(&s->call, "cursor", true, given, ret, e);
}

START_TEST(a_cursor_comes_back_as_it_was)
{
	struct stand s;
	struct err e = {0};
	struct cursor v = sample(), got;
	bool given;
	char text[CURSOR_TEXT_MAX];
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads?tier=A&sort=-score&limit=10");
	cursor_write(&s.call, true, &v, text);
	ck_assert_int_eq(read_back(&s, "/v1/leads?tier=A&sort=-score&limit=10", text, &given, &got, &e), ST_OK);
	ck_assert(given && got.value == v.value && got.rank == v.rank && !uuid_cmp(&got.id, &v.id));
	/* Another page size, another order of parameters: the same question. */
	ck_assert_int_eq(read_back(&s, "/v1/leads?sort=-score&tier=A", text, &given, &got, &e), ST_OK);
	stand_call(&s, "GET", "/v1/leads");
	ck_assert_int_eq(cursor_read(&s.call, "cursor", true, &given, &got, &e), ST_OK);
	ck_assert(!given);
	stand_close(&s);
}
END_TEST

static const char *const other_questions[] = {"/v1/leads", "/v1/leads?tier=B&sort=-score", "/v1/leads?tier=A",
    "/v1/leads?tier=A&sort=score", "/v1/leads?tier=A&sort=-score&q=mei", "/v1/handoffs", "/v1/leads/" ID "/timeline"};

START_TEST(a_cursor_fits_no_other_question)
{
	struct stand s;
	struct err e = {0};
	struct cursor v = sample(), got;
	bool given;
	char text[CURSOR_TEXT_MAX];
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads?tier=A&sort=-score");
	cursor_write(&s.call, true, &v, text);
	ck_assert_int_eq(read_back(&s, other_questions[_i], text, &given, &got, &e), ST_INVALID);
	ck_assert_str_eq(e.code, "cursor_invalid");
	stand_close(&s);
}
END_TEST

START_TEST(a_cursor_of_another_workspace_is_refused)
{
	struct stand s;
	struct err e = {0};
	struct cursor v = sample(), got;
	bool given;
	char text[CURSOR_TEXT_MAX], target[200];
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	cursor_write(&s.call, true, &v, text);
	snprintf(target, sizeof target, "/v1/leads?cursor=%s", text);
	stand_call(&s, "GET", target);
	s.call.workspace_id.b[15] ^= 1;
	ck_assert_int_eq(cursor_read(&s.call, "cursor", true, &given, &got, &e), ST_INVALID);
	stand_close(&s);
}
END_TEST

START_TEST(a_cursor_that_was_changed_is_refused)
{
	struct stand s;
	struct err e = {0};
	struct cursor v = sample(), got;
	bool given;
	char text[CURSOR_TEXT_MAX];
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads?tier=A");
	cursor_write(&s.call, true, &v, text);
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++) {
		char was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(
		    read_back(&s, "/v1/leads?tier=A", text, &given, &got, &e) == ST_INVALID, "changed at %zu", i);
		text[i] = was;
	}
	text[n - 1] = '\0';
	ck_assert_int_eq(read_back(&s, "/v1/leads?tier=A", text, &given, &got, &e), ST_INVALID);
	stand_close(&s);
}
END_TEST

START_TEST(the_link_is_the_same_question_with_the_new_cursor)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads?tag=行业:a b&cursor=old&limit=2");
	buf_puts(reply_json(&s.call, 200), "{\"data\":[");
	reply_list_end(&s.call, "cursor", "NEW");
	ck_assert_str_eq(stand_body(&s), "{\"data\":[],\"next_cursor\":\"NEW\"}");
	ck_assert_str_eq(
	    stand_header(&s, "Link"), "</v1/leads?tag=%E8%A1%8C%E4%B8%9A%3Aa%20b&limit=2&cursor=NEW>; rel=\"next\"");
	stand_call(&s, "GET", "/v1/leads");
	buf_puts(reply_json(&s.call, 200), "{\"data\":[");
	reply_list_end(&s.call, "cursor", NULL);
	ck_assert_str_eq(stand_body(&s), "{\"data\":[],\"next_cursor\":null}");
	ck_assert_ptr_null(stand_header(&s, "Link"));
	stand_close(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("params");
	TCase *t = tcase_create("params");
	tcase_add_loop_test(t, parameters_are_known_once_and_good, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_test(t, a_filter_is_what_was_asked);
	tcase_add_loop_test(t, a_query_becomes_words, 0, (int)(sizeof queries / sizeof queries[0]));
	tcase_add_test(t, a_cursor_comes_back_as_it_was);
	tcase_add_loop_test(
	    t, a_cursor_fits_no_other_question, 0, (int)(sizeof other_questions / sizeof other_questions[0]));
	tcase_add_test(t, a_cursor_of_another_workspace_is_refused);
	tcase_add_test(t, a_cursor_that_was_changed_is_refused);
	tcase_add_test(t, the_link_is_the_same_question_with_the_new_cursor);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
