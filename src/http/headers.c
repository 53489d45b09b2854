/* All headers of a request, for the routes that ask for them: signatures and other people's conventions. */
#include "guard_priv.h"

#include <string.h>

#include "base/text.h"

struct gather {
	struct arena *arena;
	struct api_pair *pairs;
	size_t n;
	enum refusal fault;
};

static char *lower(struct arena *a, const char *name, size_t n)
{
	char *out = arena_strndup(a, name, n);
	for (char *c = out; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return out;
}

static enum MHD_Result on_header(
    void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value, size_t len)
{
	struct gather *g = cls;
	(void)kind;
	/* As in guard_head: spaces before the end of the line are not part of a value. */
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (g->n == GUARD_HEADERS_MAX || (len && !utf8_valid(value, len)))
		return MHD_YES;
	struct api_pair *p = &g->pairs[g->n++];
	p->name = lower(g->arena, name, name_len);
	p->value = arena_strndup(g->arena, len ? value : "", len);
	if (!p->name || !p->value)
		g->fault = REFUSE_MEMORY;
	return g->fault ? MHD_NO : MHD_YES;
}

enum refusal guard_all_headers(struct MHD_Connection *mhd, struct api_call *c)
{
	struct gather g = {.arena = c->arena, .pairs = arena_array(c->arena, GUARD_HEADERS_MAX, sizeof *g.pairs)};
	if (!g.pairs)
		return REFUSE_MEMORY;
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &g);
	if (g.fault)
		return g.fault;
	c->all_headers = g.pairs;
	c->n_all_headers = g.n;
	return REFUSE_NONE;
}
