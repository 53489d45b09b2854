/* Which route a path is: patterns are cut into segments once, and a path is compared with those that have as many. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "api/route.h"

#define SEGMENTS_MAX 8

struct segment {
	const char *text; /* of a literal, or a parameter's name; not NUL-terminated */
	size_t n;
	bool param;
};

/* All routes of one pattern. */
struct pattern {
	struct segment segment[SEGMENTS_MAX];
	size_t n;
	bool tail;
	const struct api_route *route[8]; /* by method, in the table's order */
	size_t n_routes;
	char allow[64];
};

struct router {
	size_t n;
	struct pattern pattern[];
};

/* Cuts "/a/b" at its slashes, into max pieces at most: no pattern has as many, but the last parameter of one may hold
 * the rest. False: no leading slash. */
static bool cut(const char *path, struct segment *out, size_t max, size_t *ret_n)
{
	size_t n = 0;
	if (*path != '/')
		return false;
	for (const char *at = path; *at == '/' && n < max;) {
		size_t len = strcspn(++at, "/");
		out[n++] = (struct segment){at, len, false};
		at += len;
	}
	*ret_n = n;
	return true;
}

static void add_route(struct pattern *p, const struct api_route *r)
{
	p->route[p->n_routes++] = r;
	if (*p->allow)
		strcat(p->allow, ", ");
	strcat(p->allow, r->method);
	if (!strcmp(r->method, "GET"))
		strcat(p->allow, ", HEAD");
}

struct router *router_new(void)
{
	struct router *r = calloc(1, sizeof *r + api_routes_count * sizeof r->pattern[0]);
	for (size_t i = 0; r && i < api_routes_count; i++) {
		const struct api_route *route = &api_routes[i];
		struct pattern *p = &r->pattern[r->n];
		if (r->n && !strcmp(r->pattern[r->n - 1].route[0]->pattern, route->pattern)) {
			add_route(&r->pattern[r->n - 1], route);
			continue;
		}
		(void)cut(route->pattern, p->segment, SEGMENTS_MAX, &p->n);
		for (size_t k = 0; k < p->n; k++)
			if (*p->segment[k].text == '{') {
				p->segment[k].param = true;
				p->segment[k].text++;
				p->segment[k].n -= 2;
			}
		p->tail = (route->flags & ROUTE_TAIL) != 0;
		add_route(p, route);
		r->n++;
	}
	return r;
}

void router_free(struct router **r)
{
	free(*r);
	*r = NULL;
}

static bool fits(const struct pattern *p, const struct segment *s, size_t n)
{
	if (p->tail ? n < p->n : n != p->n)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (p->segment[i].param
			? !s[i].n
			: s[i].n != p->segment[i].n || memcmp(s[i].text, p->segment[i].text, s[i].n) != 0)
			return false;
	return true;
}

static bool take_params(const struct pattern *p, const struct segment *s, struct api_call *c)
{
	c->n_params = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (!p->segment[i].param)
			continue;
		size_t len = p->tail && i + 1 == p->n ? strlen(s[i].text) : s[i].n;
		const char *name = arena_strndup(c->arena, p->segment[i].text, p->segment[i].n),
			   *value = arena_strndup(c->arena, s[i].text, len);
		if (!name || !value)
			return false;
		c->params[c->n_params++] = (struct api_pair){name, value};
	}
	return true;
}

static size_t body_max(const struct api_route *r, unsigned batch_kb)
{
	if (r->flags & ROUTE_BATCH)
		return batch_kb ? (size_t)batch_kb * 1024 : BODY_BATCH_MAX;
	return r->flags & ROUTE_LARGE ? BODY_LARGE_MAX : r->flags & ROUTE_CALL ? BODY_CALL_MAX : BODY_MAX;
}

enum status api_match(struct api *a, struct api_call *c, struct api_limits *ret_limits, const char **ret_allow)
{
	struct segment s[SEGMENTS_MAX + 8];
	size_t n = 0;
	const struct pattern *found = NULL;
	*ret_allow = NULL;
	if (cut(c->path, s, sizeof s / sizeof s[0], &n))
		for (size_t i = 0; i < a->router->n && !found; i++)
			if (fits(&a->router->pattern[i], s, n))
				found = &a->router->pattern[i];
	if (!found) {
		api_problem(c, 404, "route_not_found", "There is nothing at this path.", NULL, 0);
		return ST_NOT_FOUND;
	}
	for (size_t i = 0; i < found->n_routes; i++) {
		if (strcmp(found->route[i]->method, c->method) != 0)
			continue;
		if (!take_params(found, s, c)) {
			api_problem(c, 503, "out_of_memory", "The service is out of memory.", NULL, 1);
			return ST_NOMEM;
		}
		c->route = found->route[i];
		ret_limits->upload = c->route->kind == ROUTE_UPLOAD;
		ret_limits->max_body = ret_limits->upload ? SIZE_MAX : body_max(c->route, a->config.batch_kb);
		return ST_OK;
	}
	*ret_allow = found->allow;
	api_problem(c, 405, "method_not_allowed", "This path does not answer to this method.", NULL, 0);
	return ST_CONFLICT;
}

size_t api_path_tail(const char *raw, size_t n)
{
	for (size_t i = 0; i < api_routes_count; i++) {
		const char *p = api_routes[i].pattern, *s = raw, *end = raw + n;
		while (api_routes[i].flags & ROUTE_TAIL && s < end && *p == '/' && *s == '/') {
			size_t len = strcspn(p + 1, "/");
			bool param = p[1] == '{', last = !p[1 + len];
			const char *slash = memchr(s + 1, '/', (size_t)(end - s - 1));
			size_t has = slash ? (size_t)(slash - s - 1) : (size_t)(end - s - 1);
			if (last && param)
				return (size_t)(s + 1 - raw);
			if (last || (!param && (has != len || memcmp(p + 1, s + 1, len) != 0)))
				break;
			p += 1 + len;
			s += 1 + has;
		}
	}
	return n;
}

const char *path_param(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->n_params; i++)
		if (!strcmp(c->params[i].name, name))
			return c->params[i].value;
	return "";
}

enum status path_uuid(const struct api_call *c, const char *name, const char *what, struct uuid *ret, struct err *e)
{
	const char *text = path_param(c, name);
	if (uuid_parse(text, strlen(text), ret))
		return ST_OK;
	char code[40];
	snprintf(code, sizeof code, "%s_not_found", what);
	return err_set(e, ST_NOT_FOUND, code, "There is no %s with this id; an id is a UUID.", what);
}

const char *api_route_pattern(const struct api_route *r)
{
	return r ? r->pattern : "unmatched";
}

size_t api_route_index(const struct api_route *r)
{
	return r ? (size_t)(r - api_routes) + 1 : 0;
}

size_t api_route_count(const struct api *a)
{
	(void)a;
	return api_routes_count;
}

const struct api_route *api_route_by_index(const struct api *a, size_t index)
{
	(void)a;
	return index >= 1 && index <= api_routes_count ? &api_routes[index - 1] : NULL;
}

const char *api_route_method(const struct api_route *r)
{
	return r->method;
}

bool api_route_browser(const struct api_route *r)
{
	return r && (r->flags & ROUTE_BROWSER);
}

bool api_route_gzip(const struct api_route *r)
{
	return r && (r->flags & ROUTE_GZIP);
}

bool api_route_headers(const struct api_route *r)
{
	return r && (r->flags & ROUTE_HEADERS);
}

size_t api_route_total(void)
{
	return api_routes_count;
}

struct api_route_info api_route_at(size_t i)
{
	static const char *const none[] = {NULL};
	const struct api_route *r = &api_routes[i];
	return (struct api_route_info){
	    r->method, r->pattern, r->operation, r->roles, body_max(r, 0), r->parameters ? r->parameters : none};
}
