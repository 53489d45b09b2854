/* The pure parts: target_parse, trace_id_of. */
#include "../../../src/http/target_priv.h"
#include "../../../src/http/trace_priv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *raw;
	enum refusal want;
	const char *path;
	const char *query; /* name=value;... as understood */
};

static const struct row rows[] = {
    {"/", REFUSE_NONE, "/", ""},
    {"/v1/leads", REFUSE_NONE, "/v1/leads", ""},
    {"/v1/leads/", REFUSE_NONE, "/v1/leads/", ""},
    {"/a?", REFUSE_NONE, "/a", ""},
    {"/a?b=c", REFUSE_NONE, "/a", "b=c;"},
    {"/a?b", REFUSE_NONE, "/a", "b=;"},
    {"/a?b=&c=d", REFUSE_NONE, "/a", "b=;c=d;"},
    {"/a?b=c=d", REFUSE_NONE, "/a", "b=c=d;"},
    {"/a?&&b=1&", REFUSE_NONE, "/a", "b=1;"},
    {"/a?b=c?d", REFUSE_NONE, "/a", "b=c?d;"},
    {"/a?b=1+2%2B3", REFUSE_NONE, "/a", "b=1 2+3;"},
    {"/a+b", REFUSE_NONE, "/a+b", ""},
    {"/%E4%BD%A0?q=%e5%a5%bd", REFUSE_NONE, "/你", "q=好;"},
    {"/tags/a%3Ab", REFUSE_NONE, "/tags/a:b", ""},
    {"/a.b/..c/...", REFUSE_NONE, "/a.b/..c/...", ""},
    {"http://example.test/a?b=c", REFUSE_NONE, "/a", "b=c;"},
    {"HTTPS://EXAMPLE.test/a", REFUSE_NONE, "/a", ""},
    {"http://example.test", REFUSE_NONE, "/", ""},
    {"http://example.test?x=1", REFUSE_NONE, "/", "x=1;"},
    {"http://other.test/a", REFUSE_TARGET, NULL, NULL},
    {"http://me@example.test/a", REFUSE_TARGET, NULL, NULL},
    {"http:///a", REFUSE_TARGET, NULL, NULL},
    {"ftp://example.test/a", REFUSE_TARGET, NULL, NULL},
    {"example.test:80", REFUSE_TARGET, NULL, NULL},
    {"*", REFUSE_TARGET, NULL, NULL},
    {"a", REFUSE_TARGET, NULL, NULL},
    {"/a#b", REFUSE_TARGET, NULL, NULL},
    {"/a?b#c", REFUSE_TARGET, NULL, NULL},
    {"/a b", REFUSE_TARGET, NULL, NULL},
    {"/\xE4\xBD\xA0", REFUSE_TARGET, NULL, NULL},
    {"/a?q=\xE4\xBD\xA0", REFUSE_TARGET, NULL, NULL},
    {"/%", REFUSE_ESCAPE, NULL, NULL},
    {"/%4", REFUSE_ESCAPE, NULL, NULL},
    {"/%4?x", REFUSE_ESCAPE, NULL, NULL},
    {"/%zz", REFUSE_ESCAPE, NULL, NULL},
    {"/%%41", REFUSE_ESCAPE, NULL, NULL},
    {"/a?b=%", REFUSE_ESCAPE, NULL, NULL},
    {"/a?b=%1&c=2", REFUSE_ESCAPE, NULL, NULL},
    {"/a%2Fb", REFUSE_ESCAPE, NULL, NULL},
    {"/a%5cb", REFUSE_ESCAPE, NULL, NULL},
    /* The tag of a lead is the rest of the path. */
    {"/v1/leads/x/tags/a%2Fb%2fc", REFUSE_NONE, "/v1/leads/x/tags/a/b/c", ""},
    {"/v1/leads/x/tags/%2Fc?d=e", REFUSE_PATH, NULL, NULL},
    {"/v1/leads/x%2Fy/tags/a", REFUSE_ESCAPE, NULL, NULL},
    {"/v1/leads/x/tags%2Fa", REFUSE_ESCAPE, NULL, NULL},
    {"/v1/leads/x/tag/a%2Fb", REFUSE_ESCAPE, NULL, NULL},
    {"/v1/leads/x/timeline%2Fb", REFUSE_ESCAPE, NULL, NULL},
    {"/v1/leads/x/tags/a%5Cb", REFUSE_ESCAPE, NULL, NULL},
    {"/v1/leads/x/tags/a%2F..%2Fb", REFUSE_PATH, NULL, NULL},
    {"/v1/leads/x/tags/a%2F%2Fb", REFUSE_PATH, NULL, NULL},
    {"/a%00b", REFUSE_CONTROL, NULL, NULL},
    {"/a%0d%0aX: y", REFUSE_CONTROL, NULL, NULL},
    {"/a%7f", REFUSE_CONTROL, NULL, NULL},
    {"/a\tb", REFUSE_CONTROL, NULL, NULL},
    {"/a?b=%00", REFUSE_CONTROL, NULL, NULL},
    {"/a?%0a=1", REFUSE_CONTROL, NULL, NULL},
    {"/%FF", REFUSE_UTF8, NULL, NULL},
    {"/%C0%AF", REFUSE_UTF8, NULL, NULL},
    {"/%ED%A0%80", REFUSE_UTF8, NULL, NULL},
    {"/a?b=%E4%BD", REFUSE_UTF8, NULL, NULL},
    {"//", REFUSE_PATH, NULL, NULL},
    {"//a", REFUSE_PATH, NULL, NULL},
    {"/a//b", REFUSE_PATH, NULL, NULL},
    {"/a//", REFUSE_PATH, NULL, NULL},
    {"/.", REFUSE_PATH, NULL, NULL},
    {"/a/../b", REFUSE_PATH, NULL, NULL},
    {"/a/%2e%2E/b", REFUSE_PATH, NULL, NULL},
    {"/a/..", REFUSE_PATH, NULL, NULL},
    {"/a\\b", REFUSE_PATH, NULL, NULL},
    {"/a?=b", REFUSE_QUERY_NAME, NULL, NULL},
    {"/a?b=1&b=2", REFUSE_QUERY_DUPLICATE, NULL, NULL},
    {"/a?b=1&%62=2", REFUSE_QUERY_DUPLICATE, NULL, NULL},
};

START_TEST(targets)
{
	const struct row *row = &rows[_i];
	struct api_call c = {0};
	/* On the heap to the byte, so that reading or writing past it is caught. */
	size_t n = strlen(row->raw);
	char *raw = malloc(n + 1);
	memcpy(raw, row->raw, n + 1);
	enum refusal f = target_parse(raw, n, "example.test", &c);
	ck_assert_msg(f == row->want, "%s: refusal %d, expected %d", row->raw, (int)f, (int)row->want);
	if (f == REFUSE_NONE) {
		char got[256] = "";
		for (size_t i = 0; i < c.n_query; i++) {
			strcat(got, c.query[i].name);
			strcat(got, "=");
			strcat(got, c.query[i].value);
			strcat(got, ";");
		}
		ck_assert_str_eq(c.path, row->path);
		ck_assert_str_eq(got, row->query);
	}
	free(raw);
}
END_TEST

/* A target of `path` slashed letters and `params` parameters. */
static enum refusal sized(size_t path, size_t params, size_t value)
{
	char *raw = malloc(path + params * (value + 16) + 16);
	struct api_call c = {0};
	memset(raw, 'a', path);
	raw[0] = '/';
	char *p = raw + path;
	for (size_t i = 0; i < params; i++) {
		p += sprintf(p, "%cp%zu=", i ? '&' : '?', i);
		memset(p, 'v', value);
		p += value;
	}
	*p = '\0';
	enum refusal f = target_parse(raw, (size_t)(p - raw), NULL, &c);
	free(raw);
	return f;
}

START_TEST(target_limits)
{
	ck_assert_int_eq(sized(2048, 0, 0), REFUSE_NONE);
	ck_assert_int_eq(sized(2049, 0, 0), REFUSE_TARGET_LENGTH);
	ck_assert_int_eq(sized(1, 32, 1), REFUSE_NONE);
	ck_assert_int_eq(sized(1, 33, 1), REFUSE_QUERY_COUNT);
	ck_assert_int_eq(sized(1, 1, 4093), REFUSE_NONE);
	ck_assert_int_eq(sized(1, 1, 4094), REFUSE_TARGET_LENGTH);
}
END_TEST

/* Whatever the bytes: no crash, and what is accepted is valid text. */
START_TEST(target_noise)
{
	static const char alphabet[] = "/?&=%+.#\\ 0aF\xE4\xBD\xA0\x01*:h";
	srand(20260301);
	for (int i = 0; i < 200000; i++) {
		size_t n = (size_t)(rand() % 24);
		char *raw = malloc(n + 1);
		for (size_t k = 0; k < n; k++)
			raw[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		if (n)
			raw[0] = '/';
		raw[n] = '\0';
		struct api_call c = {0};
		if (target_parse(raw, n, NULL, &c) == REFUSE_NONE) {
			ck_assert_int_eq(c.path[0], '/');
			ck_assert_ptr_null(strstr(c.path, "//"));
			ck_assert_uint_le(c.n_query, API_QUERY_PARAMS_MAX);
			for (size_t k = 0; k < c.n_query; k++)
				ck_assert_ptr_null(strpbrk(c.query[k].value, "\x01"));
		}
		free(raw);
	}
}
END_TEST

START_TEST(traces)
{
	static const struct {
		const char *s;
		bool ok;
	} t[] = {
	    {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
	    {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true},
	    {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false},
	    {"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
	    {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
	    {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
	    {"00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
	    {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false},
	    {"", false},
	    {NULL, false},
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char id[33];
		trace_id_of(t[i].s, id);
		ck_assert_str_eq(id, t[i].ok ? "4bf92f3577b34da6a3ce929d0e0e4736" : "");
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http target");
	TCase *t = tcase_create("pure");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, targets, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_test(t, target_limits);
	tcase_add_test(t, target_noise);
	tcase_add_test(t, traces);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
