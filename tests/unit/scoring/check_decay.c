/* decay: 2^(p/q) to the last bit, and sums that do not care when they are looked at. */
#include <check.h>
#include <stdlib.h>

#include "../../../src/scoring/decay_priv.h"
#include "base/instant.h"

/* Computed with 60 decimal digits. */
static const struct {
	uint64_t p, q;
	unsigned bits;
	uint32_t want;
} exact[] = {
    {1, 60000, 29, 536877114},
    {1, 60000, 30, 1073754228},
    {20000, 60000, 29, 676414963},
    {20000, 60000, 30, 1352829926},
    {30000, 60000, 29, 759250124},
    {30000, 60000, 30, 1518500249},
    {59999, 60000, 29, 1073729419},
    {59999, 60000, 30, 2147458839},
    {15595, 60000, 29, 642854350},
    {15595, 60000, 30, 1285708700},
    {1, 3600000, 29, 536871015},
    {1, 3600000, 30, 1073742030},
    {1200000, 3600000, 29, 676414963},
    {1200000, 3600000, 30, 1352829926},
    {1800000, 3600000, 29, 759250124},
    {1800000, 3600000, 30, 1518500249},
    {3599999, 3600000, 29, 1073741617},
    {3599999, 3600000, 30, 2147483234},
    {2485716, 3600000, 29, 866411208},
    {2485716, 3600000, 30, 1732822417},
    {1, 86400000, 29, 536870916},
    {1, 86400000, 30, 1073741832},
    {28800000, 86400000, 29, 676414963},
    {28800000, 86400000, 30, 1352829926},
    {43200000, 86400000, 29, 759250124},
    {43200000, 86400000, 30, 1518500249},
    {86399999, 86400000, 29, 1073741815},
    {86399999, 86400000, 30, 2147483630},
    {73045210, 86400000, 29, 964650215},
    {73045210, 86400000, 30, 1929300430},
    {1, 2592000000, 29, 536870912},
    {1, 2592000000, 30, 1073741824},
    {864000000, 2592000000, 29, 676414963},
    {864000000, 2592000000, 30, 1352829926},
    {1296000000, 2592000000, 29, 759250124},
    {1296000000, 2592000000, 30, 1518500249},
    {2591999999, 2592000000, 29, 1073741823},
    {2591999999, 2592000000, 30, 2147483647},
    {560161641, 2592000000, 29, 623628553},
    {560161641, 2592000000, 30, 1247257107},
    {1, 7776000000, 29, 536870912},
    {1, 7776000000, 30, 1073741824},
    {2592000000, 7776000000, 29, 676414963},
    {2592000000, 7776000000, 30, 1352829926},
    {3888000000, 7776000000, 29, 759250124},
    {3888000000, 7776000000, 30, 1518500249},
    {7775999999, 7776000000, 29, 1073741823},
    {7775999999, 7776000000, 30, 2147483647},
    {5883912612, 7776000000, 29, 907093486},
    {5883912612, 7776000000, 30, 1814186973},
    {1, 315360000000, 29, 536870912},
    {1, 315360000000, 30, 1073741824},
    {105120000000, 315360000000, 29, 676414963},
    {105120000000, 315360000000, 30, 1352829926},
    {157680000000, 315360000000, 29, 759250124},
    {157680000000, 315360000000, 30, 1518500249},
    {315359999999, 315360000000, 29, 1073741823},
    {315359999999, 315360000000, 30, 2147483647},
    {260291854589, 315360000000, 29, 951336213},
    {260291854589, 315360000000, 30, 1902672427},
};

static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 17;
}

START_TEST(powers_of_two_are_exact)
{
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++) {
		ck_assert_uint_eq(pow2_floor(exact[i].p, exact[i].q, exact[i].bits), exact[i].want);
		ck_assert_uint_eq(pow2_floor_wide(exact[i].p, exact[i].q, exact[i].bits), exact[i].want);
	}
}
END_TEST

START_TEST(the_fast_way_agrees_with_the_wide_one)
{
	uint64_t state = 7;
	for (int i = 0; i < 300000; i++) {
		uint64_t q = MS_MINUTE + next(&state) % (UINT64_C(1) << (20 + next(&state) % 19));
		uint64_t p = next(&state) % q;
		unsigned bits = 29 + (unsigned)(next(&state) & 1);
		ck_assert_uint_eq(pow2_floor(p, q, bits), pow2_floor_wide(p, q, bits));
	}
	/* All of one half-life near the ends, where the fraction is nearly whole. */
	for (uint64_t p = 0; p < 20000; p++) {
		ck_assert_uint_eq(
		    pow2_floor(p, 3650 * (uint64_t)MS_DAY, 30), pow2_floor_wide(p, 3650 * (uint64_t)MS_DAY, 30));
		uint64_t late = 3650 * (uint64_t)MS_DAY - 1 - p;
		ck_assert_uint_eq(
		    pow2_floor(late, 3650 * (uint64_t)MS_DAY, 29), pow2_floor_wide(late, 3650 * (uint64_t)MS_DAY, 29));
	}
}
END_TEST

START_TEST(the_weight_never_falls_and_the_factor_never_rises)
{
	const int64_t h = MS_MINUTE;
	for (int64_t r = 1; r < h; r++) {
		ck_assert_uint_ge(decay_weight(r, h), decay_weight(r - 1, h));
		ck_assert_uint_le(decay_factor(r, h), decay_factor(r - 1, h));
	}
	ck_assert_uint_eq(decay_weight(0, h), 1u << 30);
	ck_assert_uint_eq(decay_factor(0, h), 1u << 30);
	ck_assert_uint_ge(decay_factor(h - 1, h), 1u << 29);
}
END_TEST

START_TEST(periods_are_floors)
{
	static const struct {
		int64_t t, h, k, rest;
	} cases[] = {{0, 10, 0, 0}, {9, 10, 0, 9}, {10, 10, 1, 0}, {-1, 10, -1, 9}, {-10, 10, -1, 0}, {-11, 10, -2, 9}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t rest;
		ck_assert_int_eq(decay_period(cases[i].t, cases[i].h, &rest), cases[i].k);
		ck_assert_int_eq(rest, cases[i].rest);
	}
}
END_TEST

START_TEST(floors_compose)
{
	uint64_t state = 11;
	for (int i = 0; i < 20000; i++) {
		__int128 sum =
		    ((__int128)(int64_t)(next(&state) - (UINT64_C(1) << 46)) * (1 << 30)) + (int64_t)next(&state);
		int64_t a = (int64_t)(next(&state) % 60), b = (int64_t)(next(&state) % 60);
		ck_assert(decay_later(decay_later(sum, a), b) == decay_later(sum, a + b));
	}
	ck_assert(decay_later(-5, 1000) == -1);
	ck_assert(decay_later(5, 1000) == 0);
}
END_TEST

START_TEST(worth_rounds_half_away_from_zero)
{
	const uint32_t one = 1u << 30;
	ck_assert_int_eq(decay_worth((__int128)25000 << 30, one), 25000);
	ck_assert_int_eq(decay_worth((__int128)1 << 29, one), 1);
	ck_assert_int_eq(decay_worth(-((__int128)1 << 29), one), -1);
	ck_assert_int_eq(decay_worth(((__int128)1 << 29) - 1, one), 0);
	ck_assert_int_eq(decay_worth(-((__int128)1 << 29) + 1, one), 0);
	ck_assert_int_eq(decay_worth(-((__int128)25001 << 30), one / 2), -12501);
}
END_TEST

START_TEST(sums_saturate)
{
	ck_assert(decay_add(DECAY_SUM_MAX, 1) == DECAY_SUM_MAX);
	ck_assert(decay_add(-DECAY_SUM_MAX, -1) == -DECAY_SUM_MAX);
	ck_assert_int_gt(decay_worth(DECAY_SUM_MAX, 1u << 30), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/decay");
	TCase *c = tcase_create("decay");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, powers_of_two_are_exact);
	tcase_add_test(c, the_fast_way_agrees_with_the_wide_one);
	tcase_add_test(c, the_weight_never_falls_and_the_factor_never_rises);
	tcase_add_test(c, periods_are_floors);
	tcase_add_test(c, floors_compose);
	tcase_add_test(c, worth_rounds_half_away_from_zero);
	tcase_add_test(c, sums_saturate);
	suite_add_tcase(s, c);
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
