#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "chat.h"

static bool hmac_base64(const char *key, const char *text, char ret[EVP_MAX_MD_SIZE * 2])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &n))
		return false;
	EVP_EncodeBlock((unsigned char *)ret, mac, (int)n);
	return true;
}

/* The time, a line's end, the secret. */
static bool stamped(const char *secret, int64_t timestamp, struct buf *out)
{
	buf_put_i64(out, timestamp);
	buf_putc(out, '\n');
	buf_puts(out, secret);
	return buf_ok(out);
}

bool chat_sign_feishu(const char *secret, int64_t timestamp_s, struct buf *out)
{
	struct buf key = BUF_INIT;
	char text[EVP_MAX_MD_SIZE * 2];
	bool good = stamped(secret, timestamp_s, &key) && hmac_base64(key.data, "", text);
	if (good)
		buf_puts(out, text);
	buf_free(&key);
	return good && buf_ok(out);
}

bool chat_sign_dingtalk(const char *secret, int64_t timestamp_ms, struct buf *out)
{
	struct buf said = BUF_INIT;
	char text[EVP_MAX_MD_SIZE * 2];
	bool good = stamped(secret, timestamp_ms, &said) && hmac_base64(secret, said.data, text);
	for (const char *c = text; good && *c; c++)
		if (strchr("+/=", *c))
			buf_printf(out, "%%%02X", (unsigned)*c);
		else
			buf_putc(out, *c);
	buf_free(&said);
	return good && buf_ok(out);
}
