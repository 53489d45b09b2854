/* The cache of keys and doors: what ages, what is forgotten, and that guessing pushes nothing out. */
#include "../../../src/api/token_cache_priv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ident.h"

#define SECOND INT64_C(1000000)

struct named {
	struct token_value head;
	char name[64];
};

static int released;

static void release(struct token_value *v)
{
	released++;
	free(v);
}

static struct token_value *named(const char *name)
{
	struct named *n = calloc(1, sizeof *n);
	ck_assert_ptr_nonnull(n);
	token_value_init(&n->head, release);
	strcpy(n->name, name);
	return &n->head;
}

static enum token_age get(struct token_cache *c, const char *token, int64_t now, char name[64], uint64_t *ret_round)
{
	uint8_t hash[32];
	struct token_value *v;
	sha256(token, strlen(token), hash);
	enum token_age age = token_cache_get(c, hash, now, &v, ret_round);
	strcpy(name, v ? ((struct named *)v)->name : "");
	token_value_unref(v);
	return age;
}

static void put(struct token_cache *c, const char *token, uint64_t round, int64_t now, const char *name)
{
	uint8_t hash[32];
	struct token_value *v = name ? named(name) : NULL;
	sha256(token, strlen(token), hash);
	token_cache_put(c, hash, round, now, v);
	token_value_unref(v);
}

START_TEST(entries_age)
{
	struct token_cache *c = token_cache_new(4 * SECOND);
	char name[64];
	uint64_t round;
	released = 0;
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_UNKNOWN);
	put(c, "t", round, 0, "a");
	ck_assert_int_eq(get(c, "t", SECOND, name, &round), TOKEN_FRESH);
	ck_assert_str_eq(name, "a");
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), TOKEN_AGING); /* one is asked */
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), TOKEN_FRESH); /* the others are not */
	uint8_t hash[32];
	sha256("t", 1, hash);
	token_cache_failed(c, hash);
	ck_assert_int_eq(get(c, "t", 2 * SECOND, name, &round), TOKEN_AGING);
	put(c, "t", round, 2 * SECOND, "b");
	ck_assert_int_eq(released, 1);
	ck_assert_int_eq(get(c, "t", 3 * SECOND, name, &round), TOKEN_FRESH);
	ck_assert_str_eq(name, "b");
	ck_assert_int_eq(get(c, "t", 6 * SECOND, name, &round), TOKEN_UNKNOWN);
	ck_assert_str_eq(name, "");
	/* What is not there is believed too, but no longer. */
	put(c, "t", round, 6 * SECOND, NULL);
	ck_assert_int_eq(released, 2);
	ck_assert_int_eq(get(c, "t", 7 * SECOND, name, &round), TOKEN_FRESH);
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(get(c, "t", 10 * SECOND, name, &round), TOKEN_UNKNOWN);
	token_cache_free(&c);
}
END_TEST

static void forget(struct token_cache *c, const char *token)
{
	uint8_t hash[32];
	sha256(token, strlen(token), hash);
	token_cache_forget(c, hash);
}

START_TEST(what_was_changed_is_forgotten)
{
	struct token_cache *c = token_cache_new(4 * SECOND);
	char name[64];
	uint64_t before, round;
	get(c, "t", 0, name, &before);
	put(c, "t", before, 0, "a");
	forget(c, "t");
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_UNKNOWN);
	/* A look-up that began before the change says nothing. */
	put(c, "t", before, 0, "a");
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_UNKNOWN);
	put(c, "t", round, 0, "b");
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_FRESH);
	ck_assert_str_eq(name, "b");
	/* As for one that was not there: making one forgets that too. */
	put(c, "u", round, 0, NULL);
	forget(c, "u");
	ck_assert_int_eq(get(c, "u", 0, name, &round), TOKEN_UNKNOWN);
	token_cache_free(&c);
}
END_TEST

static bool is_named(const struct token_value *v, const void *name)
{
	return !strcmp(((const struct named *)(const void *)v)->name, name);
}

START_TEST(all_that_match_are_forgotten)
{
	struct token_cache *c = token_cache_new(4 * SECOND);
	char name[64];
	uint64_t before, round;
	get(c, "t", 0, name, &before);
	put(c, "t", before, 0, "a");
	put(c, "u", before, 0, "b");
	token_cache_forget_all(c, is_named, "a");
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_UNKNOWN);
	ck_assert_int_eq(get(c, "u", 0, name, &round), TOKEN_FRESH);
	/* A look-up that began before says nothing. */
	put(c, "t", before, 0, "a");
	ck_assert_int_eq(get(c, "t", 0, name, &round), TOKEN_UNKNOWN);
	token_cache_free(&c);
}
END_TEST

START_TEST(guesses_push_nothing_good_out)
{
	struct token_cache *c = token_cache_new(4 * SECOND);
	char name[64], guess[16];
	uint64_t round;
	released = 0;
	get(c, "t", 0, name, &round);
	put(c, "t", round, 0, "a");
	for (int i = 0; i < 50000; i++) {
		snprintf(guess, sizeof guess, "%d", i);
		put(c, guess, round, 1, NULL);
	}
	ck_assert_int_eq(get(c, "t", 1, name, &round), TOKEN_FRESH);
	ck_assert_str_eq(name, "a");
	for (int i = 0; i < 5000; i++) {
		snprintf(guess, sizeof guess, "%d", i);
		put(c, guess, round, 2, guess);
	}
	ck_assert_int_ge(released, 5001 - 4096);
	token_cache_free(&c);
	ck_assert_int_eq(released, 5001);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api token cache");
	TCase *t = tcase_create("all");
	tcase_add_test(t, entries_age);
	tcase_add_test(t, what_was_changed_is_forgotten);
	tcase_add_test(t, all_that_match_are_forgotten);
	tcase_add_test(t, guesses_push_nothing_good_out);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
