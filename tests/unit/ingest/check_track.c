/* Tracked messages: whatever they are made of, they become a command that can be stored or a fault with a place; and a
 * key is found in the text of a body where a parser would find it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/json.h"
#include "ingest/track.h"

#define NOW INT64_C(1772357400000) /* 2026-03-01T09:30:00Z */

static unsigned seed;

static unsigned draw(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (unsigned)(((uint64_t)seed * n) >> 32);
}

static const char *const names[] = {"type", "userId", "anonymousId", "messageId", "event", "properties", "traits",
    "context", "groupId", "previousId", "timestamp", "originalTimestamp", "sentAt", "writeKey", "batch", "email",
    "phone", "name", "firstName", "last_name", "title", "company", "address", "city", "employees", "industry",
    "website", "campaign", "page", "url", "path", "library", "userAgent", "ip", "locale", "plan", "consent",
    "marketing", "value", "a\"b", "姓名", ""};
static const char *const texts[] = {"", " ", "u-1", "li@example.com", "not an address", "13800138000", "track",
    "identify", "Order Completed", "提交表单", "won", "tag_added", "CN", "zh-CN", "2026-03-01T09:29:00Z",
    "2099-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "yesterday", "https://www.acme.example/x", "://", "180", "\\\"]}{[",
    "RudderLabs", "$direct", "01a2007b-4720-7000-8b1e-31a294cba46a", "lsk_x", "伟",
    ("0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000")};

static json_t *value(unsigned depth);

static json_t *object(unsigned depth)
{
	json_t *v = json_object();
	for (unsigned n = draw(12); n; n--)
		json_object_set_new(v, names[draw(sizeof names / sizeof *names)], value(depth + 1));
	return v;
}

static json_t *value(unsigned depth)
{
	switch (draw(depth > 3 ? 6 : 10)) {
	case 0:
		return json_null();
	case 1:
		return json_integer((json_int_t)draw(4000000000u) - 7);
	case 2:
		return json_real(draw(1000000) / 7.0);
	case 3:
		return json_boolean(draw(2));
	case 6: {
		json_t *v = json_array();
		for (unsigned n = draw(4); n; n--)
			json_array_append_new(v, value(depth + 1));
		return v;
	}
	case 7:
	case 8:
	case 9:
		return object(depth);
	default:
		return json_string(texts[draw(sizeof texts / sizeof *texts)]);
	}
}

static void sound(const struct command *c)
{
	ck_assert_int_eq(c->kind, COMMAND_EVENT);
	ck_assert_uint_ge(c->n_identities, 1);
	ck_assert_uint_le(c->n_identities, COMMAND_IDENTITIES_MAX);
	ck_assert(!c->by_id && c->type && *c->type && strlen(c->type) <= TRACK_TYPE_MAX);
	ck_assert(!scoring_event_type_reserved(c->type));
	ck_assert(c->at_now || (c->at <= NOW + 5 * MS_MINUTE && c->at > 0));
	ck_assert_ptr_nonnull(json_object_get(c->source, "name"));
	/* A profile has no field that a library may not set. */
	static const char *const ours[] = {"id", "owner", "score", "stage", "tags", "source", "tier", "account"};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		ck_assert_ptr_null(json_object_get(c->patch, ours[i]));
	/* And its texts are those of the values. */
	json_t *again = c->patch_text ? json_loads(c->patch_text, 0, NULL) : NULL;
	ck_assert(!c->patch || json_equal(again, c->patch));
	json_decref(again);
	for (size_t i = 1; i < c->n_identities; i++)
		ck_assert(identity_strong(&c->identities[i - 1]) || !identity_strong(&c->identities[i]));
}

START_TEST(any_message)
{
	unsigned first = (unsigned)time(NULL), taken = 0;
	printf("seed %u\n", first);
	seed = first;
	for (unsigned i = 0; i < 40000; i++) {
		struct arena *arena = arena_new(0);
		json_t *batch = draw(3) ? NULL : object(0), *message = draw(20) ? object(0) : value(0);
		if (draw(2) && json_is_object(message))
			json_object_set_new(message, "userId", json_string("u"));
		struct track_context x = {.adapter = {.arena = arena, .country = "CN", .now = NOW, .index = i},
		    .batch = batch,
		    .public = draw(2)};
		struct command c;
		struct err e = {0};
		enum track_call call = (enum track_call)draw(6);
		enum status st = adapter_track(&x, call, message, &c, &e);
		if (st == ST_OK) {
			taken++;
			sound(&c);
			ck_assert(!x.public || (strcmp(c.type, "won") != 0 && strcmp(c.type, "lost") != 0));
			command_release(&c);
		} else {
			ck_assert_int_eq(st, ST_INVALID);
			ck_assert(e.code[0] && e.detail[0] && (!e.pointer[0] || e.pointer[0] == '/'));
		}
		json_decref(message);
		json_decref(batch);
		arena_free(&arena);
	}
	ck_assert_uint_gt(taken, 5000);
}
END_TEST

static const char *parsed_key(const json_t *body)
{
	const char *own = json_string_value(json_object_get(body, "writeKey"));
	const json_t *batch = json_object_get(body, "batch");
	if (json_is_string(json_object_get(body, "writeKey")) && *own)
		return own;
	own = json_string_value(json_object_get(json_array_get(batch, 0), "writeKey"));
	return own && *own ? own : NULL;
}

START_TEST(keys_in_text)
{
	unsigned found = 0;
	seed = (unsigned)time(NULL);
	printf("seed %u\n", seed);
	for (unsigned i = 0; i < 40000; i++) {
		json_t *body = draw(30) ? object(0) : value(0);
		if (draw(2) && json_is_object(body)) {
			json_t *batch = json_array();
			for (unsigned n = draw(3); n; n--)
				json_array_append_new(batch, object(2));
			json_object_set_new(body, "batch", batch);
		}
		char *text = json_dumps(body, JSON_ENCODE_ANY | (draw(2) ? JSON_COMPACT : JSON_INDENT(2)));
		const char *want = parsed_key(body), *got = NULL;
		size_t n = 0;
		bool has = track_write_key(text, strlen(text), &got, &n);
		/* One with escapes is no key anyway. */
		if (!want || !strpbrk(want, "\"\\")) {
			ck_assert_msg(has == (want != NULL), "%s", text);
			ck_assert(!has || (strlen(want) == n && !memcmp(want, got, n)));
			found += has;
		}
		/* The sizes of messages are those of their texts. */
		json_t *batch = json_object_get(body, "batch");
		size_t sizes[8], count = track_message_sizes(text, strlen(text), sizes, 8);
		if (json_is_array(batch) && json_array_size(batch) <= 8)
			ck_assert_uint_eq(count, json_array_size(batch));
		/* Cut or broken anywhere, it leads nowhere else. */
		size_t len = strlen(text), cut = draw((unsigned)len + 1);
		char *part = malloc(cut + 1);
		memcpy(part, text, cut);
		for (unsigned k = draw(4); k && cut; k--)
			part[draw((unsigned)cut)] = "\"\\{}[],: x"[draw(10)];
		(void)track_write_key(part, cut, &got, &n);
		(void)track_message_sizes(part, cut, sizes, 8);
		free(part);
		free(text);
		json_decref(body);
	}
	ck_assert_uint_gt(found, 1000);
}
END_TEST

START_TEST(names_of_events)
{
	static const struct {
		const char *name, *type;
		bool public, whole;
	} rows[] = {{"Order Completed", "purchase", false, true}, {"ORDER COMPLETED", "purchase", false, true},
	    {"orderCompleted", "purchase", false, true}, {"order-completed", "purchase", false, true},
	    {"Product Viewed", "product_viewed", true, true}, {"won", "won", false, true},
	    {"Won", "custom_won", true, true}, {"LOST", "custom_lost", true, true},
	    {"stage set", "custom_stage_set", false, true}, {"profileUpdated", "custom_profile_updated", false, true},
	    {"表单", "custom_event", false, false}, {"PDF 下载", "custom_event", false, false},
	    {"!!!", "custom_event", false, false}, {"", "custom_event", false, false},
	    {"_a__B9c_", "a_b9c", false, true}, {"HTMLParser", "htmlparser", false, true}};
	char out[TRACK_TYPE_MAX + 1];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert_msg(
		    track_event_type(NULL, rows[i].name, rows[i].public, out) == rows[i].whole, "%s", rows[i].name);
		ck_assert_str_eq(out, rows[i].type);
	}
	for (size_t n = 1; n < 400; n++) {
		char *name = malloc(n + 1);
		memset(name, 'x', n);
		name[n] = '\0';
		ck_assert(track_event_type(NULL, name, true, out) == (n <= 91));
		ck_assert_uint_le(strlen(out), TRACK_TYPE_MAX);
		free(name);
	}
}
END_TEST

START_TEST(own_names_of_events)
{
	char out[TRACK_TYPE_MAX + 1];
	struct track_names *t = NULL;
	struct err e;
	ck_assert_int_eq(
	    track_names_read(
		"{\"提交表单\":\"form_submit\",\"Order Completed\":\"order\",\"deal closed\":\"won\"}", &t, &e),
	    ST_OK);
	ck_assert(!track_event_type(t, "提交表单", true, out));
	ck_assert_str_eq(out, "form_submit");
	ck_assert(track_event_type(t, "orderCompleted", true, out));
	ck_assert_str_eq(out, "order");
	track_event_type(t, "Deal Closed", false, out);
	ck_assert_str_eq(out, "won");
	track_event_type(t, "Deal Closed", true, out);
	ck_assert_str_eq(out, "custom_won");
	track_event_type(t, "Email Opened", true, out);
	ck_assert_str_eq(out, "email_open");
	track_names_unref(&t);
	ck_assert_int_eq(track_names_read(NULL, &t, &e), ST_OK);
	ck_assert_ptr_null(t);
	static const struct {
		const char *text, *code, *pointer;
	} bad[] = {{"[]", "field_type", ""}, {"{\"a\":7}", "field_type", "/a"},
	    {"{\"a b\":\"x y\"}", "type_invalid", "/a b"}, {"{\"a\":\"stage_set\"}", "type_reserved", "/a"},
	    {"{\"\":\"x\"}", "field_empty", "/"}, {"{\"a\":\"\"}", "type_invalid", "/a"},
	    {"{\"a\":\"profile_updated\"}", "type_reserved", "/a"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		json_t *doc = json_loads(bad[i].text, 0, NULL);
		ck_assert_int_eq(track_names_validate(doc, &e), ST_INVALID);
		ck_assert_str_eq(e.code, bad[i].code);
		ck_assert_str_eq(e.pointer, bad[i].pointer);
		json_decref(doc);
	}
	ck_assert_int_eq(track_names_validate(NULL, &e), ST_OK);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ingest track");
	TCase *t = tcase_create("track");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, any_message);
	tcase_add_test(t, keys_in_text);
	tcase_add_test(t, names_of_events);
	tcase_add_test(t, own_names_of_events);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
