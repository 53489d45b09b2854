/* Patterns of `matches`: PCRE2, compiled once, matched within limits. */
#include "logic_priv.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define PATTERN_BYTES_MAX 1000
#define PATTERN_MATCH_LIMIT 100000
#define PATTERN_DEPTH_LIMIT 1000
#define PATTERN_HEAP_KIB 8192

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

struct pattern *pattern_compile(const char *s, size_t n, char *why, size_t why_cap)
{
	why[0] = '\0';
	if (n > PATTERN_BYTES_MAX) {
		snprintf(why, why_cap, "The pattern is longer than %d bytes.", PATTERN_BYTES_MAX);
		return NULL;
	}
	struct pattern *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	int code = 0;
	PCRE2_SIZE offset = 0;
	p->code = pcre2_compile((PCRE2_SPTR)s, n, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
	p->limits = p->code ? pcre2_match_context_create(NULL) : NULL;
	if (!p->code && code != PCRE2_ERROR_HEAP_FAILED) {
		PCRE2_UCHAR message[160] = "";
		pcre2_get_error_message(code, message, sizeof(message));
		snprintf(why, why_cap, "The pattern is not a regular expression: %s at byte %zu.", (char *)message,
		    (size_t)offset);
	}
	if (!p->limits) {
		pattern_free(&p);
		return NULL;
	}
	pcre2_set_match_limit(p->limits, PATTERN_MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, PATTERN_DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, PATTERN_HEAP_KIB);
	return p;
}

void pattern_free(struct pattern **p)
{
	if (!p || !*p)
		return;
	pcre2_match_context_free((*p)->limits);
	pcre2_code_free((*p)->code);
	free(*p);
	*p = NULL;
}

enum status pattern_matches(const struct pattern *p, const char *s, size_t n, bool *ret)
{
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	if (!match)
		return ST_NOMEM;
	int rc = pcre2_match(p->code, (PCRE2_SPTR)s, n, 0, PCRE2_NO_UTF_CHECK, match, p->limits);
	pcre2_match_data_free(match);
	if (rc == PCRE2_ERROR_NOMEMORY)
		return ST_NOMEM;
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		return ST_TOO_LARGE;
	*ret = rc >= 0;
	return ST_OK;
}
