/* base/ident: ids grow and never repeat, hashes match their standards, base64url has one spelling per value. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ident.h"
#include "base/instant.h"

#define THREADS 8
#define PER_THREAD 20000

static int64_t stamp_of(const struct uuid *u)
{
	int64_t ms = 0;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | u->b[i];
	return ms;
}

START_TEST(version_7_layout)
{
	int64_t now = clock_now(&clock_system);
	struct uuid u = uuid_v7(now);
	ck_assert_int_eq(u.b[6] >> 4, 7);
	ck_assert_int_eq(u.b[8] >> 6, 2);
	ck_assert_int_ge(stamp_of(&u), now);
	ck_assert_int_le(stamp_of(&u), now + 1000);
	ck_assert_int_eq(uuid_v7_time(&u), stamp_of(&u));
}
END_TEST

START_TEST(ids_grow_though_the_clock_steps_back)
{
	int64_t now = clock_now(&clock_system) + 10;
	struct uuid last = uuid_v7(now);
	for (int i = 0; i < 20000; i++) {
		struct uuid u = uuid_v7(i % 3 ? now : now - 5000);
		ck_assert_int_gt(uuid_cmp(&u, &last), 0);
		last = u;
	}
	struct uuid u = uuid_v7(-1);
	ck_assert_int_gt(uuid_cmp(&u, &last), 0);
}
END_TEST

START_TEST(all_random_bits_vary)
{
	uint8_t ones[16] = {0};
	uint8_t zeros[16] = {0};
	for (int i = 0; i < 2000; i++) {
		struct uuid u = uuid_v7(clock_now(&clock_system));
		for (int k = 8; k < 16; k++) {
			ones[k] |= u.b[k];
			zeros[k] |= (uint8_t)~u.b[k];
		}
	}
	ck_assert_uint_eq(ones[8], 0xBF);
	ck_assert_uint_eq(zeros[8], 0x7F);
	for (int k = 9; k < 16; k++)
		ck_assert_uint_eq(ones[k] & zeros[k], 0xFF);
}
END_TEST

static struct uuid made[THREADS][PER_THREAD];

static void *make(void *arg)
{
	struct uuid *list = arg;
	for (int i = 0; i < PER_THREAD; i++)
		list[i] = uuid_v7(clock_now(&clock_system));
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

START_TEST(threads_share_one_order)
{
	pthread_t threads[THREADS];
	struct uuid before = uuid_v7(clock_now(&clock_system));
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, make, made[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	struct uuid after = uuid_v7(clock_now(&clock_system));
	for (int i = 0; i < THREADS; i++)
		for (int k = 1; k < PER_THREAD; k++)
			if (uuid_cmp(&made[i][k], &made[i][k - 1]) <= 0)
				ck_abort_msg("thread %d, id %d", i, k);
	struct uuid *all = made[0];
	qsort(all, THREADS * PER_THREAD, sizeof(*all), compare);
	/* Unique in the first 64 bits already: no two calls get the same stamp. */
	for (int k = 1; k < THREADS * PER_THREAD; k++)
		if (memcmp(all[k].b, all[k - 1].b, 8) == 0)
			ck_abort_msg("id %d", k);
	ck_assert_int_gt(uuid_cmp(&all[0], &before), 0);
	ck_assert_int_gt(uuid_cmp(&after, &all[THREADS * PER_THREAD - 1]), 0);
}
END_TEST

START_TEST(a_forked_child_has_its_own_tails)
{
	int pipes[2];
	ck_assert_int_eq(pipe(pipes), 0);
	uuid_v7(0);
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct uuid u = uuid_v7(0);
		_exit(write(pipes[1], &u, sizeof(u)) == sizeof(u) ? 0 : 1);
	}
	struct uuid mine = uuid_v7(0);
	struct uuid theirs;
	ck_assert_int_eq(read(pipes[0], &theirs, sizeof(theirs)), sizeof(theirs));
	int status;
	waitpid(child, &status, 0);
	ck_assert_int_ne(memcmp(mine.b + 8, theirs.b + 8, 8), 0);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(uuid_text)
{
	static const char text[] = "0190b7a4-1111-7000-8000-123456789abc";
	struct uuid u;
	char out[UUID_TEXT_MAX];
	ck_assert(uuid_parse(text, 36, &u));
	uuid_format(&u, out);
	ck_assert_str_eq(out, text);
	struct uuid upper;
	ck_assert(uuid_parse("0190B7A4-1111-7000-8000-123456789ABC", 36, &upper));
	ck_assert_int_eq(uuid_cmp(&u, &upper), 0);
	ck_assert(!uuid_is_nil(&u));
	ck_assert(uuid_parse("00000000-0000-0000-0000-000000000000", 36, &u));
	ck_assert(uuid_is_nil(&u));
	static const char *const bad[] = {"", "0190b7a4-1111-7000-8000-123456789ab",
	    "0190b7a4-1111-7000-8000-123456789abcd", "0190b7a411117000800012345678 9abc    ",
	    "0190b7a4_1111-7000-8000-123456789abc", "0190b7a4-1111-7000-8000-123456789abg",
	    "{190b7a4-1111-7000-8000-123456789ab}", "0190b7a4-1111-7000-80001-23456789abc",
	    "+190b7a4-1111-7000-8000-123456789abc",
	    "0190b7a4-1111-7000-8000-123456789ab:", "0190b7a4-1111-7000-8000-123456789ab@",
	    "0190b7a41-111-7000-8000-123456789abc"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!uuid_parse(bad[i], strlen(bad[i]), &u), "%s", bad[i]);
	ck_assert(uuid_is_nil(&u));
}
END_TEST

static void expect_hex(const uint8_t *p, size_t n, const char *hex)
{
	char out[129];
	hex_encode(p, n, out);
	ck_assert_str_eq(out, hex);
}

START_TEST(sha256_and_hmac_vectors)
{
	uint8_t out[32];
	sha256("", 0, out);
	expect_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256("abc", 3, out);
	expect_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* RFC 4231, test cases 1, 2, 6. */
	uint8_t key[131];
	memset(key, 0x0b, 20);
	hmac_sha256(key, 20, "Hi There", 8, out);
	expect_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	expect_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	hmac_sha256(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	expect_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_sha256("", 0, "", 0, out);
	expect_hex(out, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
END_TEST

START_TEST(hash128_keeps_the_parts_apart)
{
	struct uuid ab = hash128("ab", 2, "c", 1);
	struct uuid bc = hash128("a", 1, "bc", 2);
	ck_assert_int_ne(uuid_cmp(&ab, &bc), 0);
	static const uint8_t whole[] = {2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 0, 0, 0, 0, 'c'};
	uint8_t out[32];
	sha256(whole, sizeof(whole), out);
	ck_assert_mem_eq(ab.b, out, 16);
	struct uuid again = hash128("ab", 2, "c", 1);
	ck_assert_int_eq(uuid_cmp(&ab, &again), 0);
}
END_TEST

/* Shards are chosen by it, in every release and on every machine: these values never change. */
START_TEST(hash64_is_frozen_and_spreads)
{
	ck_assert_uint_eq(hash64("", 0), UINT64_C(0x9ca066f1a4ab2eea));
	ck_assert_uint_eq(hash64("a", 1), UINT64_C(0xbea5bcf24a3c4add));
	ck_assert_uint_eq(hash64("leadscore", 9), UINT64_C(0x93415521715a655e));
	ck_assert_uint_eq(hash64("0190b7a4-1111-7000-8000-123456789abc", 36), UINT64_C(0x4bc3c4f7c88ecee1));
	ck_assert_uint_ne(hash64("a\0", 2), hash64("a", 1));
	ck_assert_uint_ne(hash64("\0", 1), hash64("", 0));
	unsigned counts[64] = {0};
	for (uint32_t i = 0; i < 64000; i++)
		counts[hash64(&i, sizeof(i)) % 64]++;
	for (int i = 0; i < 64; i++)
		ck_assert_msg(counts[i] > 850 && counts[i] < 1150, "%u", counts[i]);
	/* No state outside the call, nor dependence on alignment. */
	char shifted[32];
	for (size_t at = 0; at < 8; at++) {
		memcpy(shifted + at, "leadscore", 9);
		ck_assert_uint_eq(hash64(shifted + at, 9), hash64("leadscore", 9));
	}
}
END_TEST

START_TEST(comparison_and_randomness)
{
	ck_assert(equal_ct("abc", "abc", 3));
	ck_assert(!equal_ct("abc", "abd", 3));
	ck_assert(equal_ct("abc", "xyz", 0));
	uint8_t a[32];
	uint8_t b[32];
	ck_assert(random_bytes(a, 32) && random_bytes(b, 32));
	ck_assert(!equal_ct(a, b, 32));
	ck_assert(random_bytes(a, 0));
}
END_TEST

START_TEST(base64url_both_ways)
{
	static const struct {
		const char *plain;
		const char *text;
	} rows[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
	    {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xFE", "-__-"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[32];
		size_t n = strlen(rows[i].text);
		ck_assert_uint_eq(base64url_encode(rows[i].plain, strlen(rows[i].plain), out, n + 1), n);
		ck_assert_str_eq(out, rows[i].text);
		if (n)
			ck_assert_uint_eq(base64url_encode(rows[i].plain, strlen(rows[i].plain), out, n), 0);
		size_t back = 99;
		ck_assert(base64url_decode(rows[i].text, n, out, strlen(rows[i].plain), &back));
		ck_assert_uint_eq(back, strlen(rows[i].plain));
		ck_assert_mem_eq(out, rows[i].plain, back);
		if (back)
			ck_assert(!base64url_decode(rows[i].text, n, out, back - 1, &back));
	}
	for (size_t n = 0; n < 200; n++) {
		uint8_t plain[200];
		uint8_t got[200];
		char text[300];
		size_t len = 0;
		random_bytes(plain, n);
		size_t chars = base64url_encode(plain, n, text, sizeof(text));
		ck_assert(base64url_decode(text, chars, got, sizeof(got), &len));
		ck_assert_uint_eq(len, n);
		ck_assert_int_eq(memcmp(plain, got, n), 0);
	}
}
END_TEST

START_TEST(base64url_is_strict)
{
	static const char *const bad[] = {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm9vY", "Zm9v Yg", "Zm9v\n", "+__-", "/__-",
	    "Zm9v.", "Zm8=", "Z g", "\xC3\xA9zz"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char out[32] = "untouched";
		size_t n = 77;
		ck_assert_msg(!base64url_decode(bad[i], strlen(bad[i]), out, sizeof(out), &n), "%s", bad[i]);
		ck_assert_uint_eq(n, 77);
		ck_assert_str_eq(out, "untouched");
	}
	ck_assert(!base64url_decode("Zm9\0", 4, (char[4]){0}, 4, &(size_t){0}));
	/* Every two-character text that decodes is the one that its byte encodes to. */
	unsigned accepted = 0;
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++) {
			char text[3] = {(char)a, (char)b, 0};
			uint8_t byte;
			size_t n;
			if (!base64url_decode(text, 2, &byte, 1, &n))
				continue;
			accepted++;
			char again[3];
			base64url_encode(&byte, 1, again, sizeof(again));
			ck_assert_str_eq(again, text);
		}
	ck_assert_uint_eq(accepted, 256);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/ident");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, version_7_layout);
	tcase_add_test(t, ids_grow_though_the_clock_steps_back);
	tcase_add_test(t, all_random_bits_vary);
	tcase_add_test(t, threads_share_one_order);
	tcase_add_test(t, a_forked_child_has_its_own_tails);
	tcase_add_test(t, uuid_text);
	tcase_add_test(t, sha256_and_hmac_vectors);
	tcase_add_test(t, hash128_keeps_the_parts_apart);
	tcase_add_test(t, hash64_is_frozen_and_spreads);
	tcase_add_test(t, comparison_and_randomness);
	tcase_add_test(t, base64url_both_ways);
	tcase_add_test(t, base64url_is_strict);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
