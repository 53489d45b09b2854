/* The grammar of JSON, its bytes and the limits, in one pass without allocating.
 *
 * jansson would find most of this too, but later, with positions at the end of a token, and with a failed allocation
 * told as bad syntax. After this pass what jansson still refuses has few causes. */
#include "json_scan_priv.h"
#include "utf8_priv.h"

#include <string.h>

enum expect {
	VALUE,
	VALUE_OR_CLOSE, /* after [ */
	KEY,            /* after a comma in an object */
	KEY_OR_CLOSE,   /* after { */
	COLON,
	AFTER_VALUE,
};

struct scan {
	const unsigned char *s;
	size_t n;
	size_t at;
	size_t tokens;
	unsigned depth;
	enum expect expect;
	unsigned char objects[JSON_SCAN_DEPTH_MAX / 8]; /* a bit per open bracket: it is a { */
};

enum status json_scan_fault(const char *s, size_t at, const char *what, struct err *e)
{
	size_t line = 1;
	size_t column = 1;
	for (size_t i = 0; i < at; i++) {
		if (s[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)s[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	return err_set(e, ST_INVALID, "json_invalid", "Line %zu, column %zu: %s.", line, column, what);
}

static enum status fault(const struct scan *scan, size_t at, const char *what, struct err *e)
{
	return json_scan_fault((const char *)scan->s, at, what, e);
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
	if (unit < 0xD800 || unit > 0xDFFF) {
		scan->at += 6;
		return ST_OK;
	}
	int low = left >= 12 && s[6] == '\\' && s[7] == 'u' ? hex4(s + 8, left - 8) : -1;
	if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		return fault(scan, scan->at, "half of a surrogate pair stands alone", e);
	scan->at += 12;
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

static bool digit_at(const struct scan *scan, size_t at)
{
	return at < scan->n && scan->s[at] >= '0' && scan->s[at] <= '9';
}

/* How many bytes from `at` could belong to a number or a literal. */
static size_t word_length(const struct scan *scan, size_t at)
{
	size_t n = 0;
	for (; at + n < scan->n; n++) {
		unsigned char c = scan->s[at + n];
		unsigned char letter = c | 0x20;
		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')
			break;
	}
	return n;
}

/* Length of the number at scan->at by RFC 8259, section 6; 0: it is none. */
static size_t number_length(const struct scan *scan)
{
	size_t i = scan->at;
	if (scan->s[i] == '-')
		i++;
	if (!digit_at(scan, i))
		return 0;
	if (scan->s[i] == '0')
		i++;
	else
		while (digit_at(scan, i))
			i++;
	if (i < scan->n && scan->s[i] == '.') {
		if (!digit_at(scan, ++i))
			return 0;
		while (digit_at(scan, i))
			i++;
	}
	if (i < scan->n && (scan->s[i] | 0x20) == 'e') {
		i++;
		if (i < scan->n && (scan->s[i] == '+' || scan->s[i] == '-'))
			i++;
		if (!digit_at(scan, i))
			return 0;
		while (digit_at(scan, i))
			i++;
	}
	return i - scan->at;
}

/* A number or a literal. */
static enum status scan_word(struct scan *scan, struct err *e)
{
	static const char *const literals[] = {"true", "false", "null"};
	const char *word = (const char *)scan->s + scan->at;
	size_t n = word_length(scan, scan->at);
	if (n == 0)
		return fault(scan, scan->at, "a value is expected here", e);
	bool good = false;
	bool number = *word == '-' || *word == '+' || *word == '.' || digit_at(scan, scan->at);
	if (number)
		good = number_length(scan) == n;
	for (size_t i = 0; !number && i < sizeof(literals) / sizeof(literals[0]); i++)
		good |= strlen(literals[i]) == n && memcmp(literals[i], word, n) == 0;
	if (!good)
		return fault(scan, scan->at,
		    number ? "this is not a JSON number" : "the only words in JSON are true, false and null", e);
	scan->at += n;
	return ST_OK;
}

static bool in_object(const struct scan *scan)
{
	return scan->depth && (scan->objects[(scan->depth - 1) / 8] >> ((scan->depth - 1) % 8) & 1);
}

static void open_bracket(struct scan *scan)
{
	bool object = scan->s[scan->at++] == '{';
	unsigned char bit = (unsigned char)(1u << (scan->depth % 8));
	unsigned char *byte = &scan->objects[scan->depth / 8];
	*byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
	scan->depth++;
	scan->expect = object ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
}

static void close_bracket(struct scan *scan)
{
	scan->at++;
	scan->depth--;
	scan->expect = AFTER_VALUE;
}

/* What may follow a value: a comma or the bracket that closes. */
static enum status scan_after(struct scan *scan, struct err *e)
{
	unsigned char c = scan->s[scan->at];
	if (scan->depth == 0)
		return fault(scan, scan->at, "more text follows the end of the JSON value", e);
	bool object = in_object(scan);
	if (c == ',') {
		scan->at++;
		scan->expect = object ? KEY : VALUE;
		return ST_OK;
	}
	if (c != (object ? '}' : ']'))
		return fault(
		    scan, scan->at, object ? "a comma or } is expected here" : "a comma or ] is expected here", e);
	close_bracket(scan);
	return ST_OK;
}

/* The next token, whose first byte is at scan->at. */
static enum status scan_token(struct scan *scan, struct err *e)
{
	unsigned char c = scan->s[scan->at];
	bool key = scan->expect == KEY || scan->expect == KEY_OR_CLOSE;
	bool may_close = scan->expect == KEY_OR_CLOSE || scan->expect == VALUE_OR_CLOSE;
	enum status st;
	if (scan->expect == AFTER_VALUE)
		return scan_after(scan, e);
	if (scan->expect == COLON) {
		if (c != ':')
			return fault(scan, scan->at, "a colon is expected here", e);
		scan->at++;
		scan->expect = VALUE;
		return ST_OK;
	}
	if (may_close && c == (key ? '}' : ']')) {
		close_bracket(scan);
		return ST_OK;
	}
	if (key) {
		if (c != '"')
			return fault(scan, scan->at, "a key in double quotes is expected here", e);
		scan->tokens++;
		st = scan_string(scan, e);
		scan->expect = COLON;
		return st;
	}
	scan->tokens++;
	if (c == '{' || c == '[') {
		open_bracket(scan);
		return ST_OK;
	}
	st = c == '"' ? scan_string(scan, e) : scan_word(scan, e);
	scan->expect = AFTER_VALUE;
	return st;
}

/* Bytes that may stand nowhere outside a string, whatever is expected. */
static enum status check_byte(const struct scan *scan, struct err *e)
{
	unsigned char c = scan->s[scan->at];
	uint32_t cp;
	if (c == '\0')
		return fault(scan, scan->at, "there is a NUL byte", e);
	if (c < 0x80)
		return ST_OK;
	if (!utf8_decode(scan->s + scan->at, scan->n - scan->at, &cp))
		return fault(scan, scan->at, "the bytes are not UTF-8", e);
	if (scan->at == 0 && cp == 0xFEFF)
		return fault(scan, scan->at, "JSON must not begin with a byte order mark", e);
	return fault(scan, scan->at, "this character may only stand in a string", e);
}

enum status json_scan(const char *s, size_t n, unsigned max_depth, size_t max_tokens, struct err *e)
{
	struct scan scan = {.s = (const unsigned char *)s, .n = n, .expect = VALUE};
	if (max_depth > JSON_SCAN_DEPTH_MAX)
		max_depth = JSON_SCAN_DEPTH_MAX;
	for (;;) {
		while (scan.at < n &&
		       (s[scan.at] == ' ' || s[scan.at] == '\t' || s[scan.at] == '\n' || s[scan.at] == '\r'))
			scan.at++;
		if (scan.at == n)
			break;
		unsigned char c = (unsigned char)s[scan.at];
		bool value = scan.expect == VALUE || scan.expect == VALUE_OR_CLOSE;
		if ((c == '{' || c == '[') && value && scan.depth == max_depth)
			return err_set(
			    e, ST_TOO_LARGE, "json_too_deep", "JSON is nested more than %u levels deep.", max_depth);
		enum status st = check_byte(&scan, e);
		if (st == ST_OK)
			st = scan_token(&scan, e);
		if (st != ST_OK)
			return st;
		if (scan.tokens > max_tokens)
			return err_set(
			    e, ST_TOO_LARGE, "json_too_large", "JSON has more than %zu values and keys.", max_tokens);
	}
	if (scan.tokens == 0)
		return err_set(e, ST_INVALID, "json_invalid", "The JSON text is empty.");
	if (scan.depth || scan.expect != AFTER_VALUE)
		return fault(&scan, n, "the JSON text ends too early", e);
	return ST_OK;
}
