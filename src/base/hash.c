/* Hashes. SHA-256 uses OpenSSL's low-level functions on a state that lives on the stack: they cannot fail and do not
 * allocate, and the EVP interface costs more than hashing an event key does. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/ident.h"

#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

void sha256(const void *p, size_t n, uint8_t out[32])
{
	SHA256_CTX c;
	SHA256_Init(&c);
	SHA256_Update(&c, p, n);
	SHA256_Final(out, &c);
}

/* RFC 2104. */
void hmac_sha256(const void *key, size_t kn, const void *p, size_t n, uint8_t out[32])
{
	uint8_t block[SHA256_CBLOCK] = {0};
	if (kn > sizeof(block))
		sha256(key, kn, block);
	else if (kn)
		memcpy(block, key, kn);
	uint8_t pad[SHA256_CBLOCK];
	SHA256_CTX c;
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x36;
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof(pad));
	SHA256_Update(&c, p, n);
	uint8_t inner[32];
	SHA256_Final(inner, &c);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x5C;
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof(pad));
	SHA256_Update(&c, inner, sizeof(inner));
	SHA256_Final(out, &c);
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(pad, sizeof(pad));
	OPENSSL_cleanse(&c, sizeof(c));
}

struct uuid hash128(const void *a, size_t an, const void *b, size_t bn)
{
	uint64_t length = htole64(an);
	uint8_t digest[32];
	SHA256_CTX c;
	SHA256_Init(&c);
	SHA256_Update(&c, &length, sizeof(length));
	SHA256_Update(&c, a, an);
	length = htole64(bn);
	SHA256_Update(&c, &length, sizeof(length));
	SHA256_Update(&c, b, bn);
	SHA256_Final(digest, &c);
	struct uuid u;
	memcpy(u.b, digest, sizeof(u.b));
	return u;
}

static inline uint64_t mix(uint64_t x)
{
	/* The finaliser of MurmurHash3: each input bit reaches each output bit. */
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

uint64_t hash64(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n * UINT64_C(0xc6a4a7935bd1e995);
	uint64_t word;
	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&word, s, 8);
		h = (h ^ mix(le64toh(word))) * UINT64_C(0xc6a4a7935bd1e995);
	}
	if (n) {
		word = 0;
		memcpy(&word, s, n);
		h = (h ^ mix(le64toh(word))) * UINT64_C(0xc6a4a7935bd1e995);
	}
	return mix(h);
}

bool equal_ct(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
