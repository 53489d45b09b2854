/* What the outside is told of a handoff's moves. */
#include "ingest/handoff.h"

#include <string.h>

#include "base/buf.h"

static void put_text(struct buf *o, const char *key, const char *text)
{
	buf_printf(o, ",\"%s\":", key);
	buf_json_str(o, text);
}

static void put_time(struct buf *o, const char *key, int64_t at)
{
	buf_printf(o, ",\"%s\":", key);
	if (at == INSTANT_NEVER)
		buf_puts(o, "null");
	else
		buf_json_time(o, at);
}

const char *handoff_payload(struct arena *arena, const struct handoff_move *m, int64_t version)
{
	const struct handoff_row *h = &m->next;
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, h->id.b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, h->lead_id.b);
	put_text(&o, "move", m->move);
	put_text(&o, "from", m->was);
	put_text(&o, "state", h->state);
	put_text(&o, "stage", h->stage);
	buf_printf(&o, ",\"version\":%lld,\"assignee\":", (long long)version);
	if (uuid_is_nil(&h->assignee)) {
		buf_puts(&o, "null");
	} else {
		buf_puts(&o, "{\"id\":");
		buf_json_uuid(&o, h->assignee.b);
		put_text(&o, "name", h->assignee_name);
		put_text(&o, "email", h->assignee_email);
		buf_putc(&o, '}');
	}
	put_text(&o, "rule", h->rule);
	put_text(&o, "author", m->author);
	put_text(&o, "outcome", h->outcome);
	put_text(&o, "reason", h->reason);
	put_text(&o, "note", m->note);
	put_text(&o, "clock", h->clock);
	put_time(&o, "due_at", h->due_at);
	put_time(&o, "created_at", h->created_at);
	buf_putc(&o, '}');
	const char *s = buf_ok(&o) ? arena_strndup(arena, o.data, o.len) : NULL;
	buf_free(&o);
	return s;
}
