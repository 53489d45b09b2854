/* GET /v1/transitions: the change feed. Its next_cursor is never null: it is where to go on later, when nothing more is
 * there now. */
#include "api_priv.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/feed.h"

const char *const transition_parameters[] = {"after", "limit", "kind", NULL};

struct transitions_input {
	int64_t after;
	const char *kind;
	size_t limit;
};

enum status transitions_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const kinds[] = {"stage", "tier", NULL};
	struct transitions_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	struct cursor v;
	bool given = false;
	enum status s = param_word(c, "kind", kinds, &in->kind, e);
	if (s == ST_OK)
		s = param_limit(c, &in->limit, e);
	/* Bound to the workspace only: a reader may change its mind about the kind and go on from the same place. */
	if (s == ST_OK)
		s = cursor_read(c, "after", false, &given, &v, e);
	if (s == ST_OK && given)
		in->after = v.value;
	return s;
}

enum status transitions_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct transitions_input *in = call_state(c)->input;
	struct transition_row *rows;
	size_t n;
	int64_t last;
	bool more;
	enum status s =
	    store_feed_read(db, &c->workspace_id, in->after, in->kind, in->limit, c->arena, &rows, &n, &last, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_printf(b, "{\"has_more\":%s,\"data\":[", more ? "true" : "false");
	for (size_t i = 0; i < n; i++)
		render_transition(reply_item(b), &rows[i]);
	char cursor[CURSOR_TEXT_MAX];
	cursor_write(c, false, &(struct cursor){.value = last}, cursor);
	reply_list_end(c, "after", cursor);
	return ST_OK;
}
