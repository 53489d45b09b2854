/* Webhooks by the Standard Webhooks specification (standardwebhooks.com): secrets, signatures, and the kind "standard".
 */
#include <openssl/evp.h>
#include <string.h>

#include "base/json.h"
#include "webhook_priv.h"

#define PREFIX "whsec_"
#define KEY_BYTES 32
#define KEY_MIN 24
#define KEY_MAX 64

void webhook_base64(const void *p, size_t n, struct buf *out)
{
	size_t length = (n + 2) / 3 * 4;
	if (n > INT32_MAX / 2 || !buf_reserve(out, length + 1)) {
		out->failed = true;
		return;
	}
	EVP_EncodeBlock((unsigned char *)out->data + out->len, p, (int)n);
	out->len += length;
}

bool webhook_secret_make(struct webhook_secret *ret)
{
	unsigned char key[KEY_BYTES], text[KEY_BYTES * 2];
	if (!random_bytes(key, sizeof key))
		return false;
	EVP_EncodeBlock(text, key, KEY_BYTES);
	snprintf(ret->text, sizeof ret->text, PREFIX "%s", (const char *)text);
	ret->expires_at = INSTANT_NEVER;
	return true;
}

/* The key's bytes; 0: it is none. */
static size_t key_of(const char *text, unsigned char key[KEY_MAX + 3])
{
	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	text += strlen(PREFIX);
	size_t n = strlen(text), pad = n && text[n - 1] == '=' ? 1 + (n > 1 && text[n - 2] == '=') : 0;
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	if (n % 4 || n / 4 * 3 > KEY_MAX + 2 || strspn(text, letters) != n - pad)
		return 0;
	int length = EVP_DecodeBlock(key, (const unsigned char *)text, (int)n);
	size_t bytes = length < 0 ? 0 : (size_t)length - pad;
	return bytes >= KEY_MIN && bytes <= KEY_MAX ? bytes : 0;
}

bool webhook_secret_valid(const char *text)
{
	unsigned char key[KEY_MAX + 3];
	return strlen(text) < sizeof(struct webhook_secret){0}.text && key_of(text, key) > 0;
}

bool webhook_secrets_live(const char *json, int64_t now, struct webhook_secret ret[WEBHOOK_SECRETS_MAX], size_t *ret_n)
{
	struct webhook_secret live[WEBHOOK_SECRETS_MAX];
	json_t *list = json_loads(json, 0, NULL);
	size_t n = 0, i;
	json_t *item;
	if (!json_is_array(list)) {
		json_decref(list);
		return false;
	}
	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(json_object_get(item, "secret"));
		const json_t *expires = json_object_get(item, "expires_at");
		int64_t until = INSTANT_NEVER;
		if (json_is_string(expires))
			(void)instant_parse(json_string_value(expires), json_string_length(expires), &until);
		if (!text || until <= now || n == WEBHOOK_SECRETS_MAX)
			continue;
		snprintf(live[n].text, sizeof live[n].text, "%s", text);
		live[n++].expires_at = until;
	}
	json_decref(list);
	memcpy(ret, live, n * sizeof live[0]);
	*ret_n = n;
	return true;
}

bool webhook_sign(const char *secret, const char *id, int64_t timestamp_s, const char *body, size_t n, struct buf *out)
{
	unsigned char key[KEY_MAX + 3];
	uint8_t hash[32];
	struct buf signed_text = BUF_INIT;
	size_t key_n = key_of(secret, key);
	buf_printf(&signed_text, "%s.%lld.", id, (long long)timestamp_s);
	buf_put(&signed_text, body, n);
	bool good = key_n && buf_ok(&signed_text);
	if (good) {
		hmac_sha256(key, key_n, signed_text.data, signed_text.len, hash);
		buf_puts(out, "v1,");
		webhook_base64(hash, sizeof hash, out);
	}
	buf_free(&signed_text);
	return good && buf_ok(out);
}

enum status webhook_standard_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	(void)n;
	int64_t seconds = now / 1000;
	buf_puts(&ret->body, "{\"type\":");
	buf_json_str(&ret->body, m->type);
	buf_puts(&ret->body, ",\"timestamp\":");
	buf_json_time(&ret->body, m->at);
	buf_puts(&ret->body, ",\"data\":");
	if (!webhook_cut(m->data, WEBHOOK_BODY_MAX - 1 - ret->body.len, &ret->body))
		ret->body.failed = true;
	buf_putc(&ret->body, '}');
	buf_printf(
	    &ret->headers, "webhook-id: %s\nwebhook-timestamp: %lld\nwebhook-signature:", m->id, (long long)seconds);
	for (size_t i = 0; i < p->n_secrets; i++) {
		buf_putc(&ret->headers, ' ');
		if (!buf_ok(&ret->body) ||
		    !webhook_sign(p->secrets[i].text, m->id, seconds, ret->body.data, ret->body.len, &ret->headers))
			ret->headers.failed = true;
	}
	buf_putc(&ret->headers, '\n');
	return buf_ok(&ret->body) && buf_ok(&ret->headers) ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}
