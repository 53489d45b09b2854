#include "params_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "base/instant.h"
#include "problem_priv.h"
#include "store/lead.h"

enum status param_fault(const char *name, const char *code, const char *detail, struct err *e)
{
	char at[ERR_POINTER_MAX];
	snprintf(at, sizeof at, PARAMETER_POINTER "%.100s", name);
	return err_at(e, ST_INVALID, code, at, "%s", detail);
}

static bool known(const struct api_route *r, const char *name)
{
	for (size_t i = 0; r->parameters && r->parameters[i]; i++)
		if (!strcmp(r->parameters[i], name))
			return true;
	return false;
}

enum status params_check(const struct api_call *c, struct err *e)
{
	if (c->route->flags & ROUTE_FOREIGN)
		return ST_OK;
	for (size_t i = 0; i < c->n_query; i++) {
		const char *name = c->query[i].name;
		if (!known(c->route, name))
			return param_fault(name, "parameter_unknown", "There is no such parameter here.", e);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(c->query[k].name, name))
				return param_fault(name, "parameter_repeated", "A parameter may be given once.", e);
		if (!*c->query[i].value)
			return param_fault(name, "parameter_invalid", "It has no value; leave it out instead.", e);
	}
	return ST_OK;
}

const char *param_text(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->n_query; i++)
		if (!strcmp(c->query[i].name, name))
			return c->query[i].value;
	return NULL;
}

const char *header_text(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->n_all_headers; i++)
		if (!strcmp(c->all_headers[i].name, name))
			return c->all_headers[i].value;
	return NULL;
}

enum status param_int(const struct api_call *c, const char *name, int64_t min, int64_t max, int64_t *ret, struct err *e)
{
	const char *s = param_text(c, name);
	if (!s)
		return ST_OK;
	size_t n = strlen(s), sign = *s == '-';
	long long v = 0;
	bool good = n > sign && n <= 19 && strspn(s + sign, "0123456789") == n - sign;
	if (good) {
		errno = 0;
		v = strtoll(s, NULL, 10);
		good = !errno && v >= min && v <= max;
	}
	if (!good) {
		char detail[120];
		snprintf(detail, sizeof detail, "It must be a whole number from %lld to %lld.", (long long)min,
		    (long long)max);
		return param_fault(name, "parameter_invalid", detail, e);
	}
	*ret = v;
	return ST_OK;
}

enum status param_time(const struct api_call *c, const char *name, int64_t *ret, struct err *e)
{
	const char *s = param_text(c, name);
	if (!s || instant_parse(s, strlen(s), ret))
		return ST_OK;
	return param_fault(name, "parameter_invalid",
	    strchr(s, ' ') ? "It must be an RFC 3339 time; write the + of an offset as %2B."
			   : "It must be an RFC 3339 time such as 2026-03-01T09:30:00Z.",
	    e);
}

enum status param_uuid(const struct api_call *c, const char *name, bool *ret_given, struct uuid *ret, struct err *e)
{
	const char *s = param_text(c, name);
	if (s && !uuid_parse(s, strlen(s), ret))
		return param_fault(name, "parameter_invalid", "It must be an id (a UUID).", e);
	*ret_given = s != NULL;
	return ST_OK;
}

enum status param_word(
    const struct api_call *c, const char *name, const char *const *words, const char **ret, struct err *e)
{
	const char *s = param_text(c, name);
	if (!s)
		return ST_OK;
	char detail[300] = "It must be one of: ";
	for (size_t i = 0; words[i]; i++) {
		if (!strcmp(words[i], s)) {
			*ret = words[i];
			return ST_OK;
		}
		size_t n = strlen(detail);
		snprintf(detail + n, sizeof detail - n, "%s%s", i ? ", " : "", words[i]);
	}
	return param_fault(name, "parameter_invalid", detail, e);
}

enum status param_limit(const struct api_call *c, size_t *ret, struct err *e)
{
	int64_t v = 50;
	enum status s = param_int(c, "limit", 1, LEAD_PAGE_MAX, &v, e);
	if (s == ST_OK)
		*ret = (size_t)v;
	return s;
}
