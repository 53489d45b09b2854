#include "stand.h"

#include <check.h>
#include <string.h>

static int64_t stand_now(void *ctx)
{
	return ((struct stand *)ctx)->now;
}

static struct clock clock_of_stand;

void stand_open(struct stand *s)
{
	memset(s, 0, sizeof *s);
	s->now = INT64_C(1772357400000);
	clock_of_stand = (struct clock){stand_now, s};
	s->api.config.clock = &clock_of_stand;
	s->api.router = router_new();
	s->api.keys = token_cache_new(5000000);
	s->api.doors = token_cache_new(5000000);
	ck_assert_ptr_nonnull(s->api.router);
	ck_assert_ptr_nonnull(s->api.doors);
	ck_assert_ptr_nonnull(s->api.keys);
}

static void end_call(struct stand *s)
{
	api_end(&s->api, &s->call);
	arena_free(&s->call.arena);
	memset(&s->call, 0, sizeof s->call);
}

void stand_close(struct stand *s)
{
	end_call(s);
	router_free(&s->api.router);
	token_cache_free(&s->api.keys);
	token_cache_free(&s->api.doors);
}

enum status stand_call(struct stand *s, const char *method, const char *target)
{
	end_call(s);
	struct api_call *c = &s->call;
	c->arena = arena_new(0);
	ck_assert_ptr_nonnull(c->arena);
	c->method = method;
	c->body = "";
	c->received_at = s->now;
	memcpy(c->request_id, "01890a5d-ac96-774b-bcce-b302099a8057", 37);
	memset(&c->workspace_id, 0x11, sizeof c->workspace_id);
	char *path = arena_strdup(c->arena, target), *query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	c->path = path;
	for (char *pair = query ? strtok(query, "&") : NULL; pair; pair = strtok(NULL, "&")) {
		char *value = strchr(pair, '=');
		if (value)
			*value++ = '\0';
		c->query[c->n_query++] = (struct api_pair){pair, value ? value : ""};
	}
	s->state = (struct call_state){.api = &s->api, .call = c, .country = "CN"};
	c->state = &s->state;
	struct api_limits limits = {0};
	const char *allow = NULL;
	return api_match(&s->api, c, &limits, &allow);
}

const char *stand_body(const struct stand *s)
{
	return s->call.body_out.data ? s->call.body_out.data : "";
}

const char *stand_header(const struct stand *s, const char *name)
{
	for (size_t i = 0; i < s->call.n_headers; i++)
		if (!strcmp(s->call.headers[i].name, name))
			return s->call.headers[i].value;
	return NULL;
}
