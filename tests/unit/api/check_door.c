/* Doors: the cache of them, and who comes in. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/door_priv.h"

#define SECOND INT64_C(1000000)

static int released;

static void release(void *settings)
{
	released++;
	free(settings);
}

static struct door *door_of(const char *name)
{
	struct door *d = calloc(1, sizeof *d);
	ck_assert_ptr_nonnull(d);
	atomic_init(&d->refs, 1);
	memset(&d->workspace_id, 0x33, sizeof d->workspace_id);
	strcpy(d->name, name);
	strcpy(d->country, "DE");
	d->settings = strdup(name);
	d->release = release;
	return d;
}

static enum key_age get(struct door_cache *c, const char *token, int64_t now, char name[64], uint64_t *ret_round)
{
	uint8_t hash[32];
	struct door *d;
	door_hash(token, hash);
	enum key_age age = door_cache_get(c, hash, now, &d, ret_round);
	strcpy(name, d ? d->name : "");
	door_unref(&d);
	return age;
}

static void put(struct door_cache *c, const char *token, uint64_t round, int64_t now, const char *name)
{
	uint8_t hash[32];
	struct door *d = name ? door_of(name) : NULL;
	door_hash(token, hash);
	door_cache_put(c, hash, round, now, d);
	door_unref(&d);
}

START_TEST(doors_age)
{
	struct door_cache *c = door_cache_new(4 * SECOND);
	char name[64];
	uint64_t round;
	released = 0;
	ck_assert_int_eq(get(c, "t", 0, name, &round), KEY_UNKNOWN);
	put(c, "t", round, 0, "a");
	ck_assert_int_eq(get(c, "t", SECOND, name, &round), KEY_FRESH);
	ck_assert_str_eq(name, "a");
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), KEY_AGING); /* one is asked */
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), KEY_FRESH); /* the others are not */
	uint8_t hash[32];
	door_hash("t", hash);
	door_cache_failed(c, hash);
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), KEY_AGING);
	put(c, "t", round, 2 * SECOND, "b");
	ck_assert_int_eq(released, 1);
	ck_assert_int_eq(get(c, "t", 3 * SECOND, name, &round), KEY_FRESH);
	ck_assert_str_eq(name, "b");
	ck_assert_int_eq(get(c, "t", 6 * SECOND, name, &round), KEY_UNKNOWN);
	ck_assert_str_eq(name, "");
	/* What is not there is believed too, but no longer. */
	put(c, "t", round, 6 * SECOND, NULL);
	ck_assert_int_eq(released, 2);
	ck_assert_int_eq(get(c, "t", 7 * SECOND, name, &round), KEY_FRESH);
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(get(c, "t", 10 * SECOND, name, &round), KEY_UNKNOWN);
	door_cache_free(&c);
}
END_TEST

START_TEST(what_was_changed_is_forgotten)
{
	struct door_cache *c = door_cache_new(4 * SECOND);
	char name[64];
	uint64_t before, round;
	get(c, "t", 0, name, &before);
	put(c, "t", before, 0, "a");
	door_cache_forget(c, "t");
	ck_assert_int_eq(get(c, "t", 0, name, &round), KEY_UNKNOWN);
	/* A look-up that began before the change says nothing. */
	put(c, "t", before, 0, "a");
	ck_assert_int_eq(get(c, "t", 0, name, &round), KEY_UNKNOWN);
	put(c, "t", round, 0, "b");
	ck_assert_int_eq(get(c, "t", 0, name, &round), KEY_FRESH);
	ck_assert_str_eq(name, "b");
	/* As for one that was not there: enabling a door forgets that too. */
	put(c, "u", round, 0, NULL);
	door_cache_forget(c, "u");
	ck_assert_int_eq(get(c, "u", 0, name, &round), KEY_UNKNOWN);
	door_cache_free(&c);
}
END_TEST

START_TEST(guesses_push_no_door_out)
{
	struct door_cache *c = door_cache_new(4 * SECOND);
	char name[64], guess[16];
	uint64_t round;
	released = 0;
	get(c, "t", 0, name, &round);
	put(c, "t", round, 0, "a");
	for (int i = 0; i < 50000; i++) {
		snprintf(guess, sizeof guess, "%d", i);
		put(c, guess, round, 1, NULL);
	}
	ck_assert_int_eq(get(c, "t", 1, name, &round), KEY_FRESH);
	ck_assert_str_eq(name, "a");
	for (int i = 0; i < 5000; i++) {
		snprintf(guess, sizeof guess, "%d", i);
		put(c, guess, round, 2, guess);
	}
	ck_assert_int_ge(released, 5001 - 1024);
	door_cache_free(&c);
	ck_assert_int_eq(released, 5001);
}
END_TEST

static enum status open_settings(const struct door_row *row, void **ret, struct err *e)
{
	(void)row;
	(void)ret;
	return err_set(e, ST_INTERNAL, NULL, "not asked here");
}

START_TEST(who_comes_in)
{
	static const struct door_type type = {DOOR_FORM, "form", open_settings, release};
	static const struct api_route route = {.pattern = "/v1/x/{form}", .door = &type};
	struct uuid workspace;
	char token[DOOR_TOKEN_MAX], name[64];
	uint64_t round;
	struct stand s;
	stand_open(&s);
	memset(&workspace, 0x33, sizeof workspace);
	ck_assert_int_eq(store_door_token(DOOR_FORM, &workspace, token, NULL), ST_OK);
	get(s.api.doors, token, 0, name, &round);
	for (int i = 0; i < 4; i++) {
		static const char *const wrong[] = {"", "lsf_x", "lsk_x"};
		stand_call(&s, "GET", "/v1/leads");
		s.call.route = &route;
		s.call.params[0] = (struct api_pair){"form", i < 3 ? wrong[i] : token};
		s.call.n_params = 1;
		if (i < 3) {
			ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_REFUSED);
			ck_assert_int_eq(s.call.status, 404);
			ck_assert_ptr_nonnull(strstr(stand_body(&s), "form_not_found"));
			continue;
		}
		ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_LOOK_UP);
		put(s.api.doors, token, round, monotonic_us(), NULL);
		ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_REFUSED);
		ck_assert_int_eq(s.call.status, 404);
		put(s.api.doors, token, round, monotonic_us(), "Contact");
		ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_OK);
		ck_assert_int_eq(uuid_cmp(&s.call.workspace_id, &workspace), 0);
		ck_assert_str_eq(s.state.country, "DE");
		ck_assert_str_eq(call_door(&s.call)->settings, "Contact");
		ck_assert(!s.call.authenticated);
	}
	stand_close(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api door");
	TCase *t = tcase_create("all");
	tcase_add_test(t, doors_age);
	tcase_add_test(t, what_was_changed_is_forgotten);
	tcase_add_test(t, guesses_push_no_door_out);
	tcase_add_test(t, who_comes_in);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
