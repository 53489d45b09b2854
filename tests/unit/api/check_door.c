/* Doors: who comes in. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/door_priv.h"

static int released;

static void release(void *settings)
{
	released++;
	free(settings);
}

static struct door *door_of(const char *name)
{
	struct door *d = door_new();
	ck_assert_ptr_nonnull(d);
	memset(&d->workspace_id, 0x33, sizeof d->workspace_id);
	strcpy(d->name, name);
	strcpy(d->country, "DE");
	d->settings = strdup(name);
	d->release = release;
	return d;
}

static void put(struct token_cache *c, const char *token, const char *name)
{
	uint8_t hash[32];
	uint64_t round;
	struct token_value *before;
	struct door *d = name ? door_of(name) : NULL;
	sha256(token, strlen(token), hash);
	token_cache_get(c, hash, monotonic_us(), &before, &round);
	token_value_unref(before);
	token_cache_put(c, hash, round, monotonic_us(), d ? &d->head : NULL);
	door_unref(&d);
}

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
	char token[DOOR_TOKEN_MAX];
	struct stand s;
	stand_open(&s);
	memset(&workspace, 0x33, sizeof workspace);
	ck_assert_int_eq(store_door_token(DOOR_FORM, &workspace, token, NULL), ST_OK);
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
		put(s.api.doors, token, NULL);
		ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_REFUSED);
		ck_assert_int_eq(s.call.status, 404);
		put(s.api.doors, token, "Contact");
		ck_assert_int_eq(door_from_cache(&s.api, &s.call), AUTH_OK);
		ck_assert_int_eq(uuid_cmp(&s.call.workspace_id, &workspace), 0);
		ck_assert_str_eq(s.state.country, "DE");
		ck_assert_str_eq(call_door(&s.call)->settings, "Contact");
		ck_assert(!s.call.authenticated);
	}
	stand_close(&s);
	ck_assert_int_eq(released, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api door");
	TCase *t = tcase_create("all");
	tcase_add_test(t, who_comes_in);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
