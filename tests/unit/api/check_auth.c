/* Keys: every role at every route, expiry, revocation, and what the cache forgets. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/auth_priv.h"
#include "api/route.h"
#include "store/key.h"

static const enum role all_roles[] = {ROLE_PUBLISH, ROLE_INGEST, ROLE_READ, ROLE_SALES, ROLE_ADMIN};

/* A well-formed key of workspace 11..., numbered. */
static const char *key_text(struct stand *s, unsigned char n)
{
	unsigned char raw[48];
	char text[KEY_TEXT_MAX];
	memset(raw, 0x11, 16);
	memset(raw + 16, n, 32);
	size_t len = base64url_encode(raw, sizeof raw, text, sizeof text);
	text[len] = '\0';
	return arena_printf(s->call.arena, "lsk_%s", text);
}

static void know(struct stand *s, const char *text, const struct known_key *k)
{
	struct uuid workspace;
	uint8_t hash[32];
	uint64_t round;
	struct token_value *before;
	ck_assert_int_eq(store_key_parse(text, &workspace, hash, NULL), ST_OK);
	token_cache_get(s->api.keys, hash, monotonic_us(), &before, &round);
	token_value_unref(before);
	struct known_key *kept = k ? known_key_new() : NULL;
	if (kept) {
		struct token_value head = kept->head;
		*kept = *k;
		kept->head = head;
	}
	token_cache_put(s->api.keys, hash, round, monotonic_us(), kept ? &kept->head : NULL);
	token_value_unref(kept ? &kept->head : NULL);
}

static struct known_key key_of(enum role role)
{
	struct known_key k = {
	    .role = role, .country = "DE", .expires_at = INSTANT_NEVER, .revoked_at = INSTANT_NEVER};
	memset(&k.workspace_id, 0x11, sizeof k.workspace_id);
	memset(&k.id, 0x22, sizeof k.id);
	return k;
}

static enum auth try_key(struct stand *s, const struct known_key *k)
{
	const char *text = key_text(s, 1);
	know(s, text, k);
	s->call.authorization = arena_printf(s->call.arena, "Bearer %s", text);
	return auth_from_cache(&s->api, &s->call);
}

START_TEST(every_role_at_every_route)
{
	struct stand s;
	stand_open(&s);
	for (size_t i = 0; i < api_route_total(); i++) {
		struct api_route_info info = api_route_at(i);
		for (size_t k = 0; k < 5 && info.roles != ROLE_ANYONE; k++) {
			stand_call(&s, "GET", "/v1/leads");
			s.call.route = api_route_by_index(&s.api, i + 1);
			struct known_key key = key_of(all_roles[k]);
			bool may = (info.roles & all_roles[k]) != 0;
			ck_assert_msg(try_key(&s, &key) == (may ? AUTH_OK : AUTH_REFUSED), "%s, %s", info.operation,
			    role_name(all_roles[k]));
			if (!may)
				ck_assert_int_eq(s.call.status, 403);
			/* http limits by key, also where the role forbids. */
			ck_assert(s.call.authenticated);
		}
	}
	stand_close(&s);
}
END_TEST

/* A key that stands in a page opens what is for pages, and nothing that tells of leads. */
START_TEST(publish_may_only_tell)
{
	struct stand s;
	size_t n = 0;
	stand_open(&s);
	for (size_t i = 0; i < api_route_total(); i++) {
		struct api_route_info info = api_route_at(i);
		bool page = api_route_browser(api_route_by_index(&s.api, i + 1));
		if (info.roles == ROLE_ANYONE)
			continue; /* a form asks for no key */
		ck_assert_msg(page == ((info.roles & ROLE_PUBLISH) != 0), "%s", info.pattern);
		n += page;
	}
	ck_assert_uint_gt(n, 10);
	stand_close(&s);
}
END_TEST

/* Keys where the libraries of others put them. */
START_TEST(keys_of_foreign_clients)
{
	struct stand s;
	struct known_key key = key_of(ROLE_INGEST);
	stand_open(&s);
	for (int i = 0; i < 9; i++) {
		stand_call(&s, "POST", "/v1/batch");
		const char *text = key_text(&s, 1), *body = "";
		know(&s, text, &key);
		switch (i) {
		case 0:
			s.call.authorization = arena_printf(s.call.arena, "bearer  %s", text);
			break;
		case 1: {
			/* Standard base64, with its padding, of "KEY:". */
			char plain[KEY_TEXT_MAX + 1], code[200];
			int n = snprintf(plain, sizeof plain, "%s:", text);
			size_t len = base64url_encode(plain, (size_t)n, code, sizeof code);
			s.call.authorization =
			    arena_printf(s.call.arena, "Basic %.*s%s", (int)len, code, len % 4 ? "==" : "");
			break;
		}
		case 2:
			s.call.query[s.call.n_query++] = (struct api_pair){"writeKey", text};
			break;
		case 3:
			body = arena_printf(s.call.arena, "{\"writeKey\":\"%s\"}", text);
			break;
		case 4:
			body = arena_printf(s.call.arena,
			    " { \"a\" : [ {\"writeKey\":\"no\"}, \"]}\\\"\" ] , \"writeKey\" : \"%s\" , ", text);
			break;
		case 5:
			body =
			    arena_printf(s.call.arena, "{\"batch\":[{\"type\":\"page\",\"writeKey\":\"%s\"}]}", text);
			break;
		case 6: /* what is nested deeper is none of its own */
			body = arena_printf(s.call.arena, "{\"context\":{\"writeKey\":\"%s\"}}", text);
			break;
		case 7:
			body = arena_printf(s.call.arena, "{\"batch\":[{},{\"writeKey\":\"%s\"}]}", text);
			break;
		default:
			s.call.authorization = "Basic !!!!";
			body = arena_printf(s.call.arena, "{\"writeKey\":\"%s\"}", text);
			break;
		}
		s.call.body = body;
		s.call.body_len = strlen(body);
		ck_assert_msg(auth_from_cache(&s.api, &s.call) == (i < 6 ? AUTH_OK : AUTH_REFUSED), "way %d", i);
	}
	stand_close(&s);
}
END_TEST

START_TEST(what_the_key_says_reaches_the_call)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	struct known_key key = key_of(ROLE_SALES);
	memset(&s.call.workspace_id, 0, sizeof s.call.workspace_id);
	ck_assert_int_eq(try_key(&s, &key), AUTH_OK);
	ck_assert_mem_eq(&s.call.workspace_id, &key.workspace_id, 16);
	ck_assert_mem_eq(&s.call.key_id, &key.id, 16);
	ck_assert_int_eq(s.call.role, ROLE_SALES);
	ck_assert_str_eq(s.state.country, "DE");
	stand_close(&s);
}
END_TEST

static const struct {
	int64_t expires, revoked; /* relative to now; INSTANT_NEVER: none */
	bool exists;
	int status; /* 0: let in */
	const char *code;
} lives[] = {
    {INSTANT_NEVER, INSTANT_NEVER, true, 0, ""},
    {1, INSTANT_NEVER, true, 0, ""},
    {0, INSTANT_NEVER, true, 401, "key_expired"},
    {-1, INSTANT_NEVER, true, 401, "key_expired"},
    {INSTANT_NEVER, 0, true, 401, "key_revoked"},
    {INSTANT_NEVER, -1, true, 401, "key_revoked"},
    {INSTANT_NEVER, 1000, true, 0, ""}, /* a rotation: revoked from then on */
    {INSTANT_NEVER, INSTANT_NEVER, false, 401, "key_unknown"},
};

START_TEST(a_key_has_a_life)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	struct known_key key = key_of(ROLE_READ);
	key.expires_at = lives[_i].expires == INSTANT_NEVER ? INSTANT_NEVER : s.now + lives[_i].expires;
	key.revoked_at = lives[_i].revoked == INSTANT_NEVER ? INSTANT_NEVER : s.now + lives[_i].revoked;
	enum auth got = try_key(&s, lives[_i].exists ? &key : NULL);
	if (!lives[_i].status) {
		ck_assert_int_eq(got, AUTH_OK);
	} else {
		ck_assert_int_eq(got, AUTH_REFUSED);
		ck_assert_int_eq(s.call.status, lives[_i].status);
		ck_assert_ptr_nonnull(strstr(stand_body(&s), lives[_i].code));
		ck_assert_ptr_nonnull(strstr(stand_header(&s, "WWW-Authenticate"), "invalid_token"));
		ck_assert(!s.call.authenticated);
	}
	stand_close(&s);
}
END_TEST

static const char *const headers[] = {"", "Bearer", "Bearer ", "Bearer x", "Bearer lsk_", "Basic bHNrXzo=", "lsk_AAAA",
    "Bearer lsk_!!!!", "Token abc", "Bearer lsk_AaIAZPvAcACXhB8NKEcXXxD4UJGlMkjsBKTDyWoXhPtS-O9Y2kN_IjRLRyTtVM2",
    "Bearer lsk_AaIAZPvAcACXhB8NKEcXXxD4UJGlMkjsBKTDyWoXhPtS-O9Y2kN_IjRLRyTtVM2KA"};

START_TEST(what_is_no_key_is_refused_without_a_look_up)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	s.call.authorization = _i ? headers[_i - 1] : NULL;
	ck_assert_int_eq(auth_from_cache(&s.api, &s.call), AUTH_REFUSED);
	ck_assert_int_eq(s.call.status, 401);
	ck_assert_ptr_nonnull(stand_header(&s, "WWW-Authenticate"));
	stand_close(&s);
}
END_TEST

START_TEST(an_unknown_key_is_looked_up)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	s.call.authorization = arena_printf(s.call.arena, "bearer  %s", key_text(&s, 9));
	ck_assert_int_eq(auth_from_cache(&s.api, &s.call), AUTH_LOOK_UP);
	stand_close(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("auth");
	TCase *t = tcase_create("auth");
	tcase_add_test(t, every_role_at_every_route);
	tcase_add_test(t, publish_may_only_tell);
	tcase_add_test(t, keys_of_foreign_clients);
	tcase_add_test(t, what_the_key_says_reaches_the_call);
	tcase_add_loop_test(t, a_key_has_a_life, 0, (int)(sizeof lives / sizeof lives[0]));
	tcase_add_loop_test(
	    t, what_is_no_key_is_refused_without_a_look_up, 0, (int)(sizeof headers / sizeof headers[0]) + 1);
	tcase_add_test(t, an_unknown_key_is_looked_up);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
