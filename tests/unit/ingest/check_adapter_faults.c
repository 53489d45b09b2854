/* What the adapter refuses: the code and the place of each fault. */
#include <stdlib.h>

#include "adapter_show.h"

#define L "'lead':{'anonymous_id':'x'}"
#define E "{'type':'a','lead':{'anonymous_id':'x',"

static const struct {
	enum way way;
	const char *in, *code, *pointer;
} bad[] = {
    /* shape of an event */
    {EVENT, "[]", "field_type", ""},
    {EVENT, "'a'", "field_type", ""},
    {EVENT, "null", "field_type", ""},
    {EVENT, "{}", "field_required", "/type"},
    {EVENT, "{'type':'a'}", "field_required", "/lead"},
    {EVENT, "{" L "}", "field_required", "/type"},
    {EVENT, "{'type':'a'," L ",'foo':1}", "field_unknown", "/foo"},
    {EVENT, "{'type':'a'," L ",'Type':'a'}", "field_unknown", "/Type"},
    {EVENT, "{'type':'a'," L ",'email':'a@b.cn'}", "field_unknown", "/email"},
    {EVENT, "{'type':'a'," L ",'score':1}", "field_unknown", "/score"},
    {EVENT, "{'type':'a'," L ",'a~b/c':1}", "field_unknown", "/a~0b~1c"},
    {EVENT, "{'type':'a'," L ",'':1}", "field_unknown", "/"},
    {EVENT, "{'type':'a'," L ",'lead_id':'x'}", "field_unknown", "/lead_id"},
    /* event_id */
    {EVENT, "{'type':'a'," L ",'event_id':1}", "field_type", "/event_id"},
    {EVENT, "{'type':'a'," L ",'event_id':''}", "field_empty", "/event_id"},
    {EVENT, "{'type':'a'," L ",'event_id':['1']}", "field_type", "/event_id"},
    {EVENT, "{'type':'a'," L ",'event_id':'@256'}", "field_too_long", "/event_id"},
    /* type */
    {EVENT, "{'type':null," L "}", "field_type", "/type"},
    {EVENT, "{'type':1," L "}", "field_type", "/type"},
    {EVENT, "{'type':''," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'page view'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'a/b'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'浏览'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'a\\n'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'*'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'@101'," L "}", "type_invalid", "/type"},
    {EVENT, "{'type':'tag_added'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'tag_removed'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'stage_set'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'lead_merged'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'lead_unmerged'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'event_voided'," L "}", "type_reserved", "/type"},
    {EVENT, "{'type':'score_offset'," L "}", "type_reserved", "/type"},
    /* occurred_at */
    {EVENT, "{'type':'a'," L ",'occurred_at':1772355600}", "field_type", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':''}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'now'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'infinity'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'2026-03-01'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'2026-03-01T09:00:00'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'2026-02-30T09:00:00Z'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'2026-03-01T25:00:00Z'}", "occurred_at_invalid", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'2026-03-01T09:05:00.001Z'}", "occurred_at_in_future", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'9999-12-31T23:59:59Z'}", "occurred_at_in_future", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'1999-12-31T23:59:59.999Z'}", "occurred_at_too_old", "/occurred_at"},
    {EVENT, "{'type':'a'," L ",'occurred_at':'1970-01-01T00:00:00Z'}", "occurred_at_too_old", "/occurred_at"},
    /* properties, source */
    {EVENT, "{'type':'a'," L ",'properties':[]}", "field_type", "/properties"},
    {EVENT, "{'type':'a'," L ",'properties':'x'}", "field_type", "/properties"},
    {EVENT, "{'type':'a'," L ",'properties':{'@256':1}}", "key_too_long", "/properties"},
    {EVENT, "{'type':'a'," L ",'properties':{'a':[0,{'@256':1}]}}", "key_too_long", "/properties/a/1"},
    {EVENT, "{'type':'a'," L ",'properties':{'a':'@32769'}}", "field_too_large", "/properties"},
    {EVENT, "{'type':'a'," L ",'source':1}", "field_type", "/source"},
    {EVENT, "{'type':'a'," L ",'source':['web']}", "field_type", "/source"},
    {EVENT, "{'type':'a'," L ",'source':''}", "field_empty", "/source"},
    {EVENT, "{'type':'a'," L ",'source':'@256'}", "field_too_long", "/source"},
    {EVENT, "{'type':'a'," L ",'source':{'name':1}}", "field_type", "/source/name"},
    {EVENT, "{'type':'a'," L ",'source':{'name':' '}}", "field_empty", "/source/name"},
    {EVENT, "{'type':'a'," L ",'source':{'name':'w','x':'@8192'}}", "field_too_large", "/source"},
    {EVENT, "{'type':'a'," L ",'source':{'x':{'@256':1}}}", "key_too_long", "/source/x"},
    /* lead: identities */
    {EVENT, "{'type':'a','lead':null}", "field_type", "/lead"},
    {EVENT, "{'type':'a','lead':'a@b.cn'}", "field_type", "/lead"},
    {EVENT, "{'type':'a','lead':[{}]}", "field_type", "/lead"},
    {EVENT, "{'type':'a','lead':{}}", "identity_required", "/lead"},
    {EVENT, "{'type':'a','lead':{'name':'N'}}", "identity_required", "/lead"},
    {EVENT, "{'type':'a','lead':{'email':null}}", "identity_required", "/lead"},
    {EVENT, "{'type':'a','lead':{'id':null,'external_id':{}}}", "identity_required", "/lead"},
    {EVENT, "{'type':'a','lead':{'id':1}}", "field_type", "/lead/id"},
    {EVENT, "{'type':'a','lead':{'id':''}}", "id_invalid", "/lead/id"},
    {EVENT, "{'type':'a','lead':{'id':'1'}}", "id_invalid", "/lead/id"},
    {EVENT, "{'type':'a','lead':{'id':'0192f0c4-7b5a-7cc3-98c4-dc0c0c07398g'}}", "id_invalid", "/lead/id"},
    {EVENT, "{'type':'a','lead':{'id':'{0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f}'}}", "id_invalid", "/lead/id"},
    {EVENT, "{'type':'a','lead':{'email':1}}", "field_type", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':['a@b.cn']}}", "field_type", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':''}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a@'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'@b.cn'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a@localhost'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a@[10.0.0.1]'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a b@c.cn'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'a..b@c.cn'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'email':'Zhang <a@b.cn> Li'}}", "email_invalid", "/lead/email"},
    {EVENT, "{'type':'a','lead':{'phone':13800138000}}", "field_type", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':''}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':'123'}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':'12345678901'}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':'13800138000 ext 12'}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':'+999999999999999999'}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'phone':'abc'}}", "phone_invalid", "/lead/phone"},
    {EVENT, "{'type':'a','lead':{'external_id':1}}", "field_type", "/lead/external_id"},
    {EVENT, "{'type':'a','lead':{'external_id':''}}", "field_empty", "/lead/external_id"},
    {EVENT, "{'type':'a','lead':{'external_id':['1']}}", "field_type", "/lead/external_id"},
    {EVENT, "{'type':'a','lead':{'external_id':'@256'}}", "field_too_long", "/lead/external_id"},
    {EVENT, "{'type':'a','lead':{'external_id':{'crm':1}}}", "field_type", "/lead/external_id/crm"},
    {EVENT, "{'type':'a','lead':{'external_id':{'crm':null}}}", "field_type", "/lead/external_id/crm"},
    {EVENT, "{'type':'a','lead':{'external_id':{'crm':' '}}}", "field_empty", "/lead/external_id/crm"},
    {EVENT, "{'type':'a','lead':{'external_id':{'':'1'}}}", "external_source_invalid", "/lead/external_id/"},
    {EVENT, "{'type':'a','lead':{'external_id':{'my crm':'1'}}}", "external_source_invalid", "/lead/external_id/my crm"},
    {EVENT, "{'type':'a','lead':{'external_id':{'a:b':'1'}}}", "external_source_invalid", "/lead/external_id/a:b"},
    {EVENT, "{'type':'a','lead':{'external_id':{'a':'1','b':'1','c':'1','d':'1','e':'1','f':'1','g':'1','h':'1','i':'1'}}}",
	"identities_too_many", "/lead/external_id/i"},
    {EVENT, "{'type':'a','lead':{'email':'a@b.cn','external_id':{'a':'1','b':'1','c':'1','d':'1','e':'1','f':'1','g':'1','h':'1'}}}",
	"identities_too_many", "/lead"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':1}}", "field_type", "/lead/anonymous_id"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':''}}", "field_empty", "/lead/anonymous_id"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'@256'}}", "field_too_long", "/lead/anonymous_id"},
    /* lead: what is the service's */
    {EVENT, E "'score':100}}", "field_read_only", "/lead/score"},
    {EVENT, E "'tier':'A'}}", "field_read_only", "/lead/tier"},
    {EVENT, E "'grade':'A1'}}", "field_read_only", "/lead/grade"},
    {EVENT, E "'stage':'mql'}}", "field_read_only", "/lead/stage"},
    {EVENT, E "'tags':[]}}", "field_read_only", "/lead/tags"},
    {EVENT, E "'handoff':null}}", "field_read_only", "/lead/handoff"},
    {EVENT, E "'created_at':null}}", "field_read_only", "/lead/created_at"},
    {EVENT, E "'updated_at':null}}", "field_read_only", "/lead/updated_at"},
    {EVENT, E "'version':1}}", "field_read_only", "/lead/version"},
    {EVENT, E "'title_level':'vp'}}", "field_read_only", "/lead/title_level"},
    {LEAD, "{'email':'a@b.cn','score':1}", "field_read_only", "/score"},
    {PATCH, "{'id':'0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f'}", "field_read_only", "/id"},
    {PATCH, "{'tier':'A'}", "field_read_only", "/tier"},
    /* profile fields */
    {EVENT, E "'foo':1}}", "field_unknown", "/lead/foo"},
    {EVENT, E "'first_name':'A'}}", "field_unknown", "/lead/first_name"},
    {EVENT, E "'company_name':'A'}}", "field_unknown", "/lead/company_name"},
    {EVENT, E "'name':1}}", "field_type", "/lead/name"},
    {EVENT, E "'name':''}}", "field_empty", "/lead/name"},
    {EVENT, E "'name':'\\u200b \\u0001'}}", "field_empty", "/lead/name"},
    {EVENT, E "'name':'@256'}}", "field_too_long", "/lead/name"},
    {EVENT, E "'name':'@2000'}}", "field_too_long", "/lead/name"},
    {EVENT, E "'title':['CEO']}}", "field_type", "/lead/title"},
    {EVENT, E "'owner':7}}", "field_type", "/lead/owner"},
    {EVENT, E "'language':'e'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'language':'english-'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'language':'en--US'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'language':'中文'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'language':'en-verylongsubtag'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'language':'1n'}}", "field_invalid", "/lead/language"},
    {EVENT, E "'country':'China'}}", "field_invalid", "/lead/country"},
    {EVENT, E "'country':'UK'}}", "field_invalid", "/lead/country"},
    {EVENT, E "'country':'C1'}}", "field_invalid", "/lead/country"},
    {EVENT, E "'country':'CHN'}}", "field_invalid", "/lead/country"},
    {EVENT, E "'country':86}}", "field_type", "/lead/country"},
    {EVENT, E "'region':false}}", "field_type", "/lead/region"},
    {EVENT, E "'city':{}}}", "field_type", "/lead/city"},
    {EVENT, E "'company':'Acme'}}", "field_type", "/lead/company"},
    {EVENT, E "'company':[]}}", "field_type", "/lead/company"},
    {EVENT, E "'company':{'foo':1}}}", "field_unknown", "/lead/company/foo"},
    {EVENT, E "'company':{'id':'1'}}}", "field_unknown", "/lead/company/id"},
    {EVENT, E "'company':{'name':1}}}", "field_type", "/lead/company/name"},
    {EVENT, E "'company':{'domain':'http://b.cn/'}}}", "field_invalid", "/lead/company/domain"},
    {EVENT, E "'company':{'domain':'a@b.cn'}}}", "field_invalid", "/lead/company/domain"},
    {EVENT, E "'company':{'domain':'localhost'}}}", "field_invalid", "/lead/company/domain"},
    {EVENT, E "'company':{'domain':'10.0.0.1'}}}", "field_invalid", "/lead/company/domain"},
    {EVENT, E "'company':{'domain':'-a.cn'}}}", "field_invalid", "/lead/company/domain"},
    {EVENT, E "'company':{'employees':'100'}}}", "field_type", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':'100-200'}}}", "field_type", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':-1}}}", "field_out_of_range", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':100000001}}}", "field_out_of_range", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':1.5}}}", "field_type", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':1e300}}}", "field_type", "/lead/company/employees"},
    {EVENT, E "'company':{'employees':true}}}", "field_type", "/lead/company/employees"},
    {EVENT, E "'company':{'annual_revenue':-0.01}}}", "field_out_of_range", "/lead/company/annual_revenue"},
    {EVENT, E "'company':{'annual_revenue':1e16}}}", "field_out_of_range", "/lead/company/annual_revenue"},
    {EVENT, E "'company':{'annual_revenue':'1M'}}}", "field_type", "/lead/company/annual_revenue"},
    {EVENT, E "'company':{'currency':'RM'}}}", "field_invalid", "/lead/company/currency"},
    {EVENT, E "'company':{'currency':'人民币'}}}", "field_invalid", "/lead/company/currency"},
    {EVENT, E "'company':{'founded_year':999}}}", "field_out_of_range", "/lead/company/founded_year"},
    {EVENT, E "'company':{'founded_year':2101}}}", "field_out_of_range", "/lead/company/founded_year"},
    {EVENT, E "'company':{'technologies':'SAP'}}}", "field_type", "/lead/company/technologies"},
    {EVENT, E "'company':{'technologies':['a ',1]}}}", "field_type", "/lead/company/technologies/1"},
    {EVENT, E "'company':{'technologies':[null]}}}", "field_type", "/lead/company/technologies/0"},
    {EVENT, E "'company':{'technologies':['']}}}", "field_empty", "/lead/company/technologies/0"},
    {EVENT, E "'needs':{'pains':'slow'}}}", "field_type", "/lead/needs/pains"},
    {EVENT, E "'needs':{'budget':'500k'}}}", "field_type", "/lead/needs/budget"},
    {EVENT, E "'needs':{'budget':-1}}}", "field_out_of_range", "/lead/needs/budget"},
    {EVENT, E "'needs':{'purchase_within_days':36501}}}", "field_out_of_range", "/lead/needs/purchase_within_days"},
    {EVENT, E "'needs':{'timeline':1}}}", "field_unknown", "/lead/needs/timeline"},
    {EVENT, E "'decision':{'role':1}}}", "field_type", "/lead/decision/role"},
    {EVENT, E "'decision':{'chain':[1]}}}", "field_type", "/lead/decision/chain/0"},
    {EVENT, E "'decision':{'chain':{}}}}", "field_type", "/lead/decision/chain"},
    {EVENT, E "'decision':{'cycle_days':0.5}}}", "field_type", "/lead/decision/cycle_days"},
    {EVENT, E "'value':5}}", "field_type", "/lead/value"},
    {EVENT, E "'value':{'annual_spend':'x'}}}", "field_type", "/lead/value/annual_spend"},
    {EVENT, E "'value':{'potential':[]}}}", "field_type", "/lead/value/potential"},
    {EVENT, E "'value':{'reference':{}}}}", "field_type", "/lead/value/reference"},
    {EVENT, E "'consent':true}}", "field_type", "/lead/consent"},
    {EVENT, E "'consent':{'marketing':'yes'}}}", "field_type", "/lead/consent/marketing"},
    {EVENT, E "'consent':{'marketing':1}}}", "field_type", "/lead/consent/marketing"},
    {EVENT, E "'consent':{'at':'yesterday'}}}", "field_invalid", "/lead/consent/at"},
    {EVENT, E "'consent':{'at':0}}}", "field_type", "/lead/consent/at"},
    {EVENT, E "'attributes':[]}}", "field_type", "/lead/attributes"},
    {EVENT, E "'attributes':'x'}}", "field_type", "/lead/attributes"},
    {EVENT, E "'attributes':{'@256':1}}}", "key_too_long", "/lead/attributes"},
    {EVENT, E "'attributes':{'a':{'b':[{'@256':1}]}}}}", "key_too_long", "/lead/attributes/a/b/0"},
    {EVENT, E "'attributes':{'a':'@32769'}}}", "field_too_large", "/lead/attributes"},
    /* the other ways in */
    {LEAD, "[]", "field_type", ""},
    {LEAD, "{}", "identity_required", ""},
    {LEAD, "{'name':'N'}", "identity_required", ""},
    {LEAD, "{'email':'a@b.cn','type':'a'}", "field_unknown", "/type"},
    {LEAD, "{'email':'a@b.cn','source':7}", "field_type", "/source"},
    {LEAD, "{'email':'a','phone':'b'}", "email_invalid", "/email"},
    {LEAD, "{'phone':'b','email':'a'}", "phone_invalid", "/phone"},
    {PATCH, "[]", "field_type", ""},
    {PATCH, "'x'", "field_type", ""},
    {PATCH, "{'external_id':null}", "field_invalid", "/external_id"},
    {PATCH, "{'anonymous_id':null}", "field_invalid", "/anonymous_id"},
    {PATCH, "{'email':''}", "email_invalid", "/email"},
    {PATCH, "{'source':7}", "field_type", "/source"},
    {PATCH, "{'company':{'technologies':{'a':null}}}", "field_type", "/company/technologies"},
};

/* ' is ", and @N is a run of N letters. */
static char *spelled(const char *s)
{
	struct buf out = BUF_INIT;
	for (; *s; s++) {
		if (*s == '\'') {
			buf_putc(&out, '"');
		} else if (*s == '@' && s[1] >= '0' && s[1] <= '9') {
			char *end;
			for (unsigned long n = strtoul(s + 1, &end, 10); n > 0; n--)
				buf_putc(&out, 'k');
			s = end - 1;
		} else {
			buf_putc(&out, *s);
		}
	}
	return buf_steal(&out);
}

static void refused(enum way way, const char *in, const char *code, const char *pointer)
{
	struct arena *arena = arena_new(0);
	/* Most of the rows are objects; the reader takes other values only inside something. */
	char *wrapped = NULL;
	ck_assert(asprintf(&wrapped, "[%s]", in) > 0);
	json_t *list = parsed(wrapped);
	struct command c;
	struct command before;
	memset(&c, 0x5A, sizeof(c));
	memcpy(&before, &c, sizeof(c));
	struct err e = {0};
	enum status st = adapt(arena, way, "key", json_array_get(list, 0), &c, &e);
	ck_assert_msg(st == ST_INVALID, "%.200s is taken", in);
	ck_assert_msg(strcmp(e.code, code) == 0, "%.200s: code %s, %s", in, e.code, e.detail);
	ck_assert_msg(strcmp(e.pointer, pointer) == 0, "%.200s: pointer %s", in, e.pointer);
	ck_assert_int_eq(e.status, ST_INVALID);
	ck_assert(e.detail[0]);
	ck_assert(memcmp(&c, &before, sizeof(c)) == 0);
	json_decref(list);
	free(wrapped);
	arena_free(&arena);
}

START_TEST(refuses)
{
	char *in = spelled(bad[_i].in);
	refused(bad[_i].way, in, bad[_i].code, bad[_i].pointer);
	free(in);
}
END_TEST

/* Limits on counts: one member or entry over is refused, the limit itself is taken. */
static char *many(const char *before, size_t n, const char *each, const char *after)
{
	struct buf out = BUF_INIT;
	buf_puts(&out, before);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&out, i ? "," : "");
		for (const char *c = each; *c; c++) {
			if (*c == '#')
				buf_put_i64(&out, (int64_t)i);
			else
				buf_putc(&out, *c);
		}
	}
	buf_puts(&out, after);
	return buf_steal(&out);
}

static const struct {
	const char *before, *each, *after, *pointer;
	size_t most;
} counts[] = {
    {"{\"email\":\"a@b.cn\",\"attributes\":{", "\"k#\":#", "}}", "/attributes", 200},
    {"{\"email\":\"a@b.cn\",\"company\":{\"technologies\":[", "\"t#\"", "]}}", "/company/technologies", 100},
    {"{\"email\":\"a@b.cn\",\"needs\":{\"pains\":[", "\"p#\"", "]}}", "/needs/pains", 100},
    {"{\"email\":\"a@b.cn\",\"source\":{", "\"k#\":#", "}}", "/source", 50},
};

START_TEST(counted)
{
	struct arena *arena = arena_new(0);
	struct command c;
	struct err e;
	char *most = many(counts[_i].before, counts[_i].most, counts[_i].each, counts[_i].after);
	json_t *v = parsed(most);
	ck_assert_msg(adapt(arena, LEAD, NULL, v, &c, &e) == ST_OK, "%s %s", e.pointer, e.detail);
	command_release(&c);
	json_decref(v);
	free(most);
	arena_free(&arena);
	char *over = many(counts[_i].before, counts[_i].most + 1, counts[_i].each, counts[_i].after);
	refused(LEAD, over, "field_too_large", counts[_i].pointer);
	free(over);
}
END_TEST

static const struct {
	const char *in, *near; /* near NULL: nothing is suggested */
} names[] = {
    {"{'emial':1}", "email"}, {"{'Email':1}", "email"}, {"{'phone_number':1}", "phone"}, {"{'full_name':1}", "name"},
    {"{'job_title':1}", "title"}, {"{'companyy':1}", "company"}, {"{'adress':1}", NULL}, {"{'q':1}", NULL},
    {"{'company':{'employes':1}}", "employees"}, {"{'company':{'revenue':1}}", NULL}, {"{'zzzzzzzz':1}", NULL},
};

START_TEST(suggests)
{
	struct arena *arena = arena_new(0);
	struct command c;
	struct err e = {0};
	char *in = spelled(names[_i].in);
	json_t *v = parsed(in);
	ck_assert_int_eq(adapt(arena, PATCH, NULL, v, &c, &e), ST_INVALID);
	ck_assert_str_eq(e.code, "field_unknown");
	const char *mean = strstr(e.detail, "Did you mean \"");
	if (names[_i].near)
		ck_assert_msg(mean && strncmp(mean + 14, names[_i].near, strlen(names[_i].near)) == 0 &&
			mean[14 + strlen(names[_i].near)] == '"',
		    "%s: %s", in, e.detail);
	else
		ck_assert_msg(!mean, "%s: %s", in, e.detail);
	json_decref(v);
	free(in);
	arena_free(&arena);
}
END_TEST

/* A small arena fails somewhere on the way, never with anything but ST_NOMEM, and nothing leaks (ASan). */
START_TEST(no_memory)
{
	const char *text = "{\"event_id\":\"1\",\"type\":\"a\",\"lead\":{\"email\":\"A@b.cn\",\"phone\":\"138 0013 8000\",\"name\":\" 张 伟 "
			   "\",\"external_id\":{\"crm\":\"1\"},\"anonymous_id\":\"v\",\"company\":{\"domain\":\"例子.中国\",\"technologies\":[\" "
			   "x\"]},\"attributes\":{\"a\":1}},\"properties\":{\"a\":1},\"source\":{\"name\":\" w\"}}";
	json_t *v = parsed(text);
	bool done = false;
	size_t failures = 0;
	for (size_t limit = 1; limit < 65536 && !done; limit += 64) {
		struct arena *arena = arena_new(limit);
		struct command c;
		struct err e;
		enum status st = adapt(arena, EVENT, NULL, v, &c, &e);
		ck_assert_msg(st == ST_OK || st == ST_NOMEM, "%s %s", e.code, e.detail);
		if (st == ST_OK)
			command_release(&c);
		done = st == ST_OK;
		failures += !done;
		arena_free(&arena);
	}
	ck_assert(done && failures > 0);
	json_decref(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/adapter_faults");
	TCase *t = tcase_create("faults");
	tcase_add_loop_test(t, refuses, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(t, counted, 0, sizeof(counts) / sizeof(counts[0]));
	tcase_add_loop_test(t, suggests, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
