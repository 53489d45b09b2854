/* cloudevents: what an event in their shape becomes, and where its faults are told. */
#include "adapter_show.h"

#include <stdlib.h>

#include "ingest/cloudevents.h"

#define CE "'specversion':'1.0','id':'1','source':'/shop'"

static json_t *quoted(const char *text)
{
	char *copy = strdup(text);
	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	json_t *v = parsed(copy);
	free(copy);
	return v;
}

static enum status take(struct arena *a, const char *text, enum cloudevent_mode mode, struct command *c, struct err *e)
{
	struct adapter_context x = {.arena = a, .country = "CN", .now = NOW};
	json_t *v = quoted(text);
	enum status st = cloudevent_take(&x, v, mode, c, e);
	json_decref(v);
	return st;
}

static const struct {
	const char *event, *shown; /* as adapter_show has it */
} good[] = {
    {"{" CE ",'type':'page_view','subject':'li@a.cn','data':{'path':'/'}}", "page_view event_id=1 email=li@a.cn | - | {'path':'/'} | {'name':'/shop'}"},
    {"{" CE ",'type':'com.example.demo_request','subject':'li@a.cn'}", "demo_request event_id=1 email=li@a.cn | - | - | {'name':'/shop','type':'com.example.demo_request'}"},
    {"{" CE ",'type':'com.example.demo-request.v12','subject':'li@a.cn'}", "demo_request event_id=1 email=li@a.cn | - | - | {'name':'/shop','type':'com.example.demo-request.v12'}"},
    {"{" CE ",'type':'com.example.order.placed','subject':'li@a.cn'}", "com.example.order.placed event_id=1 email=li@a.cn | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'demo_request.v','subject':'li@a.cn'}", "demo_request.v event_id=1 email=li@a.cn | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'+86 138 0013 8000'}", "call event_id=1 phone=+8613800138000 | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'customer-17'}", "call event_id=1 external_id:default=customer-17 | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'order-9','data':{'lead':{'email':'li@a.cn','title':'CEO'},'total':7}}",
	"call event_id=1 email=li@a.cn | {'title':'CEO'} | {'total':7,'subject':'order-9'} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data':[1,2]}", "call event_id=1 external_id:default=c | - | {'data':[1,2]} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data':'text','datacontenttype':'text/plain'}", "call event_id=1 external_id:default=c | - | {'data':'text'} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data':null,'time':'2026-03-01T08:00:00Z'}", "call event_id=1 at='2026-03-01T08:00:00.000Z' external_id:default=c | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data':{'n':1},'n':2,'traceparent':'00-1','flag':true,'dataschema':'/s'}",
	"call event_id=1 external_id:default=c | - | {'n':1,'ce_n':2,'traceparent':'00-1','flag':true,'dataschema':'/s'} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data_base64':'eyJuIjoxfQ=='}", "call event_id=1 external_id:default=c | - | {'n':1} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','data_base64':'eyJsZWFkIjp7ImVtYWlsIjoibGlAYS5jbiJ9fQ==','datacontenttype':'application/vnd.x+json; charset=utf-8'}", "call event_id=1 email=li@a.cn | - | - | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data_base64':'w6k=','datacontenttype':'text/plain'}", "call event_id=1 external_id:default=c | - | {'data':'é'} | {'name':'/shop'}"},
    {"{" CE ",'type':'call','subject':'c','data_base64':'Pz8+','datacontenttype':'text/plain'}", "call event_id=1 external_id:default=c | - | {'data':'?\?>'} | {'name':'/shop'}"},
};

START_TEST(events_are_taken)
{
	struct arena *a = arena_new(0);
	struct command c;
	struct err e = {0};
	struct buf out = BUF_INIT;
	enum status st = take(a, good[_i].event, CLOUDEVENT_STRUCTURED, &c, &e);
	ck_assert_msg(st == ST_OK, "%s: %s %s %s", good[_i].event, e.code, e.pointer, e.detail);
	show(&c, &out);
	sound(&c);
	for (char *p = out.data; *p; p++)
		*p = *p == '"' ? '\'' : *p;
	ck_assert_str_eq(out.data, good[_i].shown);
	struct uuid key = hash128("/shop", 5, "1", 1);
	ck_assert(uuid_cmp(&key, &c.event_key) == 0);
	buf_free(&out);
	command_release(&c);
	arena_free(&a);
}
END_TEST

static const struct {
	const char *event, *code, *pointer;
	const char *header; /* in binary mode; NULL: the same */
} bad[] = {
    {"7", "field_type", "", NULL},
    {"[]", "field_type", "", NULL},
    {"{}", "field_required", "/specversion", "^ce-specversion"},
    {"{'specversion':'0.3'}", "specversion_unsupported", "/specversion", "^ce-specversion"},
    {"{'specversion':1.0}", "field_invalid", "/specversion", "^ce-specversion"},
    {"{'specversion':'1.0','source':'/','type':'a','subject':'x'}", "field_required", "/id", "^ce-id"},
    {"{'specversion':'1.0','id':'','source':'/','type':'a','subject':'x'}", "field_invalid", "/id", "^ce-id"},
    {"{'specversion':'1.0','id':'1','type':'a','subject':'x'}", "field_required", "/source", "^ce-source"},
    {"{'specversion':'1.0','id':'1','source':' ','type':'a','subject':'x'}", "field_empty", "/source", "^ce-source"},
    {"{" CE ",'subject':'x'}", "field_required", "/type", "^ce-type"},
    {"{" CE ",'type':'a b','subject':'x'}", "type_invalid", "/type", "^ce-type"},
    {"{" CE ",'type':'stage_set','subject':'x'}", "type_reserved", "/type", "^ce-type"},
    {"{" CE ",'type':'a'}", "field_required", "/subject", "^ce-subject"},
    {"{" CE ",'type':'a','subject':7}", "field_invalid", "/subject", "^ce-subject"},
    {"{" CE ",'type':'a','subject':'li@'}", "email_invalid", "/subject", "^ce-subject"},
    {"{" CE ",'type':'a','subject':'+1'}", "phone_invalid", "/subject", "^ce-subject"},
    {"{" CE ",'type':'a','subject':'x','time':'yesterday'}", "occurred_at_invalid", "/time", "^ce-time"},
    {"{" CE ",'type':'a','subject':'x','time':'2027-01-01T00:00:00Z'}", "occurred_at_in_future", "/time", "^ce-time"},
    {"{" CE ",'type':'a','data':{'lead':{'email':'x'}}}", "email_invalid", "/data/lead/email", "/lead/email"},
    {"{" CE ",'type':'a','data':{'lead':{'email':'a@b.cn','company':{'employees':'x'}}}}", "field_type", "/data/lead/company/employees", "/lead/company/employees"},
    {"{" CE ",'type':'a','data':{'lead':{}}}", "identity_required", "/data/lead", "/lead"},
    {"{" CE ",'type':'a','subject':'x','Ext':'y'}", "field_invalid", "/Ext", "^ce-Ext"},
    {"{" CE ",'type':'a','subject':'x','ext':{}}", "field_invalid", "/ext", "^ce-ext"},
    {"{" CE ",'type':'a','subject':'x','ext':1.5}", "field_invalid", "/ext", "^ce-ext"},
    {"{" CE ",'type':'a','subject':'x','data':1,'data_base64':'MQ=='}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'eyJ'}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'eyJ-'}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'e30','datacontenttype':'application/json'}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'/w==','datacontenttype':'text/plain'}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'AAAA','datacontenttype':'image/png'}", "field_invalid", "/data_base64", "^ce-data_base64"},
    {"{" CE ",'type':'a','subject':'x','data_base64':'AAAA','datacontenttype':''}", "field_invalid", "/datacontenttype", "^content-type"},
};

START_TEST(faults_have_their_place)
{
	for (int binary = 0; binary < 2; binary++) {
		struct arena *a = arena_new(0);
		struct command c;
		struct err e = {0};
		enum status st = take(a, bad[_i].event, binary ? CLOUDEVENT_BINARY : CLOUDEVENT_STRUCTURED, &c, &e);
		ck_assert_msg(st == ST_INVALID, "%s is taken", bad[_i].event);
		ck_assert_msg(strcmp(e.code, bad[_i].code) == 0, "%s: %s", bad[_i].event, e.code);
		ck_assert_msg(strcmp(e.pointer, binary && bad[_i].header ? bad[_i].header : bad[_i].pointer) == 0, "%s: %s", bad[_i].event, e.pointer);
		arena_free(&a);
	}
}
END_TEST

START_TEST(headers_are_decoded)
{
	static const struct {
		const char *value, *text; /* text NULL: refused */
	} cases[] = {{"plain", "plain"}, {"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"}, {"%e5%bc%a0", "张"}, {"a%2520b", "a%20b"}, {"\"quoted \\\"x\\\"\"", "quoted \"x\""}, {"\"%E5%BC%A0\"", "张"},
	    {"a\"b", "a\"b"}, {"", ""}, {"100%", "100%"}, {"%4", "%4"}, {"%zz", "%zz"}, {"50%25%", "50%%"}, {"%ff", NULL}, {"%00", NULL}, {"\"a\\\"", NULL}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new(0);
		const char *text = NULL;
		struct err e = {0};
		enum status st = cloudevent_header(a, "ce-subject", cases[i].value, &text, &e);
		ck_assert_msg(st == (cases[i].text ? ST_OK : ST_INVALID), "%s", cases[i].value);
		if (cases[i].text)
			ck_assert_str_eq(text, cases[i].text);
		else
			ck_assert_str_eq(e.pointer, "^ce-subject");
		arena_free(&a);
	}
}
END_TEST

START_TEST(data_is_json_or_text)
{
	json_t *v = NULL;
	ck_assert_int_eq(cloudevent_data("{}", 2, NULL, 0, &v, NULL), ST_OK);
	json_decref(v);
	ck_assert_int_eq(cloudevent_data("[1]", 3, "application/json; charset=utf-8", 0, &v, NULL), ST_OK);
	json_decref(v);
	ck_assert_int_eq(cloudevent_data("hi", 2, "text/plain;charset=utf-8", 0, &v, NULL), ST_OK);
	ck_assert_str_eq(json_string_value(v), "hi");
	json_decref(v);
	ck_assert_int_eq(cloudevent_data("hi", 2, "application/json", 0, &v, NULL), ST_INVALID);
	ck_assert_int_eq(cloudevent_data("{}", 2, "application/xml", 0, &v, NULL), ST_INVALID);
	ck_assert_int_eq(cloudevent_data("\xff", 1, "text/plain", 0, &v, NULL), ST_INVALID);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/cloudevents");
	TCase *t = tcase_create("all");
	tcase_add_loop_test(t, events_are_taken, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, faults_have_their_place, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, headers_are_decoded);
	tcase_add_test(t, data_is_json_or_text);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
