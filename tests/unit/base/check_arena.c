/* base/arena: pieces do not overlap, are aligned, and never exceed the limit. */
#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

START_TEST(pieces_are_aligned_and_apart)
{
	struct arena *a = arena_new(0);
	unsigned char *pieces[500];
	for (size_t i = 0; i < 500; i++) {
		size_t n = i * 7 % 333 + 1;
		pieces[i] = arena_alloc(a, n);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		memset(pieces[i], (int)(i & 0xFF), n);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < i * 7 % 333 + 1; k++)
			if (pieces[i][k] != (i & 0xFF))
				ck_abort_msg("piece %zu, byte %zu", i, k);
	arena_free(&a);
	ck_assert_ptr_null(a);
}
END_TEST

START_TEST(free_accepts_nothing)
{
	struct arena *a = NULL;
	arena_free(NULL);
	arena_free(&a);
}
END_TEST

START_TEST(zero_bytes_are_a_piece)
{
	struct arena *a = arena_new(0);
	void *p = arena_alloc(a, 0);
	void *q = arena_alloc(a, 0);
	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(q);
	ck_assert_ptr_ne(p, q);
	ck_assert_ptr_nonnull(arena_array(a, 0, 8));
	arena_free(&a);
}
END_TEST

START_TEST(the_limit_holds)
{
	static const size_t limits[] = {1, 15, 16, 100, 4096, 4097, 100000};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct arena *a = arena_new(limits[i]);
		ck_assert_ptr_null(arena_alloc(a, limits[i] + 1));
		unsigned char *p = arena_alloc(a, limits[i]);
		ck_assert_ptr_nonnull(p);
		memset(p, 1, limits[i]);
		ck_assert_ptr_null(arena_alloc(a, 1));
		arena_reset(a);
		ck_assert_uint_eq(arena_used(a), 0);
		size_t sum = 0;
		while ((p = arena_alloc(a, 10))) {
			memset(p, 2, 10);
			sum += 10;
		}
		ck_assert_uint_le(sum, limits[i]);
		ck_assert_uint_le(arena_used(a), limits[i]);
		arena_free(&a);
	}
}
END_TEST

START_TEST(absurd_sizes_are_refused)
{
	struct arena *a = arena_new(SIZE_MAX);
	ck_assert_ptr_null(arena_array(a, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(arena_array(a, SIZE_MAX, SIZE_MAX));
	ck_assert_ptr_null(arena_strndup(a, "x", SIZE_MAX));
	struct arena *b = arena_new(0);
	ck_assert_ptr_null(arena_alloc(b, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(b, ((size_t)64 << 20) + 1));
	ck_assert_ptr_nonnull(arena_alloc(b, 1));
	arena_free(&a);
	arena_free(&b);
}
END_TEST

START_TEST(a_large_piece_leaves_the_rest_usable)
{
	struct arena *a = arena_new(200000);
	char *small = arena_strdup(a, "before");
	char *large = arena_zalloc(a, 100000);
	char *next = arena_strdup(a, "after");
	ck_assert_ptr_nonnull(large);
	ck_assert_ptr_nonnull(next);
	ck_assert_int_eq(large[0] | large[99999], 0);
	ck_assert_str_eq(small, "before");
	ck_assert_str_eq(next, "after");
	ck_assert(next > small && next < small + 4096);
	arena_free(&a);
}
END_TEST

START_TEST(reset_can_be_repeated)
{
	struct arena *a = arena_new(1 << 20);
	arena_reset(a);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 100; i++) {
			int *v = arena_array(a, 100, sizeof(*v));
			ck_assert_ptr_nonnull(v);
			for (int k = 0; k < 100; k++) {
				if (v[k] != 0)
					ck_abort_msg("round %d, element %d", round, k);
				v[k] = -1;
			}
		}
		ck_assert_uint_ge(arena_used(a), 40000);
		arena_reset(a);
	}
	arena_free(&a);
}
END_TEST

START_TEST(text)
{
	struct arena *a = arena_new(0);
	ck_assert_ptr_null(arena_strdup(a, NULL));
	ck_assert_ptr_null(arena_strndup(a, NULL, 3));
	ck_assert_str_eq(arena_strdup(a, ""), "");
	ck_assert_str_eq(arena_strndup(a, "abcdef", 3), "abc");
	ck_assert_mem_eq(arena_strndup(a, "a\0b", 3), "a\0b", 4);
	ck_assert_str_eq(arena_printf(a, "%s-%d", "x", -5), "x--5");
	char *wide = arena_printf(a, "%05000d", 7);
	ck_assert_uint_eq(strlen(wide), 5000);
	struct arena *tiny = arena_new(8);
	ck_assert_ptr_null(arena_printf(tiny, "%s", "eight888"));
	ck_assert_str_eq(arena_printf(tiny, "%s", "seven77"), "seven77");
	arena_free(&tiny);
	arena_free(&a);
}
END_TEST

START_TEST(children_end_with_their_parent)
{
	/* What is lost here AddressSanitizer tells. */
	struct arena *a = arena_new(0);
	struct arena *child = arena_child(a), *grandchild = arena_child(child);
	ck_assert_ptr_nonnull(arena_alloc(child, 100000));
	ck_assert_ptr_nonnull(arena_alloc(grandchild, 10));
	ck_assert_uint_eq(arena_used(a), 0);
	arena_reset(a);
	ck_assert_ptr_nonnull(arena_alloc(arena_child(a), 10));
	ck_assert_ptr_nonnull(arena_child(a));
	arena_free(&a);
	struct arena *tiny = arena_new(8);
	ck_assert_ptr_null(arena_alloc(arena_child(tiny), 9));
	arena_free(&tiny);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/arena");
	TCase *t = tcase_create("all");
	tcase_add_test(t, pieces_are_aligned_and_apart);
	tcase_add_test(t, free_accepts_nothing);
	tcase_add_test(t, zero_bytes_are_a_piece);
	tcase_add_test(t, the_limit_holds);
	tcase_add_test(t, absurd_sizes_are_refused);
	tcase_add_test(t, a_large_piece_leaves_the_rest_usable);
	tcase_add_test(t, reset_can_be_repeated);
	tcase_add_test(t, text);
	tcase_add_test(t, children_end_with_their_parent);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
