/* Items of the feed as server-sent events, and who wants them. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cursor_priv.h"
#include "live_priv.h"
#include "render_priv.h"

#define ITEMS_A_PAGE 200
#define PAGE_BYTES ((size_t)112 << 10) /* no further item is begun after so many */
#define HANDOFF_BYTES ((size_t)12 << 10)

void live_filter_free(struct live_filter *f)
{
	free(f->types);
	free(f->owner);
	*f = (struct live_filter){0};
}

unsigned live_tier(char tier)
{
	const char *all = "ABCDX", *at = tier ? strchr(all, tier) : NULL;
	return at ? 1u << (at - all) : 0;
}

static const char *const families[] = {"stage.", "tier.", "handoff."};

bool live_types_valid(const char *list)
{
	for (;;) {
		size_t n = strcspn(list, ","), head = 0;
		for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
			if (!strncmp(list, families[i], strlen(families[i])))
				head = strlen(families[i]);
		size_t name = head ? strspn(list + head, "abcdefghijklmnopqrstuvwxyz_") : 0;
		if (!head || !(head + name == n || (name == 0 && n == head + 1 && list[head] == '*')) || n == head)
			return false;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

static bool types_have(const char *list, const char *type)
{
	for (;;) {
		size_t n = strcspn(list, ",");
		if (n && list[n - 1] == '*' ? !strncmp(list, type, n - 1) : n == strlen(type) && !memcmp(list, type, n))
			return true;
		if (!list[n])
			return false;
		list += n + 1;
	}
}

static unsigned stage_bit(const char *name)
{
	enum stage s;
	return name && stage_parse(name, &s) ? 1u << s : 0;
}

bool live_wants(const struct live_filter *f, const struct live_item *i)
{
	const struct feed_lead *l = &i->from->lead;
	const struct transition_row *t = i->from->topic ? NULL : &i->from->transition;
	unsigned tiers = l->exists && l->tier ? live_tier(*l->tier) : 0;
	unsigned stages = l->exists ? stage_bit(l->stage) : 0;
	if (t && !strcmp(t->kind, "tier"))
		tiers |= live_tier(*t->from) | live_tier(*t->to);
	else
		stages |= t ? stage_bit(t->from) | stage_bit(t->to) : stage_bit(i->stage);
	if (f->types && !types_have(f->types, i->type))
		return false;
	if ((f->tiers && !(f->tiers & tiers)) || (f->stages && !(f->stages & stages)))
		return false;
	return !f->owner || (l->exists && l->owner && !strcmp(l->owner, f->owner)) ||
	       (i->owner && !strcmp(i->owner, f->owner)) || (i->owner_id && !strcmp(i->owner_id, f->owner));
}

static const char *type_of(const struct feed_item *i)
{
	if (i->topic)
		return i->topic;
	if (!strcmp(i->transition.kind, "tier"))
		return "tier.changed";
	const char *to = i->transition.to;
	return !strcmp(to, "mql") ? "stage.mql" : !strcmp(to, "sal") ? "stage.sal" : "stage.changed";
}

static void put_lead(struct buf *b, const struct feed_lead *l)
{
	if (!l->exists) {
		buf_puts(b, "null");
		return;
	}
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, l->id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, l->name);
	buf_printf(b, ",\"score\":%d,\"tier\":", l->score);
	buf_json_str(b, l->tier);
	buf_puts(b, ",\"grade\":");
	buf_json_str(b, l->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, l->stage);
	buf_puts(b, ",\"owner\":");
	buf_json_str(b, l->owner);
	buf_putc(b, '}');
}

static const char *text_of(struct arena *a, const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));
	return s ? arena_strdup(a, s) : NULL;
}

/* A handoff without its context, which is long and one request away, and with what filters ask for. */
static void put_handoff(struct buf *b, struct live_item *i, struct arena *a)
{
	json_t *all = json_loads(i->from->payload, 0, NULL);
	size_t before = b->len;
	json_object_del(all, "context");
	/* Who accepts one owns its lead by the e-mail, or the id where there is none. */
	const json_t *assignee = json_object_get(all, "assignee");
	i->owner = text_of(a, assignee, "email");
	i->owner_id = text_of(a, assignee, "id");
	i->stage = text_of(a, all, "stage");
	if (!json_is_object(all) || !json_write(all, false, b) || b->len - before > HANDOFF_BYTES) {
		/* What it is about can be said in any case. */
		const char *id = text_of(a, all, "id");
		b->len = before;
		buf_puts(b, "{\"id\":");
		buf_json_str(b, id);
		buf_puts(b, ",\"lead_id\":");
		buf_json_uuid(b, i->from->lead_id.b);
		buf_putc(b, '}');
	}
	json_decref(all);
}

static void put_id(struct buf *b, const struct uuid *workspace, int64_t position)
{
	char cursor[CURSOR_TEXT_MAX];
	cursor_feed_write(workspace, position, cursor);
	buf_printf(b, "id: %s\n", cursor);
}

static void put_event(struct buf *b, const struct uuid *workspace, struct live_item *i, struct arena *a)
{
	const struct feed_item *x = i->from;
	i->at = b->len;
	put_id(b, workspace, x->position);
	buf_printf(b, "event: %s\ndata: {\"type\":", x->topic ? "handoff" : "transition");
	buf_json_str(b, i->type);
	buf_puts(b, ",\"at\":");
	render_time(b, x->at);
	buf_puts(b, ",\"lead\":");
	put_lead(b, &x->lead);
	if (x->topic) {
		buf_puts(b, ",\"handoff\":");
		put_handoff(b, i, a);
	} else {
		buf_puts(b, ",\"transition\":");
		render_transition(b, &x->transition);
	}
	buf_puts(b, "}\n\n");
	i->n = b->len - i->at;
}

void live_put_position(struct buf *b, const struct uuid *workspace, int64_t position)
{
	put_id(b, workspace, position);
	buf_puts(b, "event: position\ndata: {}\n\n");
}

void live_put_end(struct buf *b, const struct uuid *workspace, int64_t position, const char *reason)
{
	char cursor[CURSOR_TEXT_MAX];
	cursor_feed_write(workspace, position, cursor);
	buf_printf(
	    b, "id: %s\nevent: end\ndata: {\"reason\":\"%s\",\"resume_after\":\"%s\"}\n\n", cursor, reason, cursor);
}

enum status live_page_read(struct db *db, const struct uuid *workspace, int64_t after, struct arena *arena,
    struct live_page *ret, struct err *e)
{
	struct feed_item *rows = NULL;
	size_t n = 0;
	ret->after = after;
	ret->n = 0;
	buf_clear(&ret->text);
	enum status s =
	    store_feed_items(db, workspace, after, ITEMS_A_PAGE, arena, &rows, &n, &ret->last, &ret->more, e);
	if (s != ST_OK)
		return s;
	ret->items = arena_array(arena, n ? n : 1, sizeof *ret->items);
	if (!ret->items)
		return out_of_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct live_item *item = &ret->items[ret->n++];
		*item = (struct live_item){.from = &rows[i], .type = type_of(&rows[i])};
		put_event(&ret->text, workspace, item, arena);
		if (ret->text.len > PAGE_BYTES && i + 1 < n) {
			ret->last = rows[i].position;
			ret->more = true;
			break;
		}
	}
	return buf_ok(&ret->text) ? ST_OK : out_of_memory(e);
}
