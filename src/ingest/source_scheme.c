/* What vendors do that a mapping cannot say: schemes with a cipher, each a row of the table. To add one: its two
 * functions, and a row.
 *
 * wecom  企业微信: XML around a ciphertext, signed by SHA-1 over the sorted token, timestamp, nonce and ciphertext; a
 * GET with echostr asks whether we are there. feishu 飞书 / Lark: JSON {"encrypt": ...} or plain, signed by SHA-256
 * over timestamp, nonce, key and body. A challenge comes unsigned. */
#include "source_priv.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

static const char *member(const json_t *secret, const char *name)
{
	const char *s = json_string_value(json_object_get(secret, name));
	return s && *s ? s : NULL;
}

/* AES-256-CBC without the library's padding. plain has room for n. */
static bool decipher(const uint8_t key[32], const uint8_t iv[16], const uint8_t *s, size_t n, uint8_t *plain)
{
	int got = 0, rest = 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	bool good = c && n && n % 16 == 0 && n < (size_t)1 << 30 &&
		    EVP_DecryptInit_ex(c, EVP_aes_256_cbc(), NULL, key, iv) == 1 &&
		    EVP_CIPHER_CTX_set_padding(c, 0) == 1 && EVP_DecryptUpdate(c, plain, &got, s, (int)n) == 1 &&
		    EVP_DecryptFinal_ex(c, plain + got, &rest) == 1 && (size_t)(got + rest) == n;
	EVP_CIPHER_CTX_free(c);
	return good;
}

/* PKCS #7 with blocks of up to `block` bytes. False: it is none. */
static bool unpad(const uint8_t *s, size_t *n, size_t block)
{
	size_t pad = *n ? s[*n - 1] : 0;
	if (!pad || pad > block || pad > *n)
		return false;
	for (size_t i = *n - pad; i < *n; i++)
		if (s[i] != pad)
			return false;
	*n -= pad;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status refused(struct err *e)
{
	return source_denied(e, "signature_invalid", "The signature is not one of this source's secrets.");
}

static enum status wecom_signed(const json_t *secret, const struct source_request *r, const char *cipher, struct err *e)
{
	const char *said = source_pair_find(r->query, r->n_query, "msg_signature");
	const char *parts[] = {member(secret, "token"), source_pair_find(r->query, r->n_query, "timestamp"),
	    source_pair_find(r->query, r->n_query, "nonce"), cipher};
	uint8_t hash[SHA_DIGEST_LENGTH];
	char hex[2 * SHA_DIGEST_LENGTH + 1];
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < 4; i++)
		if (!parts[i])
			return refused(e);
	qsort(parts, 4, sizeof parts[0], by_text);
	for (size_t i = 0; i < 4; i++)
		buf_puts(&b, parts[i]);
	bool good = said && buf_ok(&b);
	if (good) {
		SHA1((const unsigned char *)b.data, b.len, hash);
		hex_encode(hash, sizeof hash, hex);
		good = source_same(hex, said);
	}
	buf_free(&b);
	return good ? ST_OK : refused(e);
}

/* 16 random bytes, a length of 4, the message, and whom it is for. */
static enum status wecom_open(
    const json_t *secret, const char *cipher, struct arena *arena, const char **ret, size_t *ret_n, struct err *e)
{
	const char *key_text = member(secret, "encoding_aes_key"), *receiver = member(secret, "receive_id");
	const char *padded = key_text ? arena_printf(arena, "%s=", key_text) : NULL;
	uint8_t *key, *bytes;
	size_t key_n, n;
	if (!padded || !source_base64_read(arena, padded, strlen(padded), &key, &key_n) || key_n != 32 ||
	    !source_base64_read(arena, cipher, strlen(cipher), &bytes, &n))
		return refused(e);
	uint8_t *plain = arena_alloc(arena, n + 1);
	if (!plain)
		return adapter_nomem(e);
	if (!decipher(key, key, bytes, n, plain) || !unpad(plain, &n, 32) || n < 20)
		return refused(e);
	size_t len = (size_t)plain[16] << 24 | (size_t)plain[17] << 16 | (size_t)plain[18] << 8 | plain[19];
	if (len > n - 20)
		return refused(e);
	const char *whom = arena_strndup(arena, (const char *)plain + 20 + len, n - 20 - len);
	const char *message = arena_strndup(arena, (const char *)plain + 20, len);
	if (!whom || !message)
		return adapter_nomem(e);
	if (receiver && !source_same(whom, receiver))
		return refused(e);
	*ret = message;
	*ret_n = len;
	return ST_OK;
}

static enum status wecom_admit(const json_t *secret, struct source_request *r, struct arena *arena, struct err *e)
{
	json_t *xml;
	const char *cipher;
	enum status s = source_xml(r->body, r->body_n, &xml, e);
	if (s != ST_OK)
		return s == ST_NOMEM ? s : refused(e);
	cipher = source_scalar(arena, json_pointer_get(xml, "/xml/Encrypt"));
	json_decref(xml);
	s = cipher ? wecom_signed(secret, r, cipher, e) : refused(e);
	if (s == ST_OK)
		s = wecom_open(secret, cipher, arena, &r->body, &r->body_n, e);
	if (s == ST_OK)
		r->deciphered = true;
	return s;
}

static enum status wecom_greet(const json_t *secret, const struct source_request *r, struct arena *arena,
    const char **ret, size_t *ret_n, struct err *e)
{
	const char *echo = source_pair_find(r->query, r->n_query, "echostr");
	enum status s = echo ? wecom_signed(secret, r, echo, e) : refused(e);
	return s == ST_OK ? wecom_open(secret, echo, arena, ret, ret_n, e) : s;
}

static enum status feishu_open(
    const char *key_text, const char *cipher, struct source_request *r, struct arena *arena, struct err *e)
{
	uint8_t key[32], *bytes;
	size_t n;
	sha256(key_text, strlen(key_text), key);
	if (!source_base64_read(arena, cipher, strlen(cipher), &bytes, &n) || n < 32)
		return refused(e);
	n -= 16;
	uint8_t *plain = arena_alloc(arena, n + 1);
	if (!plain)
		return adapter_nomem(e);
	if (!decipher(key, bytes, bytes + 16, n, plain) || !unpad(plain, &n, 16))
		return refused(e);
	plain[n] = '\0';
	r->body = (const char *)plain;
	r->body_n = n;
	r->deciphered = true;
	return ST_OK;
}

static bool feishu_signed(const char *key, const struct source_request *r, const char *said)
{
	const char *timestamp = source_pair_find(r->headers, r->n_headers, "x-lark-request-timestamp"),
		   *nonce = source_pair_find(r->headers, r->n_headers, "x-lark-request-nonce");
	uint8_t hash[32];
	char hex[65];
	struct buf b = BUF_INIT;
	buf_puts(&b, timestamp ? timestamp : "");
	buf_puts(&b, nonce ? nonce : "");
	buf_puts(&b, key);
	buf_put(&b, r->body, r->body_n);
	bool good = timestamp && nonce && buf_ok(&b);
	if (good) {
		sha256(b.data, b.len, hash);
		hex_encode(hash, sizeof hash, hex);
		good = source_same(hex, said);
	}
	buf_free(&b);
	return good;
}

/* Whether the plain body names our token, and whether it is a challenge. */
static enum status feishu_token(
    const char *token, const struct source_request *r, struct arena *arena, bool *ret_challenge, struct err *e)
{
	json_t *body;
	enum status s = json_read(r->body, r->body_n, NULL, &body, e);
	if (s != ST_OK)
		return s == ST_NOMEM ? s : refused(e);
	const json_t *said = json_pointer_get(body, "/header/token");
	const char *text = source_scalar(arena, said ? said : json_object_get(body, "token"));
	const char *type = json_string_value(json_object_get(body, "type"));
	*ret_challenge = type && !strcmp(type, "url_verification");
	json_decref(body);
	return !token || (text && source_same(text, token)) ? ST_OK : refused(e);
}

static enum status feishu_admit(const json_t *secret, struct source_request *r, struct arena *arena, struct err *e)
{
	const char *key = member(secret, "encrypt_key"), *token = member(secret, "verification_token");
	const char *said = source_pair_find(r->headers, r->n_headers, "x-lark-signature");
	bool challenge = false, sound = key && said && feishu_signed(key, r, said);
	enum status s = ST_OK;
	if (key && said && !sound)
		return refused(e);
	if (key) {
		json_t *body;
		s = json_read(r->body, r->body_n, NULL, &body, e);
		if (s != ST_OK)
			return s == ST_NOMEM ? s : refused(e);
		const char *cipher = source_scalar(arena, json_object_get(body, "encrypt"));
		json_decref(body);
		s = cipher ? feishu_open(key, cipher, r, arena, e) : refused(e);
	}
	if (s == ST_OK)
		s = feishu_token(token, r, arena, &challenge, e);
	/* A ciphertext alone proves nothing about who put it together. */
	if (s == ST_OK && key && !sound && !challenge)
		s = refused(e);
	return s;
}

static const char *const wecom_secret[] = {"token", "encoding_aes_key", "receive_id", NULL};
static const char *const feishu_secret[] = {"verification_token", "encrypt_key", NULL};
static const struct source_scheme schemes[] = {
    {"wecom", wecom_secret, 2, wecom_admit, wecom_greet},
    {"feishu", feishu_secret, 0, feishu_admit, NULL},
};

const struct source_scheme *source_scheme_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof schemes / sizeof schemes[0]; i++)
		if (!strcmp(schemes[i].name, name))
			return &schemes[i];
	return NULL;
}
