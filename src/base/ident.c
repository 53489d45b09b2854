/* UUIDv7 and random bytes.
 *
 * The first 60 bits of an id (48 of milliseconds, 12 of counter) come from one atomic word that only grows: that makes
 * ids monotonic over all threads without a lock. When more than 4,096 ids are made in a millisecond the counter carries
 * into the milliseconds (RFC 9562, section 6.2). The tails are random, drawn from a buffer of each thread. */
#include "base/ident.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define POOL_BYTES 4096
#define MS_MAX ((INT64_C(1) << 48) - 1)

struct pool {
	size_t left;
	unsigned generation;
	unsigned char bytes[POOL_BYTES];
};

static _Atomic uint64_t last_stamp;
/* Counts forks: a child must not hand out the tails that its parent still holds in a pool. */
static _Atomic unsigned fork_generation = 1;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static _Thread_local struct pool pool;

bool random_bytes(void *p, size_t n)
{
	unsigned char *out = p;
	while (n > 0) {
		ssize_t got = getrandom(out, n, 0);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		out += got;
		n -= (size_t)got;
	}
	return true;
}

static void forked(void)
{
	atomic_fetch_add_explicit(&fork_generation, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forked);
}

static uint64_t random_tail(void)
{
	uint64_t tail;
	unsigned generation = atomic_load_explicit(&fork_generation, memory_order_relaxed);
	if (pool.left < sizeof(tail) || pool.generation != generation) {
		pthread_once(&fork_once, watch_forks);
		/* Linux has an entropy source once it has booted; without one no id can be unique, and none may be
		 * made. */
		if (!random_bytes(pool.bytes, sizeof(pool.bytes)))
			abort();
		pool.left = sizeof(pool.bytes);
		pool.generation = generation;
	}
	pool.left -= sizeof(tail);
	memcpy(&tail, pool.bytes + pool.left, sizeof(tail));
	return tail;
}

struct uuid uuid_v7(int64_t now_ms)
{
	if (now_ms < 0)
		now_ms = 0;
	if (now_ms > MS_MAX)
		now_ms = MS_MAX;
	uint64_t now = (uint64_t)now_ms << 12;
	uint64_t last = atomic_load_explicit(&last_stamp, memory_order_relaxed);
	uint64_t stamp;
	do {
		stamp = now > last ? now : last + 1;
	} while (!atomic_compare_exchange_weak_explicit(
	    &last_stamp, &last, stamp, memory_order_relaxed, memory_order_relaxed));
	uint64_t high = stamp >> 12 << 16 | UINT64_C(0x7000) | (stamp & 0xFFF);
	uint64_t low = UINT64_C(0x8000000000000000) | random_tail() >> 2;
	struct uuid u;
	for (int i = 0; i < 8; i++) {
		u.b[i] = (uint8_t)(high >> (56 - 8 * i));
		u.b[8 + i] = (uint8_t)(low >> (56 - 8 * i));
	}
	return u;
}

int64_t uuid_v7_time(const struct uuid *u)
{
	uint64_t ms = 0;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | u->b[i];
	return (int64_t)ms;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(const char *s, size_t n, struct uuid *ret)
{
	if (n != 36)
		return false;
	struct uuid u;
	size_t at = 0;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			if (s[at] != '-')
				return false;
			at++;
		}
		int high = hex_value((unsigned char)s[at]);
		int low = hex_value((unsigned char)s[at + 1]);
		if (high < 0 || low < 0)
			return false;
		u.b[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	*ret = u;
	return true;
}

void hex_encode(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = p;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}

void uuid_format(const struct uuid *u, char out[UUID_TEXT_MAX])
{
	char hex[33];
	hex_encode(u->b, sizeof(u->b), hex);
	memcpy(out, hex, 8);
	memcpy(out + 9, hex + 8, 4);
	memcpy(out + 14, hex + 12, 4);
	memcpy(out + 19, hex + 16, 4);
	memcpy(out + 24, hex + 20, 12);
	out[8] = out[13] = out[18] = out[23] = '-';
	out[36] = '\0';
}

int uuid_cmp(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool uuid_is_nil(const struct uuid *u)
{
	static const struct uuid nil;
	return memcmp(u->b, nil.b, sizeof(nil.b)) == 0;
}
