/* Commands from JSON: what is taken, and as what. What is refused: check_adapter_faults.c. */
#include <stdlib.h>

#include "adapter_show.h"

static const struct {
	enum way way;
	const char *in, *out;
} good[] = {
    /* identities */
    {EVENT, "{'type':'a','lead':{'email':'A@Example.COM'}}", "a email=a@example.com | - | - | -"},
    {EVENT, "{'lead':{'phone':'13800138000'},'type':'a'}", "a phone=+8613800138000 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'phone':'0086-138-0013-8000'}}", "a phone=+8613800138000 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'phone':'１３８００１３８０００'}}", "a phone=+8613800138000 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'phone':'+1 (415) 555-2671'}}", "a phone=+14155552671 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'email':'Zhang@例子.中国'}}", "a email=zhang@xn--fsqu00a.xn--fiqs8s | - | - | -"},
    {EVENT, "{'type':'a','lead':{'external_id':'C-1'}}", "a external_id:default=C-1 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'external_id':{'hubspot':'7','crm':'9'}}}", "a external_id:crm=9 external_id:hubspot=7 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'external_id':{},'anonymous_id':'x'}}", "a anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'v-1'}}", "a anonymous_id=v-1 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'v','phone':'13800138000','email':'a@b.cn','external_id':'e'}}",
	"a external_id:default=e email=a@b.cn phone=+8613800138000 anonymous_id=v | - | - | -"},
    {EVENT, "{'type':'a','lead':{'id':'0192F0C4-7B5A-7CC3-98C4-DC0C0C07398F'}}", "a id=0192f0c4 | - | - | -"},
    {EVENT, "{'type':'a','lead':{'id':'0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f','email':'a@b.cn','name':'N'}}",
	"a id=0192f0c4 email=a@b.cn | {'name':'N'} | - | -"},
    {EVENT, "{'type':'a','lead':{'id':null,'external_id':null,'anonymous_id':null,'email':'a@b.cn'}}", "a email=a@b.cn | - | - | -"},
    {EVENT, "{'type':'a','lead':{'external_id':{'a':'1','b':'2','c':'3','d':'4','e':'5','f':'6'},'email':'a@b.cn','phone':'13800138000'}}",
	"a external_id:a=1 external_id:b=2 external_id:c=3 external_id:d=4 external_id:e=5 external_id:f=6 email=a@b.cn phone=+8613800138000 "
	"| - | - | -"},
    /* null deletes, also in events */
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x','email':null,'name':null,'company':null}}",
	"a anonymous_id=x | {'email':null,'name':null,'company':null} | - | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x','company':{'name':null,'city':'杭州'}}}",
	"a anonymous_id=x | {'company':{'name':null,'city':'杭州'}} | - | -"},
    /* the event's own fields */
    {EVENT, "{'event_id':'E 1','type':'a','lead':{'anonymous_id':'x'}}", "a event_id=E 1 anonymous_id=x | - | - | -"},
    {EVENT, "{'event_id':null,'occurred_at':null,'properties':null,'source':null,'type':'a','lead':{'anonymous_id':'x'}}", "a anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','occurred_at':'2026-02-01T10:00:00+08:00','lead':{'anonymous_id':'x'}}", "a at='2026-02-01T02:00:00.000Z' anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','occurred_at':'2026-03-01T09:05:00Z','lead':{'anonymous_id':'x'}}", "a at='2026-03-01T09:05:00.000Z' anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','occurred_at':'2000-01-01T00:00:00Z','lead':{'anonymous_id':'x'}}", "a at='2000-01-01T00:00:00.000Z' anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','occurred_at':'2026-03-01t09:00:00.1239z','lead':{'anonymous_id':'x'}}", "a at='2026-03-01T09:00:00.123Z' anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'crm.Deal:won-2_x','lead':{'anonymous_id':'x'}}", "crm.Deal:won-2_x anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'profile_updated','lead':{'anonymous_id':'x','name':'N'}}", "profile_updated anonymous_id=x | {'name':'N'} | - | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x'},'properties':{'path':'/p','n':1.5,'deep':{'a':[1,{'b':null}]}}}",
	"a anonymous_id=x | - | {'path':'/p','n':1.5,'deep':{'a':[1,{'b':null}]}} | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x'},'properties':{}}", "a anonymous_id=x | - | - | -"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x'},'source':'web'}", "a anonymous_id=x | - | - | {'name':'web'}"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x'},'source':{'name':'  web  ','utm':{'medium':'cpc'}}}", "a anonymous_id=x | - | - | {'name':'web','utm':{'medium':'cpc'}}"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x'},'source':{'utm_medium':'cpc'}}", "a anonymous_id=x | - | - | {'utm_medium':'cpc'}"},
    {EVENT, "{'type':'a','lead':{'anonymous_id':'x','source':'fair'},'source':'web'}", "a anonymous_id=x | {'source':{'name':'fair'}} | - | {'name':'web'}"},
    /* profile fields, one by one */
    {LEAD, "{'anonymous_id':'x','name':'  Ｚｈａｎｇ \\t 伟 '}", "profile_updated anonymous_id=x | {'name':'Zhang 伟'} | - | -"},
    {LEAD, "{'anonymous_id':'x','name':'a\\u202eb'}", "profile_updated anonymous_id=x | {'name':'ab'} | - | -"},
    {LEAD, "{'anonymous_id':'x','title':'总经理','owner':'wang'}", "profile_updated anonymous_id=x | {'title':'总经理','owner':'wang'} | - | -"},
    {LEAD, "{'anonymous_id':'x','language':'ZH_hans-cn'}", "profile_updated anonymous_id=x | {'language':'zh-Hans-CN'} | - | -"},
    {LEAD, "{'anonymous_id':'x','language':'EN'}", "profile_updated anonymous_id=x | {'language':'en'} | - | -"},
    {LEAD, "{'anonymous_id':'x','language':'en-a-BB-x-ABCD'}", "profile_updated anonymous_id=x | {'language':'en-a-bb-x-abcd'} | - | -"},
    {LEAD, "{'anonymous_id':'x','language':'es-419'}", "profile_updated anonymous_id=x | {'language':'es-419'} | - | -"},
    {LEAD, "{'anonymous_id':'x','country':'cn','region':'浙江','city':'杭州'}", "profile_updated anonymous_id=x | {'country':'CN','region':'浙江','city':'杭州'} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'name':'Acme','domain':'WWW.Example.COM','industry':'跨境电商'}}",
	"profile_updated anonymous_id=x | {'company':{'name':'Acme','domain':'www.example.com','industry':'跨境电商'}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'domain':'例子.中国'}}", "profile_updated anonymous_id=x | {'company':{'domain':'xn--fsqu00a.xn--fiqs8s'}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'domain':' Ｅxample.com '}}", "profile_updated anonymous_id=x | {'company':{'domain':'example.com'}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'employees':0}}", "profile_updated anonymous_id=x | {'company':{'employees':0}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'employees':100000000}}", "profile_updated anonymous_id=x | {'company':{'employees':100000000}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'employees':2.0e2}}", "profile_updated anonymous_id=x | {'company':{'employees':200}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'annual_revenue':1.25,'currency':'cny','founded_year':1000}}",
	"profile_updated anonymous_id=x | {'company':{'annual_revenue':1.25,'currency':'CNY','founded_year':1000}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{'founded_year':2100,'stage':'B轮','region':'华东','city':'苏州','technologies':['SAP',' Odoo ','x']}}",
	"profile_updated anonymous_id=x | {'company':{'founded_year':2100,'stage':'B轮','region':'华东','city':'苏州','technologies':['SAP','Odoo','x']}} | - | -"},
    {LEAD, "{'anonymous_id':'x','company':{},'needs':{'pains':[]}}", "profile_updated anonymous_id=x | {'company':{},'needs':{'pains':[]}} | - | -"},
    {LEAD, "{'anonymous_id':'x','needs':{'pains':['manual order handling'],'budget':500000,'purchase_within_days':90}}",
	"profile_updated anonymous_id=x | {'needs':{'pains':['manual order handling'],'budget':500000,'purchase_within_days':90}} | - | -"},
    {LEAD, "{'anonymous_id':'x','decision':{'role':'owner','chain':'owner','cycle_days':30}}", "profile_updated anonymous_id=x | {'decision':{'role':'owner','chain':'owner','cycle_days':30}} | - | -"},
    {LEAD, "{'anonymous_id':'x','decision':{'chain':['buyer ','owner']}}", "profile_updated anonymous_id=x | {'decision':{'chain':['buyer','owner']}} | - | -"},
    {LEAD, "{'anonymous_id':'x','value':{'annual_spend':1e6,'potential':'high','reference':true}}",
	"profile_updated anonymous_id=x | {'value':{'annual_spend':1000000.0,'potential':'high','reference':true}} | - | -"},
    {LEAD, "{'anonymous_id':'x','value':{'potential':8,'reference':' Fair '}}", "profile_updated anonymous_id=x | {'value':{'potential':8,'reference':'Fair'}} | - | -"},
    {LEAD, "{'anonymous_id':'x','consent':{'marketing':true,'source':'form','at':'2026-01-01T00:00:00+08:00'}}",
	"profile_updated anonymous_id=x | {'consent':{'marketing':true,'source':'form','at':'2025-12-31T16:00:00.000Z'}} | - | -"},
    {LEAD, "{'anonymous_id':'x','attributes':{'':1,'a/b':[1,{'c':null}],'t':'  kept  '}}", "profile_updated anonymous_id=x | {'attributes':{'':1,'a/b':[1,{'c':null}],'t':'  kept  '}} | - | -"},
    /* POST /v1/leads: `source` is the event's, not the profile's */
    {LEAD, "{'email':'a@b.cn','source':{'name':'web'}}", "profile_updated email=a@b.cn | - | - | {'name':'web'}"},
    {LEAD, "{'email':'a@b.cn','source':'web','name':'N'}", "profile_updated email=a@b.cn | {'name':'N'} | - | {'name':'web'}"},
    {LEAD, "{'email':'a@b.cn','source':null}", "profile_updated email=a@b.cn | - | - | -"},
    {LEAD, "{'external_id':{'crm':'1'},'email':null}", "profile_updated external_id:crm=1 | {'email':null} | - | -"},
    {LEAD, "{'id':'0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f','title':'CEO'}", "profile_updated id=0192f0c4 | {'title':'CEO'} | - | -"},
    {LEAD, "{'anonymous_id':'x'}", "profile_updated anonymous_id=x | - | - | -"},
    /* PATCH */
    {PATCH, "{}", "profile_updated id=0192f0c4 | - | - | -"},
    {PATCH, "{'name':null}", "profile_updated id=0192f0c4 | {'name':null} | - | -"},
    {PATCH, "{'email':null,'phone':null}", "profile_updated id=0192f0c4 | {'email':null,'phone':null} | - | -"},
    {PATCH, "{'email':'New@B.cn'}", "profile_updated id=0192f0c4 email=new@b.cn | {'email':'new@b.cn'} | - | -"},
    {PATCH, "{'external_id':{'crm':'1'},'anonymous_id':'v'}", "profile_updated id=0192f0c4 external_id:crm=1 anonymous_id=v | - | - | -"},
    {PATCH, "{'source':{'name':'fair','medium':null}}", "profile_updated id=0192f0c4 | {'source':{'name':'fair','medium':null}} | - | -"},
    {PATCH, "{'source':null}", "profile_updated id=0192f0c4 | {'source':null} | - | -"},
    {PATCH, "{'company':{'employees':null,'domain':null,'technologies':null},'attributes':{'a':null}}",
	"profile_updated id=0192f0c4 | {'company':{'employees':null,'domain':null,'technologies':null},'attributes':{'a':null}} | - | -"},
    {PATCH, "{'attributes':null,'consent':null,'needs':{'budget':null}}", "profile_updated id=0192f0c4 | {'attributes':null,'consent':null,'needs':{'budget':null}} | - | -"},
};

static char *quoted(const char *s)
{
	char *copy = strdup(s);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

START_TEST(takes)
{
	char *in = quoted(good[_i].in);
	char *out = quoted(good[_i].out);
	struct arena *arena = arena_new(0);
	json_t *v = parsed(in);
	json_t *before = json_deep_copy(v);
	struct command c;
	struct err e;
	struct buf line = BUF_INIT;
	enum status st = adapt(arena, good[_i].way, NULL, v, &c, &e);
	ck_assert_msg(st == ST_OK, "%s: %s %s %s", in, e.code, e.pointer, e.detail);
	ck_assert(json_equal(v, before)); /* what was given is as it was */
	json_decref(before);
	json_decref(v);
	show(&c, &line);
	ck_assert_str_eq(line.data, out);
	sound(&c);
	/* In an event they only name; a patch sets them. */
	for (size_t i = 0; i < c.n_identities; i++) {
		const char *named = strcmp(c.identities[i].kind, "email") == 0 ? c.email : strcmp(c.identities[i].kind, "phone") == 0 ? c.phone : NULL;
		if (strcmp(c.identities[i].kind, "email") == 0 || strcmp(c.identities[i].kind, "phone") == 0)
			ck_assert_pstr_eq(named, good[_i].way == PATCH ? NULL : c.identities[i].value);
	}
	ck_assert_int_eq(c.want_lead, good[_i].way != EVENT);
	ck_assert_int_eq(c.guard, good[_i].way == PATCH && c.n_identities ? GUARD_NEW_IDENTITY : GUARD_NONE);
	command_release(&c);
	ck_assert(!c.patch && !c.properties && !c.source);
	buf_free(&line);
	arena_free(&arena);
	free(in);
	free(out);
}
END_TEST

static struct uuid key_of(const char *text, enum way way, const char *idempotency_key, size_t index)
{
	struct arena *arena = arena_new(0);
	struct adapter_context x = {arena, "CN", NOW, idempotency_key, index};
	char *in = quoted(text);
	json_t *v = parsed(in);
	struct command c;
	struct err e;
	ck_assert_int_eq(way == EVENT ? adapter_event(&x, v, &c, &e) : adapter_lead(&x, v, &c, &e), ST_OK);
	struct uuid key = c.event_key;
	command_release(&c);
	json_decref(v);
	free(in);
	arena_free(&arena);
	return key;
}

static bool same(struct uuid a, struct uuid b)
{
	return uuid_cmp(&a, &b) == 0;
}

START_TEST(keys)
{
	const char *plain = "{'event_id':'1','type':'a','lead':{'anonymous_id':'x'}}";
	const char *web = "{'event_id':'1','type':'b','lead':{'anonymous_id':'y'},'source':'web'}";
	const char *web_object = "{'event_id':'1','type':'a','lead':{'anonymous_id':'x'},'source':{'name':'web ','a':1}}";
	const char *unnamed = "{'event_id':'1','type':'a','lead':{'anonymous_id':'x'},'source':{'a':1}}";
	const char *without = "{'type':'a','lead':{'anonymous_id':'x'}}";
	ck_assert(same(key_of(plain, EVENT, NULL, 0), hash128("", 0, "1", 1)));
	ck_assert(same(key_of(web, EVENT, NULL, 0), hash128("web", 3, "1", 1)));
	ck_assert(same(key_of(web_object, EVENT, NULL, 0), hash128("web", 3, "1", 1)));
	ck_assert(same(key_of(unnamed, EVENT, NULL, 0), hash128("", 0, "1", 1)));
	/* An id of the event's own is stronger than the request's key. */
	ck_assert(same(key_of(plain, EVENT, "k", 3), hash128("", 0, "1", 1)));
	/* Without an id: the same key and place give the same, anything else another. */
	ck_assert(same(key_of(without, EVENT, "k", 3), key_of(without, EVENT, "k", 3)));
	ck_assert(!same(key_of(without, EVENT, "k", 3), key_of(without, EVENT, "k", 4)));
	ck_assert(!same(key_of(without, EVENT, "k", 3), key_of(without, EVENT, "l", 3)));
	ck_assert(!same(key_of(without, EVENT, NULL, 3), key_of(without, EVENT, NULL, 3)));
	ck_assert(same(key_of("{'email':'a@b.cn'}", LEAD, "k", 0), key_of("{'email':'a@b.cn'}", LEAD, "k", 0)));
	ck_assert(!same(key_of("{'email':'a@b.cn'}", LEAD, "k", 0), key_of(without, EVENT, "k", 0)));
}
END_TEST

START_TEST(identities)
{
	struct identity email = {"email", "a@b.cn", {{0}}};
	struct identity other = {"emai", "la@b.cn", {{0}}};
	struct identity anonymous = {"anonymous_id", "x", {{0}}};
	identity_seal(&email);
	identity_seal(&other);
	ck_assert(uuid_cmp(&email.key, &other.key) != 0);
	ck_assert(identity_strong(&email));
	ck_assert(!identity_strong(&anonymous));
}
END_TEST

START_TEST(profile_in_place)
{
	struct arena *arena = arena_new(0);
	struct err e;
	char *in = quoted("{'email':'A@B.cn','phone':'138 0013 8000','company':{'domain':'B.CN','technologies':['x ']}}");
	char *out = quoted("{'email':'a@b.cn','phone':'+8613800138000','company':{'domain':'b.cn','technologies':['x']}}");
	json_t *v = parsed(in);
	json_t *want = parsed(out);
	ck_assert_int_eq(profile_check(arena, v, false, "CN", "/lead", &e), ST_OK);
	ck_assert(json_equal(v, want));
	json_object_set_new(v, "name", json_null());
	ck_assert_int_eq(profile_check(arena, v, true, "CN", "/lead", &e), ST_OK);
	ck_assert_int_eq(profile_check(arena, v, false, "CN", "/lead", &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/lead/name");
	/* A fault leaves all as it was. */
	json_object_set_new(v, "phone", json_string("139 0013 8000"));
	json_object_set_new(v, "name", json_integer(1));
	ck_assert_int_eq(profile_check(arena, v, true, "CN", "", &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/name");
	ck_assert_str_eq(json_string_value(json_object_get(v, "phone")), "139 0013 8000");
	json_decref(v);
	json_decref(want);
	free(in);
	free(out);
	arena_free(&arena);
}
END_TEST

static const struct {
	const char *tag, *clean; /* clean NULL: refused */
} tags[] = {
    {"行业:汽车零部件", "行业:汽车零部件"}, {"行业：汽车", "行业:汽车"}, {" a : b ", "a:b"}, {"a:b:c", "a:b:c"}, {"a: b  c", "a:b c"},
    {"Ａ:b", "A:b"}, {"a", NULL}, {"", NULL}, {":", NULL}, {":b", NULL}, {"a:", NULL}, {" : b", NULL}, {"a: \t", NULL}, {"\x01:b", NULL},
};

START_TEST(tag_names)
{
	struct arena *arena = arena_new(0);
	struct adapter_context x = {arena, "CN", NOW, NULL, 0};
	struct uuid id;
	uuid_parse(LEAD_ID, 36, &id);
	struct command c;
	struct err e;
	enum status st = adapter_tag_add(&x, &id, tags[_i].tag, NOW + MS_DAY, "hand", &c, &e);
	if (!tags[_i].clean) {
		ck_assert_int_eq(st, ST_INVALID);
		ck_assert_str_eq(e.code, "tag_invalid");
		ck_assert_str_eq(e.pointer, ":tag");
		ck_assert_int_eq(adapter_tag_remove(&x, &id, tags[_i].tag, &c, &e), ST_INVALID);
	} else {
		ck_assert_int_eq(st, ST_OK);
		ck_assert_str_eq(c.type, "tag_added");
		ck_assert_str_eq(json_string_value(json_object_get(c.properties, "tag")), tags[_i].clean);
		ck_assert_str_eq(json_string_value(json_object_get(c.properties, "source")), "hand");
		ck_assert_str_eq(json_string_value(json_object_get(c.properties, "expires_at")), "2026-03-02T09:00:00.000Z");
		sound(&c);
		command_release(&c);
		ck_assert_int_eq(adapter_tag_remove(&x, &id, tags[_i].tag, &c, &e), ST_OK);
		ck_assert_str_eq(c.type, "tag_removed");
		ck_assert_int_eq(c.guard, GUARD_TAG_BY_HAND);
		ck_assert_int_eq(json_object_size(c.properties), 1);
		ck_assert(c.by_id && c.want_lead && uuid_cmp(&c.lead_id, &id) == 0);
		sound(&c);
		command_release(&c);
	}
	arena_free(&arena);
}
END_TEST

START_TEST(tag_without_end)
{
	struct arena *arena = arena_new(0);
	struct adapter_context x = {arena, "CN", NOW, NULL, 0};
	struct uuid id;
	uuid_parse(LEAD_ID, 36, &id);
	struct command c;
	struct err e;
	char tag[257] = "a:";
	memset(tag + 2, 'b', 253);
	ck_assert_int_eq(adapter_tag_add(&x, &id, tag, INSTANT_NEVER, "import", &c, &e), ST_OK);
	ck_assert(json_is_null(json_object_get(c.properties, "expires_at")));
	command_release(&c);
	tag[255] = 'b';
	ck_assert_int_eq(adapter_tag_add(&x, &id, tag, INSTANT_NEVER, "import", &c, &e), ST_INVALID);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/adapter");
	TCase *t = tcase_create("adapter");
	tcase_add_loop_test(t, takes, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_test(t, keys);
	tcase_add_test(t, identities);
	tcase_add_test(t, profile_in_place);
	tcase_add_loop_test(t, tag_names, 0, sizeof(tags) / sizeof(tags[0]));
	tcase_add_test(t, tag_without_end);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
