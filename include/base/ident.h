/* 128-bit identifiers: UUIDv7 (RFC 9562) made here, and hashes that become identifiers.
 *
 * uuid_v7 is monotonic within the process (sub-millisecond counter), unique across processes by 62 random bits.
 * Any thread. */
#ifndef BASE_IDENT_H
#define BASE_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uuid {
	uint8_t b[16];
};
#define UUID_TEXT_MAX 37

struct uuid uuid_v7(int64_t now_ms);
int64_t uuid_v7_time(const struct uuid *u);                   /* the millisecond in it: of ids in order never descending */
bool uuid_parse(const char *s, size_t n, struct uuid *ret); /* canonical 36 characters, either case */
void uuid_format(const struct uuid *u, char out[UUID_TEXT_MAX]);
int uuid_cmp(const struct uuid *a, const struct uuid *b);   /* memcmp order, the same as PostgreSQL's */
bool uuid_is_nil(const struct uuid *u);

/* First 128 bits of SHA-256 over the parts, each preceded by its length as 8 bytes little-endian. */
struct uuid hash128(const void *a, size_t an, const void *b, size_t bn);
/* Fast non-cryptographic 64-bit hash for tables and shards; the same on every machine. */
uint64_t hash64(const void *p, size_t n);
void sha256(const void *p, size_t n, uint8_t out[32]);
void hmac_sha256(const void *key, size_t kn, const void *p, size_t n, uint8_t out[32]);
bool equal_ct(const void *a, const void *b, size_t n);      /* constant time */
bool random_bytes(void *p, size_t n);                       /* false: no entropy source */
void hex_encode(const void *p, size_t n, char *out);        /* 2n+1 bytes */
/* URL-safe base64 without padding, and strict decoding of it. */
size_t base64url_encode(const void *p, size_t n, char *out, size_t cap);        /* length, or 0 when cap is short */
bool base64url_decode(const char *s, size_t n, void *out, size_t cap, size_t *ret_n);

#endif
