/* Who calls: none, basic, header, query, body, hmac, or a scheme that is code. Every secret that is live is tried, so
 * that one can be replaced by another without a call being lost. */
#include "source_priv.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

#define TOLERANCE_S 300

enum status source_denied(struct err *e, const char *code, const char *detail)
{
	return err_set(e, ST_DENIED, code, "%s", detail);
}

bool source_same(const char *a, const char *b)
{
	size_t n = strlen(a);
	return n == strlen(b) && equal_ct(a, b, n);
}

const char *source_base64(struct arena *arena, const void *p, size_t n)
{
	char *out = arena_alloc(arena, 4 * ((n + 2) / 3) + 1);
	if (out)
		EVP_EncodeBlock((unsigned char *)out, p, (int)n);
	return out;
}

bool source_base64_read(struct arena *arena, const char *s, size_t n, uint8_t **ret, size_t *ret_n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t body = n;
	while (body && n - body < 2 && s[body - 1] == '=')
		body--;
	bool good = n && n % 4 == 0 && n < (size_t)1 << 28;
	for (size_t i = 0; good && i < body; i++)
		good = memchr(alphabet, s[i], 64) != NULL;
	uint8_t *out = good ? arena_alloc(arena, n) : NULL;
	int got = out ? EVP_DecodeBlock(out, (const unsigned char *)s, (int)n) : -1;
	if (got < 0)
		return false;
	*ret = out;
	*ret_n = (size_t)got - (n - body);
	return true;
}

static const char *text(const json_t *object, const char *name, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(object, name));
	return s ? s : otherwise;
}

static enum status wrong(struct err *e)
{
	return source_denied(e, "signature_invalid", "The signature is not one of this source's secrets.");
}

/* "Basic " and base64 of user:password. */
static bool basic_is(const json_t *auth, const char *secret, const struct source_request *r, struct arena *arena)
{
	const char *said = source_pair_find(r->headers, r->n_headers, "authorization");
	const char *want = arena_printf(arena, "%s:%s", text(auth, "username", ""), secret);
	const char *coded = want ? source_base64(arena, want, strlen(want)) : NULL;
	if (!said || strncasecmp(said, "Basic ", 6) != 0 || !coded)
		return false;
	said += 6 + strspn(said + 6, " ");
	return source_same(said, coded);
}

static bool prefixed_is(const char *said, const char *prefix, const char *secret)
{
	size_t n = strlen(prefix);
	return said && !strncmp(said, prefix, n) && source_same(said + n, secret);
}

/* Of "t=1,v1=abc" the value of v1; the whole when no field is asked for. */
static const char *field_of(struct arena *arena, const char *header, const char *field)
{
	if (!field || !header)
		return header;
	size_t n = strlen(field);
	for (const char *at = header; *at;) {
		at += strspn(at, ", ");
		size_t len = strcspn(at, ",");
		if (len > n && !strncmp(at, field, n) && at[n] == '=')
			return arena_strndup(arena, at + n + 1, len - n - 1);
		at += len;
	}
	return NULL;
}

static const char *coded(struct arena *arena, const char *encoding, const uint8_t *p, size_t n)
{
	char *hex;
	if (!strcmp(encoding, "base64"))
		return source_base64(arena, p, n);
	if (!(hex = arena_alloc(arena, 2 * n + 1)))
		return NULL;
	if (!strcmp(encoding, "base64url"))
		hex[base64url_encode(p, n, hex, 2 * n)] = '\0';
	else
		hex_encode(p, n, hex);
	return hex;
}

struct hmac_call {
	const json_t *auth;
	const struct source_request *r;
	struct arena *arena;
	const char *said, *timestamp;
};

/* One spelling of where we were called. */
static enum status hmac_is(const struct hmac_call *h, const char *secret, const char *base, bool *ret, struct err *e)
{
	const char *algorithm = text(h->auth, "algorithm", "sha256"), *encoding = text(h->auth, "encoding", "hex");
	const EVP_MD *md = !strcmp(algorithm, "sha1")     ? EVP_sha1()
			   : !strcmp(algorithm, "sha512") ? EVP_sha512()
							  : EVP_sha256();
	uint8_t mac[EVP_MAX_MD_SIZE], *key = (uint8_t *)(uintptr_t)secret;
	unsigned mac_n = 0;
	size_t key_n = strlen(secret);
	struct buf b = BUF_INIT;
	struct source_view v = {.arena = h->arena, .r = h->r, .timestamp = h->timestamp, .base = base};
	if (!strcmp(text(h->auth, "secret_encoding", "text"), "base64") &&
	    !source_base64_read(h->arena, secret, strlen(secret), &key, &key_n))
		return ST_OK;
	enum status s = source_fill(&v, text(h->auth, "signed", "{body}"), NULL, &b, e);
	if (s == ST_OK &&
	    HMAC(md, key, (int)key_n, (const unsigned char *)(b.data ? b.data : ""), b.len, mac, &mac_n)) {
		const char *made = coded(h->arena, encoding, mac, mac_n);
		/* Letters of hexadecimal digits mean the same in either case. */
		char *said = made ? arena_strdup(h->arena, h->said) : NULL;
		for (char *c = said; c && *c && !strcmp(encoding, "hex"); c++)
			if (*c >= 'A' && *c <= 'F')
				*c = (char)(*c + 32);
		*ret = said && source_same(made, said);
	}
	buf_free(&b);
	return s;
}

static enum status hmac_begin(
    const json_t *auth, const struct source_request *r, struct arena *arena, struct hmac_call *h, struct err *e)
{
	const json_t *stamp = json_object_get(auth, "timestamp");
	const char *prefix = text(auth, "prefix", "");
	*h = (struct hmac_call){.auth = auth, .r = r, .arena = arena};
	h->said = field_of(
	    arena, source_pair_find(r->headers, r->n_headers, text(auth, "header", "")), text(auth, "field", NULL));
	if (!h->said || strncmp(h->said, prefix, strlen(prefix)) != 0)
		return source_denied(
		    e, "signature_required", "The request does not have the signature that this source asks for.");
	h->said += strlen(prefix);
	if (!stamp)
		return ST_OK;
	const char *header = text(stamp, "header", text(auth, "header", ""));
	h->timestamp = field_of(arena, source_pair_find(r->headers, r->n_headers, header), text(stamp, "field", NULL));
	char *end = NULL;
	long long at = h->timestamp ? strtoll(h->timestamp, &end, 10) : 0;
	if (!end || end == h->timestamp || *end || at < 0 || at > INT64_MAX / 2000)
		return source_denied(e, "timestamp_invalid", "The request does not say when it was signed.");
	const json_t *tolerance = json_object_get(stamp, "tolerance_s");
	int64_t most = 1000 * (tolerance ? json_integer_value(tolerance) : TOLERANCE_S);
	int64_t ms = strcmp(text(stamp, "unit", "s"), "ms") ? at * 1000 : at;
	if (ms < r->received_at - most || ms > r->received_at + most)
		return source_denied(
		    e, "timestamp_invalid", "The request was signed too long ago, or a clock is wrong.");
	return ST_OK;
}

static enum status hmac(
    const json_t *auth, const json_t *secrets, const struct source_request *r, struct arena *arena, struct err *e)
{
	struct hmac_call h;
	enum status s = hmac_begin(auth, r, arena, &h, e);
	const char *host = r->host ? r->host : "";
	/* What a proxy in front of us was called by is not known here; a wrong guess lets nobody in. */
	const char *bases[] = {text(auth, "base_url", NULL), arena_printf(arena, "https://%s", host),
	    arena_printf(arena, "http://%s", host)};
	bool is = false;
	for (size_t i = 0; i < json_array_size(secrets) && s == ST_OK && !is; i++)
		for (size_t k = 0; k < 3 && s == ST_OK && !is; k++)
			if (bases[k])
				s = hmac_is(&h, json_string_value(json_array_get(secrets, i)), bases[k], &is, e);
	return s == ST_OK && !is ? wrong(e) : s;
}

static enum status coded_scheme(
    const struct source_scheme *x, const json_t *secrets, struct source_request *r, struct arena *arena, struct err *e)
{
	enum status s = wrong(e);
	for (size_t i = 0; i < json_array_size(secrets) && s == ST_DENIED; i++) {
		struct source_request one = *r;
		s = x->admit(json_array_get(secrets, i), &one, arena, e);
		if (s == ST_OK)
			*r = one;
	}
	return s;
}

/* Everything that stands outside the body. */
static enum status outside(
    const json_t *auth, const json_t *secrets, struct source_request *r, struct arena *arena, struct err *e)
{
	const char *scheme = text(auth, "scheme", "none");
	const struct source_scheme *x = source_scheme_find(scheme);
	if (!strcmp(scheme, "none") || !strcmp(scheme, "body"))
		return ST_OK;
	if (x)
		return coded_scheme(x, secrets, r, arena, e);
	if (!strcmp(scheme, "hmac"))
		return hmac(auth, secrets, r, arena, e);
	bool is = false;
	for (size_t i = 0; i < json_array_size(secrets) && !is; i++) {
		const char *secret = json_string_value(json_array_get(secrets, i));
		if (!secret)
			continue;
		if (!strcmp(scheme, "basic"))
			is = basic_is(auth, secret, r, arena);
		else if (!strcmp(scheme, "header"))
			is = prefixed_is(source_pair_find(r->headers, r->n_headers, text(auth, "header", "")),
			    text(auth, "prefix", ""), secret);
		else if (!strcmp(scheme, "query"))
			is = prefixed_is(
			    source_pair_find(r->query, r->n_query, text(auth, "parameter", "token")), "", secret);
	}
	return is ? ST_OK
		  : source_denied(e, "token_invalid", "The request does not have one of this source's secrets.");
}

static bool names_token(const json_t *auth, const json_t *secrets, json_t *payload, struct arena *arena)
{
	const char *said = source_scalar(arena, json_pointer_get(payload, text(auth, "pointer", "/token")));
	bool is = false;
	for (size_t i = 0; said && i < json_array_size(secrets); i++) {
		const char *secret = json_string_value(json_array_get(secrets, i));
		is = (secret && source_same(said, secret)) || is;
	}
	return is;
}

enum status source_admit(const json_t *mapping, const json_t *secrets, struct source_request *r, struct arena *arena,
    json_t **ret_payload, struct err *e)
{
	const json_t *auth = json_object_get(mapping, "auth");
	const char *scheme = text(auth, "scheme", "none");
	const struct source_scheme *x = source_scheme_find(scheme);
	json_t *payload = NULL;
	if (!strcmp(r->method, "GET") && x && x->greet) {
		*ret_payload = NULL; /* source_handshake verifies it */
		return ST_OK;
	}
	enum status s = outside(auth, secrets, r, arena, e);
	if (s == ST_OK && strcmp(r->method, "GET") != 0)
		s = source_payload(mapping, r, arena, &payload, e);
	if (!strcmp(scheme, "body") && s != ST_NOMEM && (s != ST_OK || !names_token(auth, secrets, payload, arena)))
		s = source_denied(e, "token_invalid", "The request does not have one of this source's secrets.");
	if (s == ST_OK)
		*ret_payload = payload;
	else
		json_decref(payload);
	return s;
}
