/* URL-safe base64 without padding (RFC 4648, section 5). */
#include "base/ident.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

size_t base64url_encode(const void *p, size_t n, char *out, size_t cap)
{
	const unsigned char *in = p;
	if (n > (SIZE_MAX - 4) / 4 * 3)
		return 0;
	size_t length = n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0);
	if (cap <= length) {
		if (cap)
			out[0] = '\0';
		return 0;
	}
	size_t at = 0;
	for (size_t i = 0; i < n; i += 3) {
		unsigned bits = (unsigned)in[i] << 16;
		if (i + 1 < n)
			bits |= (unsigned)in[i + 1] << 8;
		if (i + 2 < n)
			bits |= in[i + 2];
		for (int shift = 18; shift >= 0 && at < length; shift -= 6)
			out[at++] = alphabet[bits >> shift & 63];
	}
	out[at] = '\0';
	return at;
}

bool base64url_decode(const char *s, size_t n, void *out, size_t cap, size_t *ret_n)
{
	unsigned char *to = out;
	size_t length = n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
	if (n % 4 == 1 || length > cap)
		return false;
	/* Checked whole before the first byte is written: outputs stay untouched on failure. */
	for (size_t i = 0; i < n; i++)
		if (value(s[i]) < 0)
			return false;
	/* The bits beyond the last byte must be zero, or one value would have several spellings. */
	if ((n % 4 == 2 && (value(s[n - 1]) & 15)) || (n % 4 == 3 && (value(s[n - 1]) & 3)))
		return false;
	unsigned bits = 0;
	int held = 0;
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		bits = (bits << 6 | (unsigned)value(s[i])) & 0xFFFFFF;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[at++] = (unsigned char)(bits >> held);
		}
	}
	*ret_n = at;
	return true;
}
