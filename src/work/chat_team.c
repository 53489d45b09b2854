/* Whose clock a chat's times are told by, and whom a message calls: the one who has the handoff that it is about. */
#include <string.h>

#include "chat_text.h"
#include "scoring/local.h"

#define ID_MAX 64

/* Of the zone {"zone"}, as "2026-01-01 08:00". Texts that are times as the service writes them stand at the top of what is told. */
static void localize(const struct zone *z, json_t *v)
{
	const char *key;
	json_t *member;
	json_object_foreach (v, key, member) {
		const char *s = json_string_value(member);
		size_t n = json_string_length(member);
		int64_t at;
		char text[48];
		if (!s || n != 24 || s[23] != 'Z' || s[10] != 'T' || !instant_parse(s, n, &at))
			continue;
		int64_t local = local_time(z, at), day = local_day(local), minute = (local - day * MS_DAY) / MS_MINUTE;
		struct local_date d = local_date(day);
		snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d", (int)d.year, d.month, d.day, (int)(minute / 60), (int)(minute % 60));
		json_string_set(member, text);
	}
}

void chat_localize(json_t *doc, const char *team)
{
	json_t *t = team ? json_loads(team, 0, NULL) : NULL;
	const char *name = json_string_value(json_object_get(t, "zone"));
	struct arena *memory = name ? arena_new(0) : NULL;
	const struct zone *z = memory ? local_zone(name, memory) : NULL;
	if (z) {
		localize(z, doc);
		localize(z, json_object_get(doc, "data"));
	}
	arena_free(&memory);
	json_decref(t);
}

static bool calls(const char *type)
{
	static const char *const types[] = {"handoff.assigned", "handoff.reassigned", "handoff.warning", "handoff.breached", "handoff.escalated"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

/* It stands in markup: nothing that could end it there, and no name of a group. */
static bool plain_id(const char *s)
{
	size_t n = strlen(s);
	return n && n <= ID_MAX && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-@") == n && strcasecmp(s, "all") != 0 && strcasecmp(s, "@all") != 0;
}

static bool known(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), id))
			return true;
	return false;
}

json_t *chat_called(const struct webhook_message *m, size_t n, const char *member)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < n && json_array_size(list) < CHAT_CALLED_MAX; i++) {
		json_t *team = calls(m[i].type) && m[i].team ? json_loads(m[i].team, 0, NULL) : NULL;
		const char *id = json_string_value(json_object_get(json_object_get(team, "assignee"), member));
		if (id && plain_id(id) && !known(list, id))
			json_array_append_new(list, json_string(id));
		json_decref(team);
	}
	return list;
}

void chat_put_called(const json_t *list, const char *before, const char *after, struct buf *out)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		buf_printf(out, "%s%s%s%s", out->len ? " " : "", before, json_string_value(json_array_get(list, i)), after);
}

void chat_call(struct chat_text *t, const struct buf *called)
{
	if (called->len)
		buf_printf(&t->text, "%s%s", t->text.len ? "\n" : "", called->data);
}
