/* Parsing of the request target. */
#include "target_priv.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static int hex(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes s[0..n) in place and terminates it (s[n] belongs to it). In a path `+` stands for itself, and an escaped
 * slash or backslash is refused, since it would read as a separator after decoding; but for a slash from `tail` on, where
 * the rest of the path is one value. */
static enum refusal decode(char *s, size_t n, bool path, size_t tail, size_t *ret_n)
{
	size_t out = 0;
	bool ascii = true;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '%') {
			int hi = n - i >= 3 ? hex((unsigned char)s[i + 1]) : -1;
			int lo = n - i >= 3 ? hex((unsigned char)s[i + 2]) : -1;
			if (hi < 0 || lo < 0)
				return REFUSE_ESCAPE;
			c = (unsigned char)(hi * 16 + lo);
			i += 2;
			if (path && ((c == '/' && i < tail) || c == '\\'))
				return REFUSE_ESCAPE;
		} else if (c == '+' && !path) {
			c = ' ';
		} else if (c >= 0x80 || c == ' ') {
			return REFUSE_TARGET; /* must be escaped */
		}
		if (c < 0x20 || c == 0x7F)
			return REFUSE_CONTROL;
		ascii = ascii && c < 0x80;
		s[out++] = (char)c;
	}
	s[out] = '\0';
	if (!ascii && !utf8_valid(s, out))
		return REFUSE_UTF8;
	*ret_n = out;
	return REFUSE_NONE;
}

/* Empty segments and dot segments of a decoded path: proxies and file systems disagree about them, so nobody gets to
 * use them. */
static bool path_plain(const char *s, size_t n)
{
	if (n == 0 || s[0] != '/' || memchr(s, '\\', n))
		return false;
	for (size_t at = 0; at < n;) {
		const char *segment = s + at + 1;
		const char *slash = memchr(segment, '/', n - at - 1);
		size_t len = slash ? (size_t)(slash - segment) : n - at - 1;
		if (len == 0 && (slash || at > 0))
			return slash ==
			       NULL; /* a single trailing slash is a path of its own: not found, but not malformed */
		if ((len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.'))
			return false;
		at += len + 1;
	}
	return true;
}

static enum refusal split_query(char *s, size_t n, struct api_call *c)
{
	char *end = s + n;
	while (s < end) {
		char *piece_end = memchr(s, '&', (size_t)(end - s));
		if (!piece_end)
			piece_end = end;
		char *piece = s;
		size_t len = (size_t)(piece_end - piece);
		s = piece_end + 1;
		if (len == 0)
			continue;
		if (c->n_query == API_QUERY_PARAMS_MAX)
			return REFUSE_QUERY_COUNT;
		char *equals = memchr(piece, '=', len);
		size_t name_len = equals ? (size_t)(equals - piece) : len;
		char *value = equals ? equals + 1 : piece + len;
		size_t value_len = (size_t)(piece + len - value);
		enum refusal f = decode(value, value_len, false, 0, &value_len);
		if (!f)
			f = decode(piece, name_len, false, 0, &name_len);
		if (f)
			return f;
		if (name_len == 0)
			return REFUSE_QUERY_NAME;
		for (size_t i = 0; i < c->n_query; i++)
			if (strcmp(c->query[i].name, piece) == 0)
				return REFUSE_QUERY_DUPLICATE;
		c->query[c->n_query++] = (struct api_pair){piece, value};
	}
	return REFUSE_NONE;
}

/* http://host/path -> the length of http://host, which must be the Host header's; 0: no such thing. */
static size_t authority_length(const char *raw, const char *host)
{
	size_t at = 0;
	if (strncasecmp(raw, "http://", 7) == 0)
		at = 7;
	else if (strncasecmp(raw, "https://", 8) == 0)
		at = 8;
	else
		return 0;
	size_t len = strcspn(raw + at, "/?#");
	if (!host || len == 0 || len != strlen(host) || strncasecmp(raw + at, host, len) != 0)
		return 0;
	return at + len;
}

enum refusal target_parse(char *raw, size_t n, const char *host, struct api_call *c)
{
	c->n_query = 0;
	if (n > 0 && raw[0] != '/') {
		size_t skip = authority_length(raw, host);
		if (skip == 0)
			return REFUSE_TARGET;
		raw += skip;
		n -= skip;
	}
	if (memchr(raw, '#', n))
		return REFUSE_TARGET;
	char *query = memchr(raw, '?', n);
	size_t path_len = query ? (size_t)(query - raw) : n;
	size_t query_len = query ? n - path_len - 1 : 0;
	if (path_len > TARGET_PATH_MAX || query_len > TARGET_QUERY_MAX)
		return REFUSE_TARGET_LENGTH;
	/* The query first: decoding the path writes its NUL over the question mark. */
	if (query) {
		enum refusal f = split_query(query + 1, query_len, c);
		if (f)
			return f;
	}
	if (path_len == 0) {
		c->path = "/";
		return REFUSE_NONE;
	}
	enum refusal f = decode(raw, path_len, true, api_path_tail(raw, path_len), &path_len);
	if (f)
		return f;
	if (!path_plain(raw, path_len))
		return REFUSE_PATH;
	c->path = raw;
	return REFUSE_NONE;
}
