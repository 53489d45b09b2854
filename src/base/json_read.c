/* Reading JSON from strangers: the scan, then jansson. */
#include "base/json.h"
#include "json_scan_priv.h"

#include <string.h>

#define DEFAULT_BYTES ((size_t)256 * 1024)
#define DEFAULT_DEPTH 32u
#define DEFAULT_TOKENS ((size_t)20000)

/* What jansson refuses in text that the scan accepted. */
static enum status explain(const char *s, const json_error_t *error, struct err *e)
{
	/* jansson has consumed `position` bytes: the fault ends at the last of them. */
	size_t at = error->position > 0 ? (size_t)error->position - 1 : 0;
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return json_scan_fault(s, at, "the object has this key twice", e);
	case json_error_numeric_overflow:
		return json_scan_fault(s, at, "the number is too big", e);
	default:
		/* The grammar is known to be right: an allocation failed, which jansson tells as many things. */
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
}

enum status json_read(const char *s, size_t n, const struct json_limits *limits, json_t **ret, struct err *e)
{
	struct json_limits l = limits ? *limits : (struct json_limits){0};
	size_t max_bytes = l.max_bytes ? l.max_bytes : DEFAULT_BYTES;
	if (n > max_bytes)
		return err_set(e, ST_TOO_LARGE, "json_too_large", "JSON is larger than %zu bytes.", max_bytes);
	unsigned max_depth = l.max_depth ? l.max_depth : DEFAULT_DEPTH;
	enum status st = json_scan(s, n, max_depth, l.max_tokens ? l.max_tokens : DEFAULT_TOKENS, e);
	if (st != ST_OK)
		return st;
	json_error_t error;
	memset(&error, 0, sizeof(error));
	json_t *v = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!v)
		return explain(s, &error, e);
	*ret = v;
	return ST_OK;
}
