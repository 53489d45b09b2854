/* Webhooks without a network: signatures, secrets, filters, settings, what is cut, where they may go, when they are
 * sent. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/work/deliver_priv.h"
#include "../../../src/work/fanout.h"
#include "../../../src/work/webhook_priv.h"
#include "base/json.h"
#include "store/outbox.h"

static struct err e;

/* The vector of the specification's reference libraries, computed anew with openssl. */
START_TEST(test_signature)
{
	struct buf b = BUF_INIT;
	const char *body = "{\"test\": 2432232314}";
	ck_assert(webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
	    body, strlen(body), &b));
	ck_assert_str_eq(b.data, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	buf_clear(&b);
	ck_assert(!webhook_sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", 1, body, strlen(body), &b));
	buf_free(&b);
}
END_TEST

START_TEST(test_secrets)
{
	struct webhook_secret a, b, live[WEBHOOK_SECRETS_MAX];
	size_t n;
	ck_assert(webhook_secret_make(&a) && webhook_secret_make(&b));
	ck_assert_str_ne(a.text, b.text);
	ck_assert(webhook_secret_valid(a.text));
	static const char *const bad[] = {"", "whsec_", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa S", "whsek_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!webhook_secret_valid(bad[i]), "%s", bad[i]);
	char longest[200] = "whsec_";
	for (size_t i = 0; i < 88; i++)
		strcat(longest, i < 86 ? "A" : "=");
	ck_assert(webhook_secret_valid(longest)); /* 64 bytes */
	memmove(longest + 10, longest + 6, strlen(longest + 6) + 1);
	memcpy(longest + 6, "AAAA", 4);
	ck_assert(!webhook_secret_valid(longest)); /* 67 */
	static const char stored[] =
	    "[{\"secret\":\"one\",\"expires_at\":null},{\"secret\":\"two\",\"expires_at\":\"2026-01-"
	    "01T00:00:00.000Z\"}]";
	ck_assert(webhook_secrets_live(stored, INT64_C(1767225599999), live, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert(webhook_secrets_live(stored, INT64_C(1767225600000), live, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(live[0].text, "one");
	ck_assert(!webhook_secrets_live("{", 0, live, &n));
}
END_TEST

START_TEST(test_filters)
{
	ck_assert(webhook_type_fits("*", "stage.mql"));
	ck_assert(webhook_type_fits("stage.*", "stage.mql"));
	ck_assert(!webhook_type_fits("stage.*", "stages.mql"));
	ck_assert(!webhook_type_fits("stage.mq", "stage.mql"));
	ck_assert(
	    webhook_filter_known("handoff.*") && webhook_filter_known("*") && webhook_filter_known("tier.changed"));
	static const char *const bad[] = {
	    "", "hand*", "nothing.*", "*.*", "**", "stage.m*", "handoff.", ".*", "stage.*.*"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!webhook_filter_known(bad[i]), "%s", bad[i]);
}
END_TEST

/* What is cut fits, is the same each time, keeps its ids and says so; what fits is left alone. */
START_TEST(test_cut)
{
	struct buf data = BUF_INIT, out = BUF_INIT, again = BUF_INIT;
	for (int kind = 0; kind < 4; kind++) {
		buf_clear(&data);
		buf_puts(&data, "{\"id\":\"h1\",\"context\":{\"profile\":{\"name\":\"林美\",\"attributes\":{");
		for (int i = 0; i < (kind & 1 ? 2000 : 3); i++)
			buf_printf(&data, "%s\"a%d\":\"%0*d\"", i ? "," : "", i, kind & 1 ? 20 : 30000, i);
		buf_puts(&data, "}},\"contributions\":[");
		for (int i = 0; i < (kind & 2 ? 3000 : 1); i++)
			buf_printf(&data, "%s{\"rule\":\"r%d\",\"points\":5}", i ? "," : "", i);
		buf_puts(&data, "]}}");
		buf_clear(&out);
		buf_clear(&again);
		ck_assert(webhook_cut(data.data, 20000, &out) && webhook_cut(data.data, 20000, &again));
		ck_assert_uint_le(out.len, 20000);
		ck_assert_str_eq(out.data, again.data);
		json_t *v = json_loads(out.data, 0, NULL);
		ck_assert(json_is_true(json_object_get(v, "truncated")));
		ck_assert_str_eq(json_string_value(json_object_get(v, "id")), "h1");
		ck_assert_str_eq(json_string_value(json_pointer_get(v, "/context/profile/name")), "林美");
		json_decref(v);
	}
	buf_clear(&out);
	ck_assert(webhook_cut("{ \"a\" : 1 }", 20000, &out));
	ck_assert_str_eq(out.data, "{ \"a\" : 1 }");
	buf_free(&data);
	buf_free(&out);
	buf_free(&again);
}
END_TEST

static bool allowed(const struct webhook_policy *p, const char *text)
{
	struct sockaddr_in a4 = {.sin_family = AF_INET};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &a4.sin_addr) == 1)
		return webhook_address_allowed(p, (const struct sockaddr *)(const void *)&a4);
	ck_assert_int_eq(inet_pton(AF_INET6, text, &a6.sin6_addr), 1);
	return webhook_address_allowed(p, (const struct sockaddr *)(const void *)&a6);
}

START_TEST(test_addresses)
{
	const struct webhook_policy none = {0}, some = {.allow = "10.1.0.0/16, ::1 192.168.7.9"};
	static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
	    "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
	    "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
	    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
	    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
	    "2001:10::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "4000::1"};
	static const char *const open[] = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
	    "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
	    "192.169.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888",
	    "::ffff:8.8.8.8", "64:ff9b::808:808"};
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		ck_assert_msg(!allowed(&none, closed[i]), "%s", closed[i]);
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
		ck_assert_msg(allowed(&none, open[i]), "%s", open[i]);
	ck_assert(allowed(&some, "10.1.200.3") && !allowed(&some, "10.2.0.1") && allowed(&some, "::1"));
	ck_assert(allowed(&some, "192.168.7.9") && !allowed(&some, "192.168.7.8") && allowed(&some, "::ffff:10.1.0.1"));
	ck_assert_int_eq(webhook_allow_check(some.allow, &e), ST_OK);
	static const char *const bad[] = {"10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.0/", "10.0.0.0/x", "name"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(webhook_allow_check(bad[i], &e), ST_INVALID);
}
END_TEST

START_TEST(test_urls)
{
	const struct webhook_policy https = {0}, http = {.http = true};
	ck_assert_int_eq(webhook_url_check(&https, "https://hooks.example.com/a?b=c", &e), ST_OK);
	ck_assert_int_eq(webhook_url_check(&https, "https://8.8.8.8:8443/", &e), ST_OK);
	ck_assert_int_eq(webhook_url_check(&http, "http://hooks.example.com/", &e), ST_OK);
	static const char *const bad[] = {"http://hooks.example.com/", "hooks.example.com", "", "https://",
	    "file:///etc/passwd", "gopher://x/", "https://a@b.example/", "https://:x@b.example/",
	    "https://x.example/#f", "https://x.example/ y", "https://127.0.0.1/", "https://[::1]/",
	    "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f000001/", "https://0177.1/",
	    "https://127.1/", "https://localhost/", "https://１２７.０.０.１/", "https://例子.example/",
	    "https://a.localhost/", "https://LOCALHOST:1/", "https://[fe80::1%25eth0]/", "ldap://x.example/"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(webhook_url_check(&https, bad[i], &e) == ST_INVALID, "%s", bad[i]);
		ck_assert_str_eq(e.pointer, "/url");
	}
}
END_TEST

START_TEST(test_schedule)
{
	static const int64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	struct schedule s;
	ck_assert_int_eq(schedule_read(NULL, &s, &e), ST_OK);
	for (int32_t i = 0; i < 9; i++)
		for (uint64_t random = 0; random < 1000000; random += 99991) {
			int64_t pause = schedule_pause(&s, i + 1, 0, random);
			ck_assert_int_ge(pause, seconds[i] * 1000);
			ck_assert_int_le(pause, seconds[i] * 1100);
		}
	ck_assert_int_eq(schedule_pause(&s, 10, 0, 1), -1);
	ck_assert_int_eq(schedule_pause(&s, 10, 60000, 1), -1);
	ck_assert_int_eq(schedule_pause(&s, 1, 60000, 0), 60000);
	ck_assert_int_eq(schedule_pause(&s, 2, 60000, 0), 300000);
	ck_assert_int_eq(schedule_pause(&s, 1, INT64_MAX, 0), 86400000);
	ck_assert_int_eq(schedule_read("0.2,1", &s, &e), ST_OK);
	ck_assert_int_eq(schedule_pause(&s, 1, 0, 0), 200);
	ck_assert_int_eq(schedule_pause(&s, 3, 0, 0), -1);
	static const char *const bad[] = {
	    "x", "1,", ",1", "-1", "0", "1;2", "nan", "1e9", "1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(schedule_read(bad[i], &s, &e) == ST_INVALID, "%s", bad[i]);
}
END_TEST

START_TEST(test_breaker_and_bucket)
{
	struct schedule s;
	struct bucket b = {0};
	ck_assert_int_eq(schedule_read(NULL, &s, &e), ST_OK);
	ck_assert_int_eq(breaker_pause(&s, 9), 0);
	ck_assert_int_eq(breaker_pause(&s, 10), 5000);
	ck_assert_int_eq(breaker_pause(&s, 12), 20000);
	ck_assert_int_eq(breaker_pause(&s, 1000000), 300000);
	ck_assert_uint_eq(breaker_limit(8, 0), 8);
	ck_assert_uint_eq(breaker_limit(8, 4), 2);
	ck_assert_uint_eq(breaker_limit(8, 9), 1);
	ck_assert_uint_eq(breaker_limit(32, 10), 1);
	/* 20 a minute: 20 at once, then one every three seconds. */
	int64_t now = 1000000, sent = 0;
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(bucket_take(&b, 20, 60, 0, now), 0);
	for (int64_t wait; sent < 10; sent++) {
		wait = bucket_take(&b, 20, 60, 0, now);
		ck_assert_int_ge(wait, 2990);
		ck_assert_int_le(wait, 3010);
		now += wait;
		ck_assert_int_eq(bucket_take(&b, 20, 60, 0, now), 0);
	}
	ck_assert_int_eq(bucket_take(&(struct bucket){0}, 0, 0, 0, now), 0);
	/* With a burst no minute has more than the quota, however it is asked. */
	int64_t sent_at[1000];
	int n = 0;
	b = (struct bucket){0};
	for (int64_t end = now + 600000; now < end && n < 1000;) {
		int64_t wait = bucket_take(&b, 20, 60, 5, now);
		if (!wait)
			sent_at[n++] = now;
		now += wait ? wait : 1 + now % 7000;
	}
	ck_assert_int_gt(n, 60);
	for (int i = 20; i < n; i++)
		ck_assert_int_ge(sent_at[i] - sent_at[i - 20], 60000);
}
END_TEST

static struct outbox_news row(unsigned place, unsigned lead, int64_t version, int32_t ordinal)
{
	return (struct outbox_news){.id.b = {(uint8_t)(100 - place)},
	    .place = place,
	    .lead_id.b = {(uint8_t)lead},
	    .lead_version = version,
	    .ordinal = ordinal};
}

/* Ids follow clocks, which may be wrong, and do not count. What was written under the lead's lock is in the order of its
 * versions, and stands where such rows stood. */
/* What is sent but not yet written down takes no place of what is to be sent, up to a bound. */
START_TEST(test_room)
{
	static const struct {
		size_t ready, flying, done, room;
	} cases[] = {{0, 0, 0, WINDOW}, {10, 10, 0, WINDOW - 20}, {WINDOW / 2, 0, 0, 0}, {0, WINDOW / 2, 0, 0},
	    {0, 0, WINDOW, WINDOW}, {10, 10, 100, WINDOW - 20}, {0, 0, HAND_MAX - 6, 6}, {0, 0, HAND_MAX, 0}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct endpoint p = {
		    .n_ready = cases[i].ready, .n_flying = cases[i].flying, .n_done = cases[i].done};
		p.n_hand = p.n_ready + p.n_flying + p.n_done;
		ck_assert_uint_eq(endpoint_room(&p, 0), cases[i].room);
		p.lost = true;
		ck_assert_uint_eq(endpoint_room(&p, 0), 0);
	}
	/* One that fails is asked again with one message, when the breaker lets it. */
	struct endpoint p = {.failures = BREAKER_FAILURES, .open_until_ms = 100};
	ck_assert_uint_eq(endpoint_room(&p, 99), 0);
	ck_assert_uint_eq(endpoint_room(&p, 100), 1);
	p.n_hand = p.n_done = 1;
	ck_assert_uint_eq(endpoint_room(&p, 100), 0);
}
END_TEST

START_TEST(test_order)
{
	struct outbox_news rows[] = {
	    row(5, 1, 2, 0), row(1, 2, 1, 0), row(2, 1, 3, 1), row(3, 1, 0, 0), row(4, 2, 2, 0), row(6, 1, 3, 0)};
	ck_assert(fanout_order(rows, 6));
	static const uint8_t want[] = {1, 5, 3, 4, 6, 2};
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(rows[i].place, want[i]);
	ck_assert(fanout_order(rows, 0));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("webhook");
	TCase *c = tcase_create("pure");
	tcase_add_test(c, test_signature);
	tcase_add_test(c, test_secrets);
	tcase_add_test(c, test_filters);
	tcase_add_test(c, test_cut);
	tcase_add_test(c, test_addresses);
	tcase_add_test(c, test_urls);
	tcase_add_test(c, test_schedule);
	tcase_add_test(c, test_breaker_and_bucket);
	tcase_add_test(c, test_room);
	tcase_add_test(c, test_order);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
