/* Half-life sums in fixed point, and 2^(p/q) to the last bit.
 *
 * 2^x = T[i] * e^(f ln 2) with x = i/64 + f: a table and six terms give 2^-56; within that of a whole number a Taylor
 * series in 128 bits decides. (2^(p/q) is irrational for 0 < p < q, so it never is a whole number, and 2^-90 separates
 * every case that can be written down.) */
#include "decay_priv.h"

#include "pow2_table.h"

typedef unsigned __int128 u128;

#define LN2_Q64 UINT64_C(0xb17217f7d1cf79ab)
#define LN2_Q128 ((u128)LN2_Q64 << 64 | UINT64_C(0xc9e3b39803f2f6af))
#define FAST_ERROR 1024 /* of the Q1.63 result, more than eight times the sum of all errors */

static uint64_t mul_high(uint64_t a, uint64_t b)
{
	return (uint64_t)((u128)a * b >> 64);
}

/* The upper half of the 256-bit product, less at most 3. */
static u128 mul_high_wide(u128 a, u128 b)
{
	uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a, b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
	u128 low = (u128)a0 * b0, mid1 = (u128)a1 * b0, mid2 = (u128)a0 * b1;
	u128 carry = (low >> 64) + (uint64_t)mid1 + (uint64_t)mid2;
	return (u128)a1 * b1 + (mid1 >> 64) + (mid2 >> 64) + (carry >> 64);
}

uint32_t pow2_floor_wide(uint64_t p, uint64_t q, unsigned bits)
{
	u128 scaled = (u128)p << 64;
	u128 x = (scaled / q) << 64 | ((u128)(uint64_t)(scaled % q) << 64) / q; /* p/q as Q0.128 */
	u128 z = mul_high_wide(x, LN2_Q128);
	u128 sum = z, term = z;
	for (unsigned k = 2; k < 48 && term; k++) {
		term = mul_high_wide(term, z) / k;
		sum += term;
	}
	/* 2^x - 1 as Q0.128; below 1, so that it did not overflow. */
	return (uint32_t)((1u << bits) + (uint32_t)(sum >> (128 - bits)));
}

uint32_t pow2_floor(uint64_t p, uint64_t q, unsigned bits)
{
	if (p == 0)
		return 1u << bits;
	uint64_t x = (uint64_t)(((u128)p << 64) / q);
	uint64_t base = pow2_table[x >> 58];
	uint64_t z = mul_high(x & ((UINT64_C(1) << 58) - 1), LN2_Q64);
	uint64_t s = UINT64_C(0x005b05b05b05b05b);         /* 1/6! */
	s = UINT64_C(0x0222222222222222) + mul_high(z, s); /* 1/5! */
	s = UINT64_C(0x0aaaaaaaaaaaaaaa) + mul_high(z, s); /* 1/4! */
	s = UINT64_C(0x2aaaaaaaaaaaaaaa) + mul_high(z, s); /* 1/3! */
	s = UINT64_C(0x8000000000000000) + mul_high(z, s); /* 1/2! */
	uint64_t less_one = z + mul_high(mul_high(z, z), s);
	uint64_t y = base + mul_high(base, less_one); /* Q1.63 */
	uint64_t mask = (UINT64_C(1) << (63 - bits)) - 1;
	uint64_t below = y & mask;
	if (below < FAST_ERROR || below > mask - FAST_ERROR)
		return pow2_floor_wide(p, q, bits);
	return (uint32_t)(y >> (63 - bits));
}

int64_t decay_period(int64_t t, int64_t half_life, int64_t *ret_rest)
{
	int64_t k = t / half_life, rest = t % half_life;
	if (rest < 0) {
		k--;
		rest += half_life;
	}
	*ret_rest = rest;
	return k;
}

uint32_t decay_weight(int64_t rest, int64_t half_life)
{
	return pow2_floor((uint64_t)rest, (uint64_t)half_life, DECAY_ONE_BITS);
}

uint32_t decay_factor(int64_t rest, int64_t half_life)
{
	if (rest == 0)
		return 1u << DECAY_ONE_BITS;
	return pow2_floor((uint64_t)(half_life - rest), (uint64_t)half_life, DECAY_ONE_BITS - 1);
}

__int128 decay_later(__int128 sum, int64_t n)
{
	return n > 126 ? (sum < 0 ? -1 : 0) : sum >> n;
}

__int128 decay_add(__int128 sum, __int128 more)
{
	sum += more;
	return sum > DECAY_SUM_MAX ? DECAY_SUM_MAX : sum < -DECAY_SUM_MAX ? -DECAY_SUM_MAX : sum;
}

__int128 decay_keep(__int128 sum, uint32_t keep)
{
	__int128 product = sum * keep;
	return product >= 0 ? product / 1000 : -((999 - product) / 1000);
}

int64_t plain_keep(int64_t sum, uint32_t keep)
{
	__int128 product = (__int128)sum * keep;
	return (int64_t)((product + (product < 0 ? -500 : 500)) / 1000);
}

int64_t decay_worth(__int128 sum, uint32_t factor)
{
	__int128 product = sum * (__int128)factor, half = (__int128)1 << 59;
	return product >= 0 ? (int64_t)((product + half) >> 60) : -(int64_t)((half - product) >> 60);
}
