/* Mappings of inbound sources: what they refuse, what they make of payloads. Who may call: check_source_auth.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "ingest/source.h"

#define NOW INT64_C(1780300800000) /* 2026-06-01T08:00:00Z */
#define BASE "{\"auth\":{\"scheme\":\"none\"},\"map\":{\"email\":\"/email\"}}"

static json_t *parsed(const char *text)
{
	json_error_t why;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &why);
	ck_assert_msg(v != NULL, "%s: %s", text, why.text);
	return v;
}

/* The smallest mapping with this patch. */
static json_t *mapping_of(const char *patch)
{
	json_t *m = parsed(BASE), *p = parsed(patch);
	ck_assert(json_merge_patch(m, p));
	json_decref(p);
	return m;
}

START_TEST(presets_are_mappings)
{
	size_t n;
	const struct source_preset *all = source_presets(&n);
	ck_assert_uint_ge(n, 14);
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		json_t *doc = parsed(all[i].document), *m = json_object_get(doc, "mapping");
		ck_assert_msg(source_check(m, &e) == ST_OK, "%s: %s %s %s", all[i].name, e.code, e.pointer, e.detail);
		ck_assert_msg(json_is_string(json_object_get(doc, "title")), "%s has no title", all[i].name);
		ck_assert(json_is_string(json_pointer_get(doc, "/setup/en")));
		ck_assert(json_is_string(json_pointer_get(doc, "/setup/zh")));
		ck_assert_ptr_eq(source_preset_find(all[i].name), &all[i]);
		json_decref(doc);
	}
	ck_assert_ptr_null(source_preset_find("nobody"));
}
END_TEST

static const struct {
	const char *patch, *pointer, *code;
} faults[] = {
    {"{\"maps\":{}}", "/maps", "field_unknown"},
    {"{\"auth\":null}", "/auth", "field_required"},
    {"{\"auth\":{\"scheme\":\"magic\"}}", "/auth/scheme", "field_invalid"},
    {"{\"auth\":{\"header\":\"x\"}}", "/auth/header", "field_unknown"},
    {"{\"auth\":{\"scheme\":\"header\"}}", "/auth/header", "field_required"},
    {"{\"auth\":{\"scheme\":\"header\",\"header\":\"X-Token\"}}", "/auth/header", "field_invalid"},
    {"{\"auth\":{\"scheme\":\"hmac\",\"header\":\"x\",\"algorithm\":\"md5\"}}", "/auth/algorithm", "field_invalid"},
    {"{\"auth\":{\"scheme\":\"hmac\",\"header\":\"x\",\"timestamp\":{\"tolerance_s\":0}}}",
	"/auth/timestamp/tolerance_s", "field_out_of_range"},
    {"{\"auth\":{\"scheme\":\"body\"}}", "/auth/pointer", "pointer_invalid"},
    {"{\"format\":\"yaml\"}", "/format", "field_invalid"},
    {"{\"unwrap\":[\"raw\"]}", "/unwrap/0", "pointer_invalid"},
    {"{\"each\":\"data\"}", "/each", "pointer_invalid"},
    {"{\"handshake\":{\"reply\":{}}}", "/handshake/when", "field_required"},
    {"{\"map\":null}", "/map", "field_required"},
    {"{\"map\":{\"mail\":\"/a\"}}", "/map/mail", "field_unknown"},
    {"{\"map\":{\"score\":\"/a\"}}", "/map/score", "field_read_only"},
    {"{\"map\":{\"company.size\":\"/a\"}}", "/map/company.size", "field_unknown"},
    {"{\"map\":{\"company.\":\"/a\"}}", "/map/company.", "field_unknown"},
    {"{\"map\":{\"email\":\"email\"}}", "/map/email", "expression_invalid"},
    {"{\"map\":{\"email\":\"header:X-Mail\"}}", "/map/email", "expression_invalid"},
    {"{\"map\":{\"email\":\"key:9\"}}", "/map/email", "expression_invalid"},
    {"{\"map\":{\"email\":7}}", "/map/email", "expression_invalid"},
    {"{\"map\":{\"email\":{\"at\":\"/a\",\"const\":1}}}", "/map/email", "expression_invalid"},
    {"{\"map\":{\"email\":{\"at\":\"/a\",\"as\":\"date\"}}}", "/map/email/as", "field_invalid"},
    {"{\"map\":{\"email\":[\"/a\",{\"first\":[\"b\"]}]}}", "/map/email/1/first/0", "expression_invalid"},
    {"{\"map\":{\"email\":{\"at\":\"/a\",\"when\":{\"b\":1}}}}", "/map/email/when/b", "expression_invalid"},
    {"{\"map\":{\"email\":{\"pick\":\"mail\"}}}", "/pick", "field_required"},
    {"{\"map\":{\"email\":[[[[[[[[[\"/a\"]]]]]]]]]}}", "/map/email/0/0/0/0/0/0/0/0", "expression_invalid"},
    {"{\"pick\":{\"in\":\"/a\",\"value\":{\"pick\":\"b\"}}}", "/pick", "expression_invalid"},
    {"{\"pick\":{\"in\":\"/a\",\"titles\":{\"in\":\"/b\"}}}", "/pick/titles/key", "pointer_invalid"},
    {"{\"event_type\":\"no spaces\"}", "/event_type", "type_invalid"},
    {"{\"event_type\":\"score_offset\"}", "/event_type", "type_reserved"},
    {"{\"event_type\":{\"table\":{}}}", "/event_type/at", "expression_invalid"},
    {"{\"event_type\":{\"at\":\"/t\",\"table\":{\"a/b\":7}}}", "/event_type/table/a~1b", "type_invalid"},
    {"{\"dedupe_key\":\"/id\"}", "/dedupe_key", "expression_invalid"},
    {"{\"occurred_at\":{\"at\":\"/t\",\"unit\":\"days\"}}", "/occurred_at/unit", "field_invalid"},
    {"{\"occurred_at\":{\"at\":\"/t\",\"unit\":\"format\"}}", "/occurred_at/format", "field_required"},
    {"{\"occurred_at\":{\"at\":\"/t\",\"zone\":\"CST\"}}", "/occurred_at/zone", "field_invalid"},
    {"{\"properties\":{\"a\":{\"at\":\"/a\",\"or\":\"/b\"}}}", "/properties/a/or", "field_unknown"},
    {"{\"reply\":{\"status\":302}}", "/reply/status", "field_out_of_range"},
    {"{\"reply\":{\"content_type\":\"a\\r\\nb\"}}", "/reply/content_type", "field_invalid"},
    {"{\"reply\":{\"on_failure\":\"maybe\"}}", "/reply/on_failure", "field_invalid"},
};

START_TEST(faults_are_told_with_their_place)
{
	struct err e = {0};
	json_t *m = mapping_of(faults[_i].patch);
	ck_assert_int_eq(source_check(m, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, faults[_i].pointer);
	ck_assert_str_eq(e.code, faults[_i].code);
	ck_assert(e.detail[0]);
	json_decref(m);
}
END_TEST

static const char *const outcomes[] = {"event", "lead", "ignored", "failed"};

/* What becomes of a body: "event {...}" a line, in the order of members. */
static char *told(const char *patch, const char *content_type, const char *body, const char *path)
{
	static const struct source_pair headers[] = {{"x-topic", "Quote"}, {"x-empty", ""}};
	static const struct source_pair query[] = {{"utm_source", "baidu"}};
	struct arena *arena = arena_new(0);
	struct err e = {0};
	struct buf out = BUF_INIT;
	json_t *m = mapping_of(patch), *payload = NULL;
	struct source_item *items = NULL;
	size_t n = 0;
	struct source_request r = {
	    "POST", path, "leads.example.com", content_type, headers, 2, query, 1, body, strlen(body), NOW, false};
	ck_assert_msg(source_check(m, &e) == ST_OK, "%s %s: %s", e.code, e.pointer, e.detail);
	enum status s = source_admit(m, NULL, &r, arena, &payload, &e);
	if (s == ST_OK)
		s = source_map(m, "test", &r, payload, arena, &items, &n, &e);
	if (s != ST_OK)
		buf_printf(&out, "%s %s", e.code, e.pointer);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		buf_printf(&out, "%s%s", i ? "\n" : "", outcomes[items[i].outcome]);
		if (items[i].pointer[0])
			buf_printf(&out, " %s", items[i].pointer);
		if (items[i].outcome == SOURCE_FAILED)
			buf_printf(&out, " %s %s", items[i].err.code, items[i].err.pointer);
		if (items[i].body) {
			json_object_del(items[i].body, "source");
			buf_putc(&out, ' ');
			ck_assert(json_write(items[i].body, false, &out));
		}
	}
	source_items_free(items, n);
	json_decref(payload);
	json_decref(m);
	arena_free(&arena);
	if (!out.data)
		buf_puts(&out, "");
	return buf_steal(&out);
}

#define MAP(fields) "{\"map\":{" fields "},\"event_type\":\"lead\"}"
static const struct {
	const char *patch, *type, *body, *told;
} cases[] = {
    {"{\"dedupe_key\":[\"/id\",\"/no\",\"header:x-topic\"],\"occurred_at\":{\"at\":\"/t\",\"unit\":\"s\"}}", NULL,
	"{\"email\":\"a@b.co\",\"id\":7,\"t\":1780300700}",
	"event "
	"{\"event_id\":\"7::Quote\",\"type\":\"form_submit\",\"occurred_at\":\"2026-06-01T07:58:20.000Z\",\"lead\":{"
	"\"email\":\"a@b.co\"}}"},
    /* without a key: the bytes and the day */
    {"{}", NULL, "{\"email\":\"a@b.co\"}",
	"event "
	"{\"event_id\":\"9815d6fc0ef9ca98be55b9208af40548-20605-0\",\"type\":\"form_submit\",\"lead\":{\"email\":\"a@b."
	"co\"}}"},
    {MAP("\"name\":{\"join\":[\"/first\",\"/none\",\"/last\"]}"), NULL, "{\"first\":\"Li\",\"last\":\"Wei\"}",
	"lead {\"name\":\"Li Wei\"}"},
    {MAP("\"name\":[\"/a\",\"/b\",\"/c\"]"), NULL, "{\"a\":null,\"b\":\"\",\"c\":\"x\"}", "lead {\"name\":\"x\"}"},
    {MAP("\"name\":{\"at\":\"/a\",\"default\":\"nobody\"},\"title\":{\"const\":\"CEO\"}"), NULL, "{}",
	"lead {\"name\":\"nobody\",\"title\":\"CEO\"}"},
    {MAP("\"company.employees\":\"/n\""), NULL, "{\"n\":\"1,200 人\"}", "lead {\"company\":{\"employees\":1200}}"},
    {MAP("\"company.employees\":\"/n\""), NULL, "{\"n\":\"many\"}", "lead {}"},
    {MAP("\"needs.budget\":\"/n\""), NULL, "{\"n\":\"￥５００,０００.50\"}", "lead {\"needs\":{\"budget\":500000.5}}"},
    {MAP("\"needs.pains\":\"/n\""), NULL, "{\"n\":\"慢、 贵; late\"}",
	"lead {\"needs\":{\"pains\":[\"慢\",\"贵\",\"late\"]}}"},
    {MAP("\"consent.marketing\":\"/n\""), NULL, "{\"n\":\"是\"}", "lead {\"consent\":{\"marketing\":true}}"},
    {MAP("\"phone\":\"/n\",\"external_id.crm\":\"/id\""), NULL, "{\"n\":13800138000,\"id\":12}",
	"lead {\"phone\":\"13800138000\",\"external_id\":{\"crm\":\"12\"}}"},
    {MAP("\"attributes.n\":\"/n\",\"attributes.l\":{\"at\":\"/n\",\"as\":\"text\"}"), NULL, "{\"n\":[1,2]}",
	"lead {\"attributes\":{\"n\":[1,2],\"l\":\"1, 2\"}}"},
    {MAP("\"title\":{\"at\":\"/t\",\"table\":{\"1\":\"CEO\"},\"default\":\"staff\"}"), NULL, "{\"t\":2}",
	"lead {\"title\":\"staff\"}"},
    {MAP("\"title\":{\"at\":\"/t\",\"table\":{\"1\":\"CEO\"}}"), NULL, "{\"t\":1}", "lead {\"title\":\"CEO\"}"},
    {MAP("\"name\":{\"at\":\"/v\",\"when\":{\"/k\":[\"a\",\"b\"]}},\"title\":{\"at\":\"/v\",\"when\":{\"/k\":\"c\",\"/"
	 "z\":\"\"}}"),
	NULL, "{\"k\":\"b\",\"v\":\"x\"}", "lead {\"name\":\"x\"}"},
    {MAP("\"city\":\"query:utm_source\",\"region\":\"header:x-empty\""), NULL, "{}", "lead {\"city\":\"baidu\"}"},
    {"{\"event_type\":{\"at\":\"/t\",\"table\":{\"won\":\"won\",\"noise\":\"ignore\"},\"ignore\":[\"ping\"]}}", NULL,
	"{\"t\":\"noise\"}", "ignored"},
    {"{\"event_type\":{\"at\":\"/t\",\"table\":{\"won\":\"won\"},\"ignore\":[\"ping\"]}}", NULL, "{\"t\":\"ping\"}",
	"ignored"},
    {"{\"event_type\":{\"at\":\"/t\",\"table\":{\"won\":\"won\"}}}", NULL, "{\"t\":\"lost\"}",
	"failed event_type_unknown /event_type"},
    {"{\"occurred_at\":{\"at\":\"/t\",\"unit\":\"rfc3339\"}}", NULL, "{\"t\":\"yesterday\"}",
	"failed occurred_at_invalid /occurred_at"},
    {"{\"dedupe_key\":[\"/i\"],\"occurred_at\":{\"at\":\"/t\",\"unit\":\"format\",\"format\":\"%d.%m.%Y "
     "%H:%M\",\"zone\":\"+08:00\"}}",
	NULL, "{\"i\":1,\"t\":\"31.05.2026 09:30\"}",
	"event {\"event_id\":\"1\",\"type\":\"form_submit\",\"occurred_at\":\"2026-05-31T01:30:00.000Z\",\"lead\":{}}"},
    {"{\"dedupe_key\":[\"/i\"],\"occurred_at\":{\"at\":\"/t\",\"unit\":\"auto\"}}", NULL,
	"{\"i\":1,\"t\":\"2026-05-31 09:30:00\"}",
	"event {\"event_id\":\"1\",\"type\":\"form_submit\",\"occurred_at\":\"2026-05-31T09:30:00.000Z\",\"lead\":{}}"},
    {"{\"dedupe_key\":[\"/i\"],\"occurred_at\":{\"at\":\"/t\",\"unit\":\"auto\"}}", NULL,
	"{\"i\":1,\"t\":1780300700123456}",
	"event {\"event_id\":\"1\",\"type\":\"form_submit\",\"occurred_at\":\"2026-06-01T07:58:20.123Z\",\"lead\":{}}"},
    {"{\"each\":\"/l\",\"event_type\":\"lead\"}", NULL, "{\"l\":[{\"email\":\"a@b.co\"},{\"email\":\"c@d.co\"}]}",
	"lead /l/0 {\"email\":\"a@b.co\"}\nlead /l/1 {\"email\":\"c@d.co\"}"},
    {"{\"each\":\"/l\",\"event_type\":\"lead\"}", NULL, "{\"l\":{\"email\":\"a@b.co\"}}",
	"lead /l {\"email\":\"a@b.co\"}"},
    {"{\"each\":\"/l\"}", NULL, "{\"l\":[]}", ""},
    {"{\"each\":\"/l\"}", NULL, "{\"m\":[]}", "items_missing /each"},
    {"{\"each\":\"\",\"map\":{\"email\":\"\"},\"event_type\":\"lead\"}", NULL, "[\"a@b.co\"]",
	"lead /0 {\"email\":\"a@b.co\"}"},
    {"{\"each\":\"/*/"
     "*\",\"event_type\":{\"at\":\"key:0\",\"table\":{\"x.new\":\"lead\"},\"default\":\"ignore\"},\"map\":{\"city\":"
     "\"root:/c\"}}",
	NULL, "{\"c\":\"上海\",\"x.new\":[{\"email\":\"a@b.co\"}],\"x.old\":[{}]}",
	"lead /x.new/0 {\"email\":\"a@b.co\",\"city\":\"上海\"}\nignored /x.old/0"},
    {"{\"event_type\":\"lead\",\"format\":\"form\",\"map\":{\"name\":\"/n\"}}", "application/x-www-form-urlencoded",
	"email=a%40b.co&n=Li+Wei", "lead {\"email\":\"a@b.co\",\"name\":\"Li Wei\"}"},
    {"{\"event_type\":\"lead\",\"format\":\"form\"}", "application/json", "{}", "content_type_unsupported "},
    {"{\"event_type\":\"lead\",\"format\":\"any\"}", "text/plain", "{\"email\":\"a@b.co\"}",
	"lead {\"email\":\"a@b.co\"}"},
    {"{\"event_type\":\"lead\",\"format\":\"multipart\",\"unwrap\":[\"/raw\"],\"map\":{\"email\":\"/raw/q3_email\"}}",
	"multipart/form-data; boundary=b",
	"--b\r\nContent-Disposition: form-data; name=\"raw\"\r\n\r\n{\"q3_email\":\"a@b.co\"}\r\n--b--\r\n",
	"lead {\"email\":\"a@b.co\"}"},
    {"{\"unwrap\":[\"/raw\"]}", NULL, "{\"raw\":\"{\"}", "unwrap_invalid /raw"},
    {"{\"format\":\"xml\",\"event_type\":\"lead\",\"map\":{\"email\":\"/a/b\",\"name\":\"/a/c/@n\",\"title\":\"/a/d/"
     "1\"}}",
	NULL,
	"<?xml version=\"1.0\"?><x:a xmlns:x=\"u\"><x:b>a&amp;b@c.co</x:b><c "
	"n=\"&#x738b;\"/><d>1</d><d><![CDATA[<2>]]></d></x:a>",
	"lead {\"email\":\"a&b@c.co\",\"name\":\"王\",\"title\":\"<2>\"}"},
    {"{\"format\":\"xml\",\"event_type\":\"lead\",\"map\":{\"email\":\"/a/b\"}}", NULL,
	"<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><b i:nil=\"true\"/></a>", "lead {}"},
    {"{\"format\":\"xml\"}", NULL, "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
	"xml_doctype "},
    {"{\"format\":\"xml\"}", NULL, "<a><b></a>", "xml_invalid "},
    {"{\"format\":\"xml\"}", NULL,
	"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
	"xml_too_deep "},
    {"{}", NULL, "{\"email\":", "json_invalid "},
    {"{\"event_type\":\"lead\",\"map\":{\"email\":{\"pick\":[\"work  "
     "EMAIL\",\"email\"]},\"title\":{\"pick\":\"Job\"},\"phone\":{\"pick_type\":\"tel\"}},"
     "\"pick\":{\"in\":\"/f\",\"labels\":[\"/label\",\"/key\"],\"value\":\"/value\",\"type\":\"/"
     "type\",\"options\":{\"in\":\"/options\",\"key\":\"/id\",\"text\":\"/text\"}}}",
	NULL,
	"{\"f\":[{\"label\":\"Work "
	"Email\",\"value\":\"a@b.co\"},{\"label\":\"job\",\"value\":[\"o2\"],\"options\":[{\"id\":\"o1\",\"text\":"
	"\"CEO\"},{\"id\":\"o2\","
	"\"text\":\"CTO\"}]},{\"label\":\"?\",\"type\":\"tel\",\"value\":\"1380\"}]}",
	"lead {\"email\":\"a@b.co\",\"title\":\"CTO\",\"phone\":\"1380\"}"},
    {"{\"dedupe_key\":[\"/"
     "i\"],\"map\":{\"email\":{\"pick\":\"email\"},\"name\":{\"join\":[{\"pick\":\"name\",\"get\":\"/"
     "first\"},{\"pick\":\"name\",\"get\":\"/last\"}]}},"
     "\"properties\":{\"*\":{\"pick\":\"*\"},\"form\":\"/i\"},\"pick\":{\"in\":\"\",\"begins\":\"q\",\"after\":\"_\"}}",
	NULL,
	"{\"i\":\"9\",\"q3_email\":\"a@b.co\",\"q4_name\":{\"first\":\"Li\",\"last\":\"Wei\"},\"slug\":\"x\",\"q5_"
	"empty\":\"\"}",
	"event {\"event_id\":\"9\",\"type\":\"form_submit\",\"lead\":{\"email\":\"a@b.co\",\"name\":\"Li "
	"Wei\"},\"properties\":{\"email\":\"a@b.co\",\"name\":{\"first\":\"Li\","
	"\"last\":\"Wei\"},\"form\":\"9\"}}"},
};

START_TEST(payloads_become_events)
{
	char *is = told(cases[_i].patch, cases[_i].type, cases[_i].body, "/v1/in/lsi_x");
	ck_assert_str_eq(is, cases[_i].told);
	free(is);
}
END_TEST

/* The ids of items without a key differ by item and day, and are the same when the same comes again. */
START_TEST(the_same_bytes_have_the_same_id)
{
	static const char patch[] = "{\"each\":\"\",\"event_type\":\"form_submit\"}",
			  body[] = "[{\"email\":\"a@b.co\"},{\"email\":\"a@b.co\"}]";
	char *first = told(patch, NULL, body, "/v1/in/lsi_x"), *again = told(patch, NULL, body, "/v1/in/lsi_x");
	ck_assert_str_eq(first, again);
	char *second = strchr(first, '\n');
	ck_assert_ptr_nonnull(second);
	ck_assert_int_ne(strncmp(strstr(first, "event_id"), strstr(second, "event_id"), 60), 0);
	free(first);
	free(again);
}
END_TEST

/* A bad phone is no reason to lose a lead. */
START_TEST(what_a_field_refuses_is_left_out)
{
	static const struct {
		const char *invalid, *told;
	} ways[] = {{"drop", "form_submit a@b.co {\"refused\":{\"phone\":\"n/a\",\"company/employees\":-3}}"},
	    {"refuse", "phone_invalid /lead/phone"}};
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < 2; i++) {
		struct err e = {0};
		struct command c;
		struct source_item *items;
		size_t n;
		char patch[300];
		snprintf(patch, sizeof patch,
		    "{\"invalid\":\"%s\",\"map\":{\"phone\":\"/p\",\"company.employees\":\"/n\"}}", ways[i].invalid);
		json_t *m = mapping_of(patch), *payload = parsed("{\"email\":\"a@b.co\",\"p\":\"n/a\",\"n\":-3}");
		struct source_request r = {.method = "POST", .body = "", .received_at = NOW};
		ck_assert_int_eq(source_map(m, "test", &r, payload, arena, &items, &n, &e), ST_OK);
		struct adapter_context x = {.arena = arena, .country = "CN", .now = NOW};
		enum status s = source_command(m, &x, &items[0], &c, &e);
		struct buf out = BUF_INIT;
		if (s == ST_OK) {
			buf_printf(&out, "%s %s %s", c.type, c.email, c.properties_text);
			command_release(&c);
		} else {
			buf_printf(&out, "%s %s", e.code, e.pointer);
		}
		ck_assert_str_eq(out.data, ways[i].told);
		buf_free(&out);
		source_items_free(items, n);
		json_decref(payload);
		json_decref(m);
	}
	arena_free(&arena);
}
END_TEST

START_TEST(nothing_secret_is_kept)
{
	static const struct source_pair headers[] = {{"authorization", "Basic eA=="}, {"x-topic", "a"},
	    {"x-hook", "s3cret"}, {"cookie", "c"}, {"x-signature", "d"}, {"x-forwarded-for", "192.0.2.1"},
	    {"user-agent", "\"v\""}};
	static const struct source_pair query[] = {{"token", "s3cret"}, {"a", "b"}};
	struct arena *arena = arena_new(0);
	struct err e;
	const char *text;
	json_t *m = mapping_of("{\"auth\":{\"scheme\":\"header\",\"header\":\"x-hook\"}}"),
	       *secrets = parsed("[\"s3cret\",{\"token\":\"other\"}]");
	const char *body = "{\"token\":\"s3cret\",\"a\":\"another\"}";
	struct source_request r = {"POST", "/", NULL, NULL, headers, 7, query, 2, body, strlen(body), NOW, false};
	ck_assert_int_eq(source_headers_text(m, &r, arena, &text, &e), ST_OK);
	ck_assert_str_eq(text, "{\"x-topic\":\"a\",\"user-agent\":\"\\\"v\\\"\"}");
	ck_assert_int_eq(source_query_text(m, &r, arena, &text, &e), ST_OK);
	ck_assert_str_eq(text, "{\"a\":\"b\"}");
	ck_assert_int_eq(source_body_kept(secrets, &r, arena, &text, &e), ST_OK);
	ck_assert_str_eq(text, "{\"token\":\"******\",\"a\":\"an*****\"}");
	json_decref(secrets);
	json_decref(m);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("source");
	TCase *t = tcase_create("source");
	tcase_add_test(t, presets_are_mappings);
	tcase_add_loop_test(t, faults_are_told_with_their_place, 0, sizeof faults / sizeof faults[0]);
	tcase_add_loop_test(t, payloads_become_events, 0, sizeof cases / sizeof cases[0]);
	tcase_add_test(t, the_same_bytes_have_the_same_id);
	tcase_add_test(t, what_a_field_refuses_is_left_out);
	tcase_add_test(t, nothing_secret_is_kept);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
