/* filter: settings that are refused, and where; and what an event is taken for by them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "ingest/filter.h"

/* JSON with ' for ". New reference. */
static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t why;
	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	json_t *v = json_loads(copy, JSON_DECODE_ANY, &why);
	ck_assert_msg(v != NULL, "%s in %s", why.text, copy);
	free(copy);
	return v;
}

static const struct {
	const char *settings, *pointer, *code;
} refused[] = {
    {"[]", "", "field_type"},
    {"'flag'", "", "field_type"},
    {"{'agent': []}", "/agent", "field_unknown"},
    {"{'agents': 'bot'}", "/agents", "field_type"},
    {"{'agents': {}}", "/agents", "field_type"},
    {"{'agents': ['bot', 5]}", "/agents/1", "field_type"},
    {"{'agents': ['']}", "/agents/0", "field_empty"},
    {"{'agents': ['bot', 'spider', '(']}", "/agents/2", "pattern_invalid"},
    {"{'agents': ['a\\\\Cb']}", "/agents/0", "pattern_invalid"},
    {"{'networks': '192.0.2.0/24'}", "/networks", "field_type"},
    {"{'networks': ['192.0.2.0/24', null]}", "/networks/1", "field_type"},
    {"{'networks': ['192.0.2.0/33']}", "/networks/0", "network_invalid"},
    {"{'networks': ['2001:db8::/32', '2001:db8::/129']}", "/networks/1", "network_invalid"},
    {"{'networks': ['192.0.2.0/']}", "/networks/0", "network_invalid"},
    {"{'networks': ['192.0.2.0/2x']}", "/networks/0", "network_invalid"},
    {"{'networks': ['192.0.2.0/-1']}", "/networks/0", "network_invalid"},
    {"{'networks': ['192.0.2.0/0024']}", "/networks/0", "network_invalid"},
    {"{'networks': ['192.0.2']}", "/networks/0", "network_invalid"},
    {"{'networks': ['']}", "/networks/0", "network_invalid"},
    {"{'networks': ['example.com']}", "/networks/0", "network_invalid"},
    {"{'networks': ['00000000000000000000000000000000000000000000000000000000000000001.2.3.4/8']}", "/networks/0",
	"network_invalid"},
    {"{'bursts': true}", "/bursts", "field_type"},
    {"{'bursts': {'at_most': 3}}", "/bursts/at_most", "field_unknown"},
    {"{'bursts': {'on': 'email_click'}}", "/bursts/on", "field_type"},
    {"{'bursts': {'on': []}}", "/bursts/on", "field_type"},
    {"{'bursts': {'on': ['email_click', '']}}", "/bursts/on/1", "field_type"},
    {"{'bursts': {'on': ['email_click', 5]}}", "/bursts/on/1", "field_type"},
    {"{'bursts': {'on': ['a','b','c','d','e','f','g','h','i','j','k','l','m','n','o','p','q']}}", "/bursts/on",
	"field_type"},
    {"{'bursts': {'at_least': 1}}", "/bursts/at_least", "field_out_of_range"},
    {"{'bursts': {'at_least': 65}}", "/bursts/at_least", "field_out_of_range"},
    {"{'bursts': {'at_least': 2.5}}", "/bursts/at_least", "field_out_of_range"},
    {"{'bursts': {'at_least': '3'}}", "/bursts/at_least", "field_out_of_range"},
    {"{'bursts': {'within': 10}}", "/bursts/within", "field_invalid"},
    {"{'bursts': {'within': '10s'}}", "/bursts/within", "field_invalid"},
    {"{'bursts': {'within': 'PT0S'}}", "/bursts/within", "field_invalid"},
    {"{'bursts': {'within': 'PT1H1S'}}", "/bursts/within", "field_invalid"},
    {"{'after_sent': 5}", "/after_sent", "field_type"},
    {"{'after_sent': {'before': 'PT1S'}}", "/after_sent/before", "field_unknown"},
    {"{'after_sent': {'within': 'P1D'}}", "/after_sent/within", "field_invalid"},
    {"{'action': 'drop'}", "/action", "field_invalid"},
    {"{'action': true}", "/action", "field_invalid"},
};

START_TEST(settings_are_refused_where_they_are_wrong)
{
	json_t *doc = json_of(refused[_i].settings);
	struct err e = {0};
	ck_assert_msg(filter_validate(doc, &e) == ST_INVALID, "accepted: %s", refused[_i].settings);
	ck_assert_msg(!strcmp(e.pointer, refused[_i].pointer), "%s: at %s", refused[_i].settings, e.pointer);
	ck_assert_msg(!strcmp(e.code, refused[_i].code), "%s: %s", refused[_i].settings, e.code);
	ck_assert_uint_gt(strlen(e.detail), 10);
	json_decref(doc);
}
END_TEST

START_TEST(settings_that_are_taken)
{
	static const char *const good[] = {"null", "{}",
	    "{'agents': null, 'networks': null, 'bursts': null, 'after_sent': null, 'action': null}",
	    "{'agents': [], 'networks': []}",
	    "{'agents': ['^curl/\\\\d', '(?i)爬虫'], 'networks': ['0.0.0.0/0', '::/0', '192.0.2.7', "
	    "'2001:db8::1/128']}",
	    "{'bursts': {'on': ['email_click', 'page_view'], 'at_least': 2, 'within': 'PT1H'}, 'after_sent': "
	    "{'within': 'PT0.5S'}, 'action': 'flag'}",
	    "{'bursts': {}, 'after_sent': {}}"};
	struct err e = {0};
	ck_assert_int_eq(filter_validate(NULL, &e), ST_OK);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		json_t *doc = json_of(good[i]);
		ck_assert_msg(filter_validate(doc, &e) == ST_OK, "%s: %s %s", good[i], e.pointer, e.detail);
		json_decref(doc);
	}
}
END_TEST

START_TEST(how_many_are_taken)
{
	static const struct {
		const char *key, *item;
		size_t most;
	} lists[] = {{"agents", "bot", 100}, {"networks", "192.0.2.1", 1000}};
	for (size_t i = 0; i < 2; i++) {
		json_t *list = json_array(), *doc = json_pack("{s:o}", lists[i].key, list);
		struct err e = {0};
		for (size_t k = 0; k < lists[i].most; k++)
			json_array_append_new(list, json_string(lists[i].item));
		ck_assert_int_eq(filter_validate(doc, &e), ST_OK);
		json_array_append_new(list, json_string(lists[i].item));
		ck_assert_int_eq(filter_validate(doc, &e), ST_INVALID);
		ck_assert_str_eq(e.pointer + 1, lists[i].key);
		json_decref(doc);
	}
	char pattern[300];
	memset(pattern, 'a', sizeof pattern);
	for (size_t n = 255; n <= 256; n++) {
		json_t *doc = json_pack("{s:[o]}", "agents", json_stringn(pattern, n));
		struct err e = {0};
		ck_assert_int_eq(filter_validate(doc, &e), n == 255 ? ST_OK : ST_INVALID);
		ck_assert(n == 255 || !strcmp(e.code, "field_too_long"));
		json_decref(doc);
	}
}
END_TEST

static struct filter *filter_of(const char *settings)
{
	json_t *doc = json_of(settings);
	struct filter *f = NULL;
	struct err e = {0};
	ck_assert_msg(filter_compile(doc, &f, &e) == ST_OK, "%s", e.detail);
	json_decref(doc);
	return f;
}

static const struct {
	const char *settings, *properties, *flag;
} seen[] = {
    {"null", "{'user_agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'}", NULL},
    {"null", "{'user_agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)'}", "bot_agent"},
    {"null", "{'user_agent': 'CURL/8.1'}", "bot_agent"},
    {"null", "{'user_agent': 'Mozilla/5.0 (Linux; Android 10; CUBOT X30)'}", NULL}, /* a telephone */
    {"null", "{'user_agent': 5}", NULL},
    {"null", "{'ip': '192.0.2.9'}", NULL},
    {"{'agents': null}", "{'user_agent': 'curl/8.1'}", NULL},
    {"{'agents': ['^watch']}", "{'user_agent': 'WatchDog'}", "bot_agent"},
    {"{'agents': ['^watch']}", "{'user_agent': 'curl/8.1'}", NULL},
    {"{'agents': ['(a+)+$']}", "{'user_agent': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'}",
	NULL}, /* given up */
    {"{'networks': ['192.0.2.0/24']}", "{'ip': '192.0.2.255'}", "bot_network"},
    {"{'networks': ['192.0.2.0/24']}", "{'ip': '192.0.3.0'}", NULL},
    {"{'networks': ['192.0.2.128/25']}", "{'ip': '192.0.2.127'}", NULL},
    {"{'networks': ['192.0.2.128/25']}", "{'ip': '192.0.2.128'}", "bot_network"},
    {"{'networks': ['192.0.2.0/24']}", "{'ip': '::ffff:192.0.2.5'}", "bot_network"},
    {"{'networks': ['2001:db8::/33']}", "{'ip': '2001:db8:7fff::1'}", "bot_network"},
    {"{'networks': ['2001:db8::/33']}", "{'ip': '2001:db8:8000::1'}", NULL},
    {"{'networks': ['192.0.2.7']}", "{'ip': '192.0.2.7'}", "bot_network"},
    {"{'networks': ['0.0.0.0/0']}", "{'ip': '203.0.113.1'}", "bot_network"},
    {"{'networks': ['0.0.0.0/0']}", "{'ip': '2001:db8::1'}", NULL},
    {"{'networks': ['::/0']}", "{'ip': 'nowhere'}", NULL},
};

START_TEST(an_event_by_itself)
{
	struct filter *f = filter_of(seen[_i].settings);
	json_t *properties = json_of(seen[_i].properties);
	const char *flag = filter_event(f, properties);
	ck_assert_msg(flag ? seen[_i].flag && !strcmp(flag, seen[_i].flag) : !seen[_i].flag, "%s: %s",
	    seen[_i].properties, flag ? flag : "nothing");
	json_decref(properties);
	filter_free(&f);
}
END_TEST

START_TEST(what_is_void)
{
	static const struct {
		const char *settings;
		bool agent, network, burst, prompt;
	} actions[] = {{"null", true, false, true, false}, {"{'action': 'flag'}", false, false, false, false},
	    {"{'action': 'void'}", true, true, true, true}, {"{'action': null}", true, false, true, false}};
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		struct filter *f = filter_of(actions[i].settings);
		ck_assert_int_eq(filter_voids(f, "bot_agent"), actions[i].agent);
		ck_assert_int_eq(filter_voids(f, "bot_network"), actions[i].network);
		ck_assert_int_eq(filter_voids(f, "scanner_burst"), actions[i].burst);
		ck_assert_int_eq(filter_voids(f, "scanner_prompt"), actions[i].prompt);
		filter_free(&f);
	}
	struct filter *none = NULL;
	filter_free(&none);
	filter_free(NULL);
}
END_TEST

/* Events as "type@ms[/message]", and the letters of their flags then: burst, prompt, - for none. */
static const struct {
	const char *settings, *events, *flags;
} around[] = {
    {"null", "email_click@0 email_click@4000 email_click@9999", "bbb"},
    {"null", "email_click@0 email_click@4000 email_click@10000", "---"},
    {"null", "email_click@0 page_view@1 email_click@4000 page_view@5 email_click@9999", "b-b-b"},
    {"null", "email_click@0 email_click@9000 email_click@9500 email_click@18000", "bbbb"},
    {"{'bursts': null}", "email_click@0 email_click@1 email_click@2", "---"},
    {"{'bursts': {'on': ['page_view'], 'at_least': 2, 'within': 'PT1S'}}",
	"page_view@0 email_click@1 page_view@999 page_view@2000", "b-b-"},
    {"null", "email_sent@0 email_click@1999", "-p"},
    {"null", "email_sent@0 email_open@2000", "--"},
    {"null", "email_click@0 email_sent@1", "--"},
    {"null", "email_click@0 email_sent@0", "p-"}, /* of one instant */
    {"null", "email_sent@0/m1 email_open@1/m2 email_open@2/m1 email_open@3", "--pp"},
    {"{'after_sent': null}", "email_sent@0 email_open@1", "--"},
    {"{'after_sent': {'within': 'PT1M'}}", "email_sent@0 form_submit@1 email_open@59999", "--p"},
};

START_TEST(events_among_others)
{
	struct filter *f = filter_of(around[_i].settings);
	struct filter_event events[8] = {{{{0}}, 0, NULL, NULL, NULL}};
	char copy[300], got[9] = "", *save = NULL;
	size_t n = 0;
	snprintf(copy, sizeof copy, "%s", around[_i].events);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *at = strchr(word, '@'), *message = strchr(word, '/');
		if (message)
			*message++ = '\0';
		*at++ = '\0';
		events[n++] = (struct filter_event){.type = word, .at = atoll(at), .message_id = message};
	}
	filter_around(f, events, n);
	for (size_t i = 0; i < n; i++) {
		got[i] = !events[i].flag ? '-' : events[i].flag[strlen("scanner_")];
		/* Whoever is flagged among others has been looked around. */
		ck_assert(!events[i].flag || (filter_looks_around(f, events[i].type) && filter_reach(f) > 0));
	}
	ck_assert_msg(!strcmp(got, around[_i].flags), "%s with %s: %s", around[_i].events, around[_i].settings, got);
	filter_free(&f);
}
END_TEST

START_TEST(which_types_are_looked_at)
{
	struct filter *f = filter_of("{'bursts': {'on': ['page_view', 'email_open']}}"),
		      *none = filter_of("{'bursts': null, 'after_sent': null}");
	const char *types[16];
	ck_assert_uint_eq(filter_types(f, types, 16), 5);
	ck_assert_str_eq(types[0], "page_view");
	ck_assert_str_eq(types[2], "email_sent");
	ck_assert_uint_eq(filter_types(f, types, 3), 3);
	ck_assert_int_eq(filter_reach(f), 10 * 1000);
	ck_assert(filter_looks_around(f, "page_view") && filter_looks_around(f, "email_sent") &&
		  !filter_looks_around(f, "meeting"));
	ck_assert_uint_eq(filter_types(none, types, 16), 0);
	ck_assert(!filter_looks_around(none, "email_click"));
	filter_free(&f);
	filter_free(&none);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/filter");
	TCase *c = tcase_create("filter");
	tcase_add_loop_test(c, settings_are_refused_where_they_are_wrong, 0, sizeof refused / sizeof *refused);
	tcase_add_test(c, settings_that_are_taken);
	tcase_add_test(c, how_many_are_taken);
	tcase_add_loop_test(c, an_event_by_itself, 0, sizeof seen / sizeof *seen);
	tcase_add_test(c, what_is_void);
	tcase_add_loop_test(c, events_among_others, 0, sizeof around / sizeof *around);
	tcase_add_test(c, which_types_are_looked_at);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
