/* base/form: what browsers and their imitators send. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new(0);
}

static void teardown(void)
{
	arena_free(&arena);
}

/* "name=value|name=value|file(filename,size)" of what was read, or "!code pointer". */
static const char *shown(const char *content_type, const char *body, size_t n, const struct form_limits *limits)
{
	struct form_type type;
	struct form f;
	struct err e = {0};
	struct buf b = BUF_INIT;
	if (form_type_read(content_type, &type, &e) != ST_OK)
		return arena_printf(arena, "!%s %s", e.code, e.pointer);
	if (type.encoding == FORM_NONE)
		return "none";
	if (form_read(&type, body, n, limits, arena, &f, &e) != ST_OK)
		return arena_printf(arena, "!%s %s", e.code, e.pointer);
	for (size_t i = 0; i < f.n; i++) {
		const struct form_entry *x = &f.entries[i];
		buf_printf(&b, "%s%s", i ? "|" : "", x->name);
		if (x->kind == FORM_TEXT)
			buf_printf(&b, "=%s", x->value);
		else
			buf_printf(&b, "(%s,%zu)", x->kind == FORM_FILE ? x->filename : "nested", x->size);
	}
	const char *text = arena_strdup(arena, b.data ? b.data : "");
	buf_free(&b);
	return text;
}

static const char *url(const char *body)
{
	return shown("application/x-www-form-urlencoded", body, strlen(body), NULL);
}

static const char *multi(const char *body)
{
	return shown("multipart/form-data; boundary=b", body, strlen(body), NULL);
}

START_TEST(urlencoded)
{
	static const char *const rows[][2] = {
	    {"", ""},
	    {"a=1&b=2", "a=1|b=2"},
	    {"a=1&a=2&a=1", "a=1|a=2|a=1"},
	    {"&&a=1&&", "a=1"},
	    {"a", "a="},
	    {"a=", "a="},
	    {"=x", "=x"},
	    {"a=b=c", "a=b=c"},
	    {"first+name=Ann+Lee%2BCo", "first name=Ann Lee+Co"},
	    {"q=%26%3d%3D&%61=z", "q=&==|a=z"},
	    {"%E5%A7%93%E5%90%8D=%E6%9D%8E%E9%9B%B7", "姓名=李雷"},
	    {"a=李", "a=李"},
	    {"a=%0D%0Ab", "a=\r\nb"},
	    {"a=%", "!form_malformed "},
	    {"a=%4", "!form_malformed "},
	    {"a=%4g", "!form_malformed "},
	    {"%zz=1", "!form_malformed "},
	    {"ok=1&name=%C0%EE", "!form_encoding /name"},
	    {"a/b=%FF", "!form_encoding /a~1b"},
	    {"%C0%EE=1", "!form_encoding "},
	    {"a=%00", "!form_encoding /a"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_str_eq(url(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(content_types)
{
	static const char *const rows[][2] = {
	    {NULL, "none"},
	    {"", "none"},
	    {"application/json", "none"},
	    {"multipart/mixed; boundary=b", "none"},
	    {"application/x-www-form-urlencodedx", "none"},
	    {"APPLICATION/X-WWW-FORM-URLENCODED ; charset=UTF-8", "a=1"},
	    {"application/x-www-form-urlencoded;charset=\"utf-8\"", "a=1"},
	    {"application/x-www-form-urlencoded; charset=gbk", "!content_type_unsupported "},
	    {"application/x-www-form-urlencoded; charset", "!form_malformed "},
	    {"multipart/form-data", "!form_malformed "},
	    {"multipart/form-data; boundary=", "!form_malformed "},
	    {"multipart/form-data; boundary=\"\"", "!form_malformed "},
	    {"multipart/form-data; boundary=\"a\";boundary=b", "!form_malformed "},
	    {"multipart/form-data; boundary=\"a;b\"", "!form_malformed "},
	    {"multipart/form-data; boundary=\"a \"", "!form_malformed "},
	    {"multipart/form-data; boundary=1234567890123456789012345678901234567890123456789012345678901234567890x",
		"!form_malformed "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_str_eq(shown(rows[i][0], "a=1", 3, NULL), rows[i][1]);
	static const char body[] = "--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b--";
	ck_assert_str_eq(
	    shown("multipart/form-data; charset=utf-8; boundary=\"a b\"", body, sizeof body - 1, NULL), "x=1");
}
END_TEST

#define PART(head, content) "--b\r\nContent-Disposition: form-data; " head "\r\n\r\n" content "\r\n"
#define END "--b--\r\n"

START_TEST(multipart)
{
	static const char *const rows[][2] = {
	    {PART("name=\"a\"", "1") END, "a=1"},
	    {PART("name=\"a\"", "1") PART("name=\"a\"", "2") "--b--", "a=1|a=2"},
	    {PART("name=\"note\"", "two\r\n\r\nlines\r\n") END, "note=two\r\n\r\nlines\r\n"},
	    {PART("name=\"a\"", "") END, "a="},
	    {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--b--", "a="},
	    {END, ""},
	    {"preamble\r\n" PART("name=a", "1") END "epilogue --b\r\n", "a=1"},
	    {"--b \t\r\ncontent-disposition:form-data ; NAME=a ;\r\nX-Other: x\r\n\r\n1\r\n--b--  ", "a=1"},
	    {PART("name=\"姓名\"", "李雷") END, "姓名=李雷"},
	    {PART("name=\"a%22b%0d%0Ac%25\"", "1") END, "a\"b\r\nc%25=1"},
	    {PART("name=\"a\\\"b\\\\c\\d\"", "1") END, "a\"b\\c\\d=1"},
	    {PART("name=\"cv\"; filename=\"a.pdf\"", "12345") END, "cv(a.pdf,5)"},
	    {PART("name=\"cv\"; filename=\"\"", "") END, "cv(,0)"},
	    {PART("name=\"cv\"; filename=\"a\"; filename*=utf-8'zh'%E4%BD%A0.pdf", "1") END, "cv(你.pdf,1)"},
	    {PART("filename*=utf-8''b; name=\"cv\"; filename=\"a\"", "1") END, "cv(b,1)"},
	    {PART("name=\"cv\"; filename=\"C:\\dir\\a.pdf\"", "1") END, "cv(C:\\dir\\a.pdf,1)"},
	    {"--b\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: multipart/mixed; "
	     "boundary=c\r\n\r\n--c--\r\n--b--",
		"f(nested,5)"},
	    {"--b\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name=\"j\"\r\n\r\n{}\r\n--b--",
		"j={}"},
	    {"--b\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n1\r\n--b--",
		"j=1"},
	    /* Nearly the boundary. */
	    {PART("name=a", "\r\n--\r\n-b--b\r\r\n--a") END, "a=\r\n--\r\n-b--b\r\r\n--a"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_str_eq(multi(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(multipart_faults)
{
	static const char *const rows[][2] = {
	    {"", "!form_malformed "},
	    {"a=1", "!form_malformed "},
	    {"--b", "!form_malformed "},
	    {"--b\n", "!form_malformed "},
	    {"--bc\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {PART("name=a", "1"), "!form_malformed "},
	    {PART("name=a", "1") "--b", "!form_malformed "},
	    {PART("name=a", "1") "--b-", "!form_malformed "},
	    {"--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n--b--\n", "!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data; name=\"a\"\nX: y\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {"--b\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {"--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {PART("name=a; name=b", "1") END, "!form_malformed "},
	    {PART("name=a; filename=a; filename=b", "1") END, "!form_malformed "},
	    {PART("name=\"a", "1") END, "!form_malformed "},
	    {PART("name=a b", "1") END, "!form_malformed "},
	    {PART("name=a; filename*=gbk''a", "1") END, "!form_malformed "},
	    {PART("name=a; filename*=utf-8''%4", "1") END, "!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n--b--", "!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; "
	     "name=b\r\n\r\n1\r\n--b--",
		"!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--b--",
		"!form_malformed "},
	    {"--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=gbk\r\n\r\n1\r\n--b--",
		"!form_encoding "},
	    {PART("name=a", "\xC0\xEE") END, "!form_encoding /a"},
	    {PART("name=\"\xC0\xEE\"", "1") END, "!form_encoding "},
	    {PART("name=a; filename=\"\xC0\xEE\"", "1") END, "!form_encoding /a"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(!strcmp(multi(rows[i][0]), rows[i][1]), "row %zu: %s", i, multi(rows[i][0]));
	static const char nul[] = PART("name=a", "x\0y") END;
	ck_assert_str_eq(shown("multipart/form-data; boundary=b", nul, sizeof nul - 1, NULL), "!form_encoding /a");
}
END_TEST

/* A body cut anywhere before its closing boundary is refused, never read half. */
START_TEST(cut_short)
{
	static const char body[] = PART("name=\"a\"", "1") PART("name=\"cv\"; filename=\"x\"", "12\r\n345") "--b--";
	size_t whole = sizeof body - 1;
	ck_assert_str_eq(shown("multipart/form-data; boundary=b", body, whole, NULL), "a=1|cv(x,7)");
	for (size_t n = 0; n < whole; n++) {
		char *exact = malloc(n ? n : 1);
		memcpy(exact, body, n);
		ck_assert_msg(!strcmp(shown("multipart/form-data; boundary=b", exact, n, NULL), "!form_malformed "),
		    "cut to %zu", n);
		free(exact);
	}
}
END_TEST

START_TEST(limits)
{
	struct form_limits few = {.entries = 2, .name = 3, .value = 4};
	const char *type = "application/x-www-form-urlencoded";
	ck_assert_str_eq(shown(type, "a=1&b=2", 7, &few), "a=1|b=2");
	ck_assert_str_eq(shown(type, "a=1&b=2&c=3", 11, &few), "!form_too_large ");
	ck_assert_str_eq(shown(type, "abcd=1", 6, &few), "!form_too_large ");
	ck_assert_str_eq(shown(type, "a=12345", 7, &few), "!form_too_large /a");
	ck_assert_str_eq(shown("multipart/form-data; boundary=b", PART("name=a;filename=f", "12345") END,
			     strlen(PART("name=a;filename=f", "12345") END), &few),
	    "a(f,5)");
	struct buf b = BUF_INIT;
	for (int i = 0; i < 501; i++)
		buf_puts(&b, "a=1&");
	ck_assert_str_eq(shown(type, b.data, b.len, NULL), "!form_too_large ");
	ck_assert_str_ne(shown(type, b.data, b.len - 4, NULL), "!form_too_large ");
	buf_clear(&b);
	buf_puts(&b, "--b\r\nContent-Disposition: form-data; name=a\r\n");
	for (int i = 0; i < 16; i++)
		buf_puts(&b, "X: y\r\n");
	buf_puts(&b, "\r\n1\r\n--b--");
	ck_assert_str_eq(shown("multipart/form-data; boundary=b", b.data, b.len, NULL), "!form_malformed ");
	buf_free(&b);
}
END_TEST

START_TEST(as_an_object)
{
	struct form_type type = {FORM_URLENCODED, ""};
	struct form f;
	static const char body[] = "b=2&a=1&b=&c=%E4%BD%A0&b=2";
	ck_assert_int_eq(form_read(&type, body, sizeof body - 1, NULL, arena, &f, NULL), ST_OK);
	json_t *object = form_object(&f);
	char *text = json_dumps(object, JSON_COMPACT);
	ck_assert_str_eq(text, "{\"b\":[\"2\",\"\",\"2\"],\"a\":\"1\",\"c\":\"你\"}");
	free(text);
	json_decref(object);
	object = form_object(&(struct form){0});
	ck_assert_uint_eq(json_object_size(object), 0);
	json_decref(object);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/form");
	TCase *t = tcase_create("forms");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, urlencoded);
	tcase_add_test(t, content_types);
	tcase_add_test(t, multipart);
	tcase_add_test(t, multipart_faults);
	tcase_add_test(t, cut_short);
	tcase_add_test(t, limits);
	tcase_add_test(t, as_an_object);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
