/* Templates: what is filled in, what is left out, what a value cannot do, what is refused. */
#include <check.h>
#include <stdlib.h>

#include "../../../src/work/template.h"
#include "base/json.h"

static const char *const roots[] = {"data", "lead", "type", NULL};
static json_t *doc;

static void set_up(void)
{
	doc = json_loads("{\"type\":\"stage.mql\",\"data\":{\"score\":{\"total\":104},\"rate\":0.5,\"yes\":true,\"no\":"
			 "null,\"empty\":\"\",\"none\":[],"
			 "\"a/b\":\"slash\",\"list\":[\"a\",1,[\"b\"]]},\"lead\":{\"name\":\"林美\",\"evil\":\"<@all> "
			 "[x](y) & a/b+c\\r\\nd\"}}",
	    0, NULL);
	ck_assert(doc);
}

static void tear_down(void)
{
	json_decref(doc);
}

static void is(const char *template, enum template_escape escape, const char *want)
{
	struct buf out = BUF_INIT;
	struct err e;
	ck_assert_int_eq(template_check(template, roots, "/t", &e), ST_OK);
	buf_puts(&out, "");
	template_text(template, doc, escape, &out, NULL);
	ck_assert(buf_ok(&out));
	ck_assert_msg(!strcmp(out.data, want), "%s: %s", template, out.data);
	buf_free(&out);
}

START_TEST(test_text)
{
	is("", TEMPLATE_PLAIN, "");
	is("no places, { one } brace", TEMPLATE_PLAIN, "no places, { one } brace");
	is("{{/lead/name}}: {{/data/score/total}}!", TEMPLATE_PLAIN, "林美: 104!");
	is("{{/data/rate}} {{/data/yes}} {{/data/list}} {{/data/a~1b}}", TEMPLATE_PLAIN, "0.5 true a, 1, b slash");
	is("{{/data/score}}", TEMPLATE_PLAIN, "{\"total\":104}");
	is("[{{/data/no}}{{/data/empty}}{{/data/none}}{{/data/absent/deep}}]", TEMPLATE_PLAIN, "[]");
	is("{{/data/no|a}}{{/data/empty|b}}{{/data/none|c}}{{/data/absent|d|e}}{{/lead/name|f}}{{/data/absent|}}",
	    TEMPLATE_PLAIN, "abcd|e林美");
	is("a{{?/data/no}}b{{/lead/name}}{{end}}c{{?/lead/name}}d{{end}}e", TEMPLATE_PLAIN, "acde");
	is("{{?/data/no}}1{{?/lead/name}}2{{?/data/yes}}3{{end}}4{{end}}5{{end}}6", TEMPLATE_PLAIN, "6");
	is("{{?/lead/name}}1{{?/data/no}}2{{?/data/yes}}3{{end}}4{{end}}5{{end}}6", TEMPLATE_PLAIN, "156");
}
END_TEST

START_TEST(test_escapes)
{
	is("{{/lead/evil}}", TEMPLATE_PLAIN, "<@all> [x](y) & a/b+c\r\nd");
	is("/x?y={{/lead/evil}}", TEMPLATE_URL, "/x?y=%3C%40all%3E%20%5Bx%5D%28y%29%20%26%20a%2Fb%2Bc%0D%0Ad");
	is("{{/lead/name}}", TEMPLATE_URL, "%E6%9E%97%E7%BE%8E");
	is("<b>{{/lead/evil}}", TEMPLATE_SLACK, "<b>&lt;@all&gt; [x](y) &amp; a/b+c  d");
	is("<b>{{/lead/evil}}", TEMPLATE_LINE, "<b>＜@all＞ [x](y) & a/b+c  d");
	is("# {{/lead/evil}}", TEMPLATE_MARKDOWN, "# ＜@all＞ ［x］（y） & a/b+c  d");
	is("**{{/lead/evil}}**", TEMPLATE_LARK, "**&#60;@all&#62; &#91;x&#93;&#40;y&#41; &#38; a/b+c  d**");
	is("Bearer {{/lead/evil}}", TEMPLATE_HEADER, "Bearer <@all> [x](y) & a/b+c  d");
}
END_TEST

START_TEST(test_missing)
{
	char missing[ERR_POINTER_MAX] = "";
	struct buf out = BUF_INIT;
	template_text(
	    "{{/lead/name}}{{/lead/mail|x}}{{?/lead/mail}}{{/lead/no}}{{end}}", doc, TEMPLATE_URL, &out, missing);
	ck_assert_str_eq(missing, "");
	template_text("{{/lead/name}}{{/lead/mail}}{{/lead/phone}}", doc, TEMPLATE_URL, &out, missing);
	ck_assert_str_eq(missing, "/lead/mail");
	buf_free(&out);
}
END_TEST

START_TEST(test_json)
{
	json_t *t = json_loads("{\"n\":\"{{/data/score/total}}\",\"t\":\"{{/data/score/total}} "
			       "points\",\"o\":\"{{/data/score}}\",\"gone\":\"{{/data/no}}\","
			       "\"said\":\"{{/data/no|said}}\",\"list\":[\"{{/data/yes}}\",\"{{/data/"
			       "absent}}\",7,null],\"in\":{\"x\":\"{{/data/list}}\"},\"k{{/lead}}\":true}",
	    0, NULL);
	struct err e;
	ck_assert_int_eq(template_check_json(t, roots, "/body", &e), ST_OK);
	json_t *made = template_json(t, doc);
	struct buf out = BUF_INIT;
	ck_assert(made && json_write(made, false, &out));
	ck_assert_str_eq(out.data,
	    "{\"n\":104,\"t\":\"104 points\",\"o\":{\"total\":104},\"said\":\"said\",\"list\":[true,7,null],"
	    "\"in\":{\"x\":[\"a\",1,[\"b\"]]},\"k{{/lead}}\":true}");
	json_decref(made);
	json_decref(t);
	buf_free(&out);
}
END_TEST

START_TEST(test_refused)
{
	static const char *const bad[] = {"{{", "{{}}", "{{data}}", "{{/data", "{{/other}}", "{{/dat/x}}", "{{/datas}}",
	    "{{/data/a b}}", "{{/data/~2}}", "{{end}}", "{{?/data}}", "{{?/data}}{{end}}{{end}}", "{{?/data|x}}{{end}}",
	    "{{/data/{{/lead}}}}", "{{/}}",
	    ("{{?/data}}{{?/data}}{{?/data}}{{?/data}}{{?/data}}{{?/data}}{{?/data}}{{?/data}}{{?/"
	     "data}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}")};
	struct err e;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(template_check(bad[i], roots, "/settings/text", &e) == ST_INVALID, "%s", bad[i]);
		ck_assert_str_eq(e.code, "template_invalid");
		ck_assert_str_eq(e.pointer, "/settings/text");
	}
	json_t *t = json_loads("{\"a\":[1,{\"b/c\":\"{{/oops}}\"}]}", 0, NULL);
	ck_assert_int_eq(template_check_json(t, roots, "/settings/body", &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/settings/body/a/1/b~1c");
	json_decref(t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("template");
	TCase *c = tcase_create("pure");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_text);
	tcase_add_test(c, test_escapes);
	tcase_add_test(c, test_missing);
	tcase_add_test(c, test_json);
	tcase_add_test(c, test_refused);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
