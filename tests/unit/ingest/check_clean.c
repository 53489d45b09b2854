/* clean: what people type, what is made of it, and the record by which the original is had again. */
#include "adapter_show.h"

#include <stdlib.h>

#include "base/text.h"
#include "ingest/clean.h"

static const struct {
	const char *lead, *patch; /* of a lead's body; the patch that comes of it ("-": none) */
	const char *cleaned;      /* NULL: nothing was changed */
} dirt[] = {
    {"{'email':'li@a.cn','name':'李伟','company':{'name':'宁波远航'}}", "{'name':'李伟','company':{'name':'宁波远航'}}", NULL},
    {"{'email':'li@a.cn','name':'  张 三 '}", "{'name':'张三'}", "[{'field':'/name','from':'  张 三 ','to':'张三','why':['spaces','names']}]"},
    {"{'email':'li@a.cn','name':'欧 阳 娜 娜'}", "{'name':'欧阳娜娜'}", "[{'field':'/name','from':'欧 阳 娜 娜','to':'欧阳娜娜','why':['names']}]"},
    {"{'email':'li@a.cn','name':'张三 Sam'}", "{'name':'张三 Sam'}", NULL},
    {"{'email':'li@a.cn','name':'JOHN SMITH'}", "{'name':'JOHN SMITH'}", NULL},
    {"{'email':'li@a.cn','name':'中 国 石 油 化 工 集 团'}", "{'name':'中 国 石 油 化 工 集 团'}", NULL},
    {"{'email':'li@a.cn','company':{'name':'张 三'}}", "{'company':{'name':'张 三'}}", NULL},
    {"{'email':'li@a.cn','company':{'name':'ＡＣＭＥ（中国）'}}", "{'company':{'name':'ACME(中国)'}}",
	"[{'field':'/company/name','from':'ＡＣＭＥ（中国）','to':'ACME(中国)','why':['forms']}]"},
    {"{'email':'li@a.cn','title':'总\u200b经理\ufeff'}", "{'title':'总经理'}", "[{'field':'/title','from':'总\u200b经理\ufeff','to':'总经理','why':['invisible']}]"},
    {"{'email':' Li.Wei@Example.COM '}", "-", "[{'field':'/email','from':' Li.Wei@Example.COM ','to':'li.wei@example.com','why':['spaces','case']}]"},
    {"{'email':'ｌｉ＠ａ．ｃｎ'}", "-", "[{'field':'/email','from':'ｌｉ＠ａ．ｃｎ','to':'li@a.cn','why':['forms']}]"},
    {"{'email':'李伟 <li@a.cn>'}", "-", "[{'field':'/email','from':'李伟 <li@a.cn>','to':'li@a.cn','why':['wrapping']}]"},
    {"{'email':'mailto:li@a.cn'}", "-", "[{'field':'/email','from':'mailto:li@a.cn','to':'li@a.cn','why':['wrapping']}]"},
    {"{'email':'邮箱：li@a.cn；'}", "-", "[{'field':'/email','from':'邮箱：li@a.cn；','to':'li@a.cn','why':['wrapping']}]"},
    {"{'email':'li@例子.cn'}", "-", "[{'field':'/email','from':'li@例子.cn','to':'li@xn--fsqu00a.cn','why':['format']}]"},
    {"{'phone':'13800138000'}", "-", "[{'field':'/phone','from':'13800138000','to':'+8613800138000','why':['format']}]"},
    {"{'phone':'+8613800138000'}", "-", NULL},
    {"{'phone':'电话：１３８ ００１３ ８０００'}", "-", "[{'field':'/phone','from':'电话：１３８ ００１３ ８０００','to':'+8613800138000','why':['forms','wrapping','format']}]"},
    {"{'phone':'tel:+86-138-0013-8000'}", "-", "[{'field':'/phone','from':'tel:+86-138-0013-8000','to':'+8613800138000','why':['wrapping','format']}]"},
    {"{'email':'li@a.cn','country':'cn','language':'zh_cn'}", "{'country':'CN','language':'zh-CN'}",
	"[{'field':'/country','from':'cn','to':'CN','why':['case']},{'field':'/language','from':'zh_cn','to':'zh-CN','why':['format']}]"},
    {"{'external_id':{'crm':' 17 '}}", "-", "[{'field':'/external_id/crm','from':' 17 ','to':'17','why':['spaces']}]"},
    {"{'anonymous_id':'a\\tb'}", "-", "[{'field':'/anonymous_id','from':'a\\tb','to':'a b','why':['spaces']}]"},
    {"{'email':'li@a.cn','company':{'technologies':['SAP',' Oracle ']}}", "{'company':{'technologies':['SAP','Oracle']}}",
	"[{'field':'/company/technologies/1','from':' Oracle ','to':'Oracle','why':['spaces']}]"},
    {"{'email':'li@a.cn','source':' 展会 '}", "-", "[{'field':'/source','from':' 展会 ','to':'展会','why':['spaces']}]"},
    {"{'email':'li@a.cn','consent':{'at':'2026-03-01T09:30:00+08:00'}}", "{'consent':{'at':'2026-03-01T01:30:00.000Z'}}",
	"[{'field':'/consent/at','from':'2026-03-01T09:30:00+08:00','to':'2026-03-01T01:30:00.000Z','why':['format']}]"},
    {"{'email':'li@a.cn','attributes':{'note':'  ａ  '}}", "{'attributes':{'note':'  ａ  '}}", NULL}, /* a client's own is kept as it is */
};

static char *quoted(const char *text)
{
	char *copy = strdup(text);
	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return copy;
}

static enum status take(struct arena *a, const json_t *v, unsigned without, struct command *c)
{
	struct adapter_context x = {.arena = a, .country = "CN", .now = NOW, .without = without};
	return adapter_lead(&x, v, c, NULL);
}

static json_t *json_quoted(const char *text)
{
	char *copy = quoted(text);
	json_t *v = parsed(copy);
	free(copy);
	return v;
}

START_TEST(dirt_is_cleaned_and_recorded)
{
	struct arena *a = arena_new(0);
	struct command c;
	json_t *lead = json_quoted(dirt[_i].lead);
	ck_assert_int_eq(take(a, lead, 0, &c), ST_OK);
	if (strcmp(dirt[_i].patch, "-") != 0) {
		json_t *want = json_quoted(dirt[_i].patch);
		ck_assert_msg(json_equal(want, c.patch), "%s: %s", dirt[_i].lead, c.patch_text);
		json_decref(want);
	} else {
		ck_assert_ptr_null(c.patch);
	}
	if (dirt[_i].cleaned) {
		ck_assert_msg(c.cleaned_text != NULL, "%s", dirt[_i].lead);
		json_t *want = json_quoted(dirt[_i].cleaned), *got = parsed(c.cleaned_text);
		ck_assert_msg(json_equal(want, got), "%s: %s", dirt[_i].lead, c.cleaned_text);
		json_decref(want);
		json_decref(got);
	} else {
		ck_assert_msg(!c.cleaned_text, "%s: %s", dirt[_i].lead, c.cleaned_text);
	}
	command_release(&c);
	json_decref(lead);
	arena_free(&a);
}
END_TEST

/* What the workspace leaves out is left out, or refused where nothing else can be made of it. */
START_TEST(steps_are_left_out)
{
	static const struct {
		const char *settings, *lead, *patch; /* patch NULL: refused */
	} cases[] = {
	    {"{'forms':false}", "{'email':'li@a.cn','title':'ＣＥＯ  x'}", "{'title':'ＣＥＯ x'}"},
	    {"{'spaces':false}", "{'email':'li@a.cn','title':' ＣＥＯ  x '}", "{'title':'CEO  x'}"},
	    {"{'names':false}", "{'email':'li@a.cn','name':' 张 三'}", "{'name':'张 三'}"},
	    {"{'names':true,'forms':true}", "{'email':'li@a.cn','name':' 张 三'}", "{'name':'张三'}"},
	    {"{'wrapping':false}", "{'email':'mailto:li@a.cn','title':'x'}", NULL},
	    {"{'forms':false}", "{'email':'ｌｉ＠ａ．ｃｎ','title':'x'}", "{'title':'x'}"}, /* identities are compared: always in one form */
	};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *settings = json_quoted(cases[i].settings), *lead = json_quoted(cases[i].lead);
		unsigned without = 0;
		struct command c;
		ck_assert_int_eq(clean_settings(settings, &without, NULL), ST_OK);
		enum status st = take(a, lead, without, &c);
		ck_assert_int_eq(st, cases[i].patch ? ST_OK : ST_INVALID);
		if (cases[i].patch) {
			json_t *want = json_quoted(cases[i].patch);
			ck_assert_msg(json_equal(want, c.patch), "%s: %s", cases[i].lead, c.patch_text);
			json_decref(want);
			command_release(&c);
		}
		json_decref(settings);
		json_decref(lead);
	}
	arena_free(&a);
}
END_TEST

START_TEST(settings_have_places)
{
	static const struct {
		const char *settings, *code, *pointer;
	} cases[] = {{"[]", "field_type", ""}, {"{'forms':1}", "field_type", "/forms"}, {"{'form':true}", "field_unknown", "/form"}, {"{'names':null}", "field_type", "/names"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *settings = json_quoted(cases[i].settings);
		unsigned without = 77;
		struct err e = {0};
		ck_assert_int_eq(clean_settings(settings, &without, &e), ST_INVALID);
		ck_assert_str_eq(e.code, cases[i].code);
		ck_assert_str_eq(e.pointer, cases[i].pointer);
		ck_assert_uint_eq(without, 77);
		json_decref(settings);
	}
	unsigned without = 77;
	ck_assert_int_eq(clean_settings(NULL, &without, NULL), ST_OK);
	ck_assert_uint_eq(without, 0);
}
END_TEST

/* Puts `from` back where the record says, in a lead made of what the command holds. */
static json_t *put_back(const struct command *c)
{
	json_t *lead = c->patch ? json_deep_copy(c->patch) : json_object();
	if (c->email)
		json_object_set_new(lead, "email", json_string(c->email));
	if (c->phone)
		json_object_set_new(lead, "phone", json_string(c->phone));
	for (size_t i = 0; i < c->n_identities; i++) {
		if (strcmp(c->identities[i].kind, "anonymous_id") == 0)
			json_object_set_new(lead, "anonymous_id", json_string(c->identities[i].value));
		if (strcmp(c->identities[i].kind, "external_id:default") == 0)
			json_object_set_new(lead, "external_id", json_string(c->identities[i].value));
	}
	json_t *notes = c->cleaned_text ? parsed(c->cleaned_text) : json_array();
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *field = json_string_value(json_object_get(json_array_get(notes, i), "field")) + 1;
		json_t *from = json_object_get(json_array_get(notes, i), "from"), *at = lead;
		const char *slash = strchr(field, '/');
		char name[64];
		while (slash) {
			snprintf(name, sizeof(name), "%.*s", (int)(slash - field), field);
			at = json_object_get(at, name);
			field = slash + 1;
			slash = strchr(field, '/');
		}
		if (json_is_array(at))
			json_array_set(at, (size_t)strtoul(field, NULL, 10), from);
		else
			json_object_set(at, field, from);
	}
	json_decref(notes);
	return lead;
}

static const char *const pieces[] = {"张", "三", " ", "  ", "\t", "\u3000", "\u200b", "\ufeff", "ＡＢＣ", "１３８", "a", "B", ".", "é", "e\u0301", "㈱", "\u00a0", "ﬁ", "\n", "李", "co", "\u202e", "\x01"};

static uint64_t state;
static size_t pick(size_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % n;
}

static json_t *random_text(void)
{
	char text[200] = "x";
	for (size_t n = pick(9); n > 0; n--)
		strcat(text, pieces[pick(sizeof(pieces) / sizeof(pieces[0]))]);
	return json_string(text + (pick(3) == 0 && text[1]));
}

/* Random dirt: what is stored and the record give what was posted; what is stored is clean, so that posting it again changes nothing. */
START_TEST(the_original_is_had_again)
{
	static const char *const emails[] = {"li@a.cn", "LI@A.CN", " li@a.cn", "<li@a.cn>", "mailto:Li@A.cn;", "ｌｉ＠ａ．ｃｎ", "li\u200b@a.cn"};
	static const char *const phones[] = {"13800138000", "+8613800138000", "tel: 138 0013 8000", "手机：１３８００１３８０００", "+86 (0)755 8888 6666"};
	const char *given = getenv("LEADSCORE_TEST_SEED");
	state = given ? strtoull(given, NULL, 10) : 20261122;
	printf("# seed %llu\n", (unsigned long long)state);
	struct arena *a = arena_new(0);
	int taken = 0, changed = 0;
	for (int round = 0; round < 20000; round++) {
		unsigned without = 0;
		json_t *settings = json_pack("{s:b,s:b,s:b}", "forms", (int)pick(4), "spaces", (int)pick(4), "names", (int)pick(4));
		clean_settings(settings, &without, NULL);
		json_decref(settings);
		json_t *lead = json_pack("{s:s,s:o,s:o,s:{s:o,s:[o,o]}}", "email", emails[pick(7)], "name", random_text(), "title", random_text(), "company", "name", random_text(), "technologies",
		    random_text(), random_text());
		if (pick(2))
			json_object_set_new(lead, "phone", json_string(phones[pick(5)]));
		if (pick(2))
			json_object_set_new(lead, "anonymous_id", random_text());
		if (pick(2))
			json_object_set_new(lead, "external_id", random_text());
		struct command c, again;
		if (take(a, lead, without, &c) == ST_OK) {
			json_t *back = put_back(&c);
			char *text = json_dumps(lead, 0);
			ck_assert_msg(json_equal(back, lead), "round %d: %s: %s", round, text, c.cleaned_text);
			free(text);
			json_decref(back);
			taken++;
			changed += c.cleaned_text != NULL;
			const char *cleaned = c.cleaned_text;
			c.cleaned_text = NULL;
			json_t *clean = put_back(&c);
			ck_assert_int_eq(take(a, clean, without, &again), ST_OK);
			ck_assert_msg(!again.cleaned_text, "round %d: %s, then %s", round, cleaned, again.cleaned_text);
			json_decref(clean);
			command_release(&again);
			command_release(&c);
		}
		json_decref(lead);
		arena_reset(a);
	}
	printf("# %d taken, %d of them changed\n", taken, changed);
	ck_assert_int_gt(taken, 10000);
	ck_assert_int_gt(changed, taken / 2);
	arena_free(&a);
}
END_TEST

/* The record is bounded, and says when it is not whole. */
START_TEST(the_record_is_bounded)
{
	struct arena *a = arena_new(0);
	char long_text[241];
	memset(long_text, 'x', sizeof(long_text));
	long_text[0] = ' ';
	long_text[240] = '\0';
	json_t *list = json_array(), *lead = json_pack("{s:s,s:{s:O},s:{s:O}}", "email", "li@a.cn", "company", "technologies", list, "needs", "pains", list);
	for (int i = 0; i < 100; i++)
		json_array_append_new(list, json_string(long_text));
	struct command c;
	ck_assert_int_eq(take(a, lead, 0, &c), ST_OK);
	ck_assert_uint_le(strlen(c.cleaned_text), 32768);
	json_t *notes = parsed(c.cleaned_text), *last = json_array_get(notes, json_array_size(notes) - 1);
	ck_assert_uint_gt(json_array_size(notes), 50);
	ck_assert_str_eq(json_string_value(json_object_get(last, "field")), "");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(last, "why"), 0)), "more");
	json_decref(notes);
	command_release(&c);
	json_decref(list);
	json_decref(lead);
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/clean");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, dirt_is_cleaned_and_recorded, 0, sizeof(dirt) / sizeof(dirt[0]));
	tcase_add_test(t, steps_are_left_out);
	tcase_add_test(t, settings_have_places);
	tcase_add_test(t, the_original_is_had_again);
	tcase_add_test(t, the_record_is_bounded);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
