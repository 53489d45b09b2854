/* Reading JSON from strangers: one scan of the bytes for what jansson does not check or checks too late, then jansson.
 *
 * The scan is not a parser. It knows strings, escapes and brackets well enough to find the limits and the forbidden
 * bytes; the grammar is jansson's. Where text is broken both ways, the first fault that the scan sees is the one told.
 */
#include "base/json.h"
#include "utf8_priv.h"

#include <string.h>

#define DEFAULT_BYTES ((size_t)256 * 1024)
#define DEFAULT_DEPTH 32u
#define DEFAULT_TOKENS ((size_t)20000)

struct scan {
	const unsigned char *s;
	size_t n;
	size_t at;
	size_t tokens;
	unsigned depth;
};

/* Line and column (both from 1, the column in characters) of a byte. */
static void locate(const unsigned char *s, size_t at, size_t *ret_line, size_t *ret_column)
{
	size_t line = 1;
	size_t column = 1;
	for (size_t i = 0; i < at; i++) {
		if (s[i] == '\n') {
			line++;
			column = 1;
		} else if ((s[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

static enum status fault(const struct scan *scan, size_t at, const char *what, struct err *e)
{
	size_t line;
	size_t column;
	locate(scan->s, at, &line, &column);
	return err_set(e, ST_INVALID, "json_invalid", "Line %zu, column %zu: %s.", line, column, what);
}

static int hex4(const unsigned char *s, size_t n)
{
	if (n < 4)
		return -1;
	int v = 0;
	for (int i = 0; i < 4; i++) {
		unsigned char c = s[i];
		unsigned char letter = c | 0x20;
		int digit = c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* The escape at scan->at, which is a backslash inside a string. */
static enum status scan_escape(struct scan *scan, struct err *e)
{
	const unsigned char *s = scan->s + scan->at;
	size_t left = scan->n - scan->at;
	if (left < 2)
		return fault(scan, scan->at, "the string does not end", e);
	if (s[1] == '\0' || !strchr("\"\\/bfnrtu", s[1]))
		return fault(scan, scan->at, "there is no such escape in a JSON string", e);
	if (s[1] != 'u') {
		scan->at += 2;
		return ST_OK;
	}
	int unit = hex4(s + 2, left - 2);
	if (unit < 0)
		return fault(scan, scan->at, "\\u needs four hexadecimal digits", e);
	if (unit == 0)
		return fault(scan, scan->at, "\\u0000 is not accepted in text", e);
	scan->at += 6;
	if (unit < 0xD800 || unit > 0xDFFF)
		return ST_OK;
	int low = left >= 12 && s[6] == '\\' && s[7] == 'u' ? hex4(s + 8, left - 8) : -1;
	if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		return fault(scan, scan->at - 6, "half of a surrogate pair stands alone", e);
	scan->at += 6;
	return ST_OK;
}

/* The string whose opening quote is at scan->at. */
static enum status scan_string(struct scan *scan, struct err *e)
{
	size_t start = scan->at++;
	while (scan->at < scan->n) {
		unsigned char c = scan->s[scan->at];
		if (c == '"') {
			scan->at++;
			return ST_OK;
		}
		if (c == '\\') {
			enum status st = scan_escape(scan, e);
			if (st != ST_OK)
				return st;
		} else if (c < 0x20) {
			return fault(scan, scan->at, "a control character in a string must be escaped", e);
		} else if (c < 0x80) {
			scan->at++;
		} else {
			uint32_t cp;
			size_t len = utf8_decode(scan->s + scan->at, scan->n - scan->at, &cp);
			if (!len)
				return fault(scan, scan->at, "the bytes are not UTF-8", e);
			scan->at += len;
		}
	}
	return fault(scan, start, "the string does not end", e);
}

static bool in_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
	       c == '.';
}

/* Anything outside a string that is neither white space nor punctuation. */
static enum status scan_word(struct scan *scan, struct err *e)
{
	unsigned char c = scan->s[scan->at];
	if (c >= 0x80) {
		uint32_t cp;
		if (!utf8_decode(scan->s + scan->at, scan->n - scan->at, &cp))
			return fault(scan, scan->at, "the bytes are not UTF-8", e);
		if (scan->at == 0 && cp == 0xFEFF)
			return fault(scan, scan->at, "JSON must not begin with a byte order mark", e);
	}
	if (!in_word(c))
		return fault(scan, scan->at, c ? "unexpected character" : "unexpected NUL byte", e);
	while (scan->at < scan->n && in_word(scan->s[scan->at]))
		scan->at++;
	return ST_OK;
}

static enum status scan_all(struct scan *scan, unsigned max_depth, size_t max_tokens, struct err *e)
{
	while (scan->at < scan->n) {
		enum status st = ST_OK;
		switch (scan->s[scan->at]) {
		case ' ':
		case '\t':
		case '\n':
		case '\r':
		case ',':
		case ':':
			scan->at++;
			continue;
		case ']':
		case '}':
			if (scan->depth == 0)
				return fault(scan, scan->at, "nothing is open here to be closed", e);
			scan->depth--;
			scan->at++;
			continue;
		case '[':
		case '{':
			if (++scan->depth > max_depth)
				return err_set(e, ST_TOO_LARGE, "json_too_deep",
				    "JSON is nested more than %u levels deep.", max_depth);
			scan->at++;
			break;
		case '"':
			st = scan_string(scan, e);
			break;
		default:
			st = scan_word(scan, e);
		}
		if (st != ST_OK)
			return st;
		if (++scan->tokens > max_tokens)
			return err_set(
			    e, ST_TOO_LARGE, "json_too_large", "JSON has more than %zu values and keys.", max_tokens);
	}
	if (scan->tokens == 0)
		return err_set(e, ST_INVALID, "json_invalid", "The JSON text is empty.");
	return ST_OK;
}

/* jansson's error in the words and with the position that the scan uses. */
static enum status explain(const struct scan *scan, const json_error_t *error, struct err *e)
{
	enum json_error_code code = json_error_code(error);
	/* A failed allocation in the middle of a value leaves the text empty. */
	if (code == json_error_out_of_memory || error->text[0] == '\0')
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	/* jansson has consumed `position` bytes: the fault is at or before the last of them. */
	size_t at = error->position > 0 ? (size_t)error->position - 1 : 0;
	if (at > scan->n)
		at = scan->n;
	switch (code) {
	case json_error_premature_end_of_input:
		return fault(scan, scan->n, "the JSON text ends too early", e);
	case json_error_end_of_input_expected:
		return fault(scan, at, "more text follows the end of the JSON value", e);
	case json_error_duplicate_key:
		return fault(scan, at, "the object has this key twice", e);
	case json_error_numeric_overflow:
		return fault(scan, at, "the number is too big", e);
	default:
		return fault(scan, at, error->text, e);
	}
}

enum status json_read(const char *s, size_t n, const struct json_limits *limits, json_t **ret, struct err *e)
{
	struct json_limits l = limits ? *limits : (struct json_limits){0};
	size_t max_bytes = l.max_bytes ? l.max_bytes : DEFAULT_BYTES;
	if (n > max_bytes)
		return err_set(e, ST_TOO_LARGE, "json_too_large", "JSON is larger than %zu bytes.", max_bytes);
	struct scan scan = {.s = (const unsigned char *)s, .n = n};
	enum status st =
	    scan_all(&scan, l.max_depth ? l.max_depth : DEFAULT_DEPTH, l.max_tokens ? l.max_tokens : DEFAULT_TOKENS, e);
	if (st != ST_OK)
		return st;
	json_error_t error;
	memset(&error, 0, sizeof(error));
	json_t *v = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!v)
		return explain(&scan, &error, e);
	*ret = v;
	return ST_OK;
}
