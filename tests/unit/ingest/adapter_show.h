/* What the adapter's tests share: JSON in, a command as one readable line out. */
#ifndef ADAPTER_SHOW_H
#define ADAPTER_SHOW_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "ingest/adapter.h"

#define NOW INT64_C(1772355600000) /* 2026-03-01T09:00:00Z */
#define LEAD_ID "0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f"

enum way { EVENT, LEAD, PATCH };

static inline json_t *parsed(const char *text)
{
	struct err e;
	json_t *v = NULL;
	enum status st = json_read(text, strlen(text), NULL, &v, &e);
	ck_assert_msg(st == ST_OK, "the test's own JSON: %s: %s", text, e.detail);
	return v;
}

static inline enum status adapt(
    struct arena *arena, enum way way, const char *key, const json_t *v, struct command *c, struct err *e)
{
	struct adapter_context x = {arena, "CN", NOW, key, 0};
	struct uuid id;
	uuid_parse(LEAD_ID, 36, &id);
	switch (way) {
	case EVENT:
		return adapter_event(&x, v, c, e);
	case LEAD:
		return adapter_lead(&x, v, c, e);
	case PATCH:
		break;
	}
	return adapter_patch(&x, &id, v, c, e);
}

/* "type [id=...] [event_id=...] [at=...] kind=value ... | patch | properties | source" */
static inline void show(const struct command *c, struct buf *out)
{
	char text[UUID_TEXT_MAX];
	buf_clear(out);
	buf_puts(out, c->type);
	if (c->by_id) {
		uuid_format(&c->lead_id, text);
		buf_printf(out, " id=%.8s", text);
	}
	if (c->event_id)
		buf_printf(out, " event_id=%s", c->event_id);
	if (c->at != NOW) {
		buf_puts(out, " at=");
		buf_json_time(out, c->at);
	}
	for (size_t i = 0; i < c->n_identities; i++)
		buf_printf(out, " %s=%s", c->identities[i].kind, c->identities[i].value);
	buf_printf(out, " | %s | %s | %s", c->patch_text ? c->patch_text : "-",
	    c->properties_text ? c->properties_text : "-", c->source_text ? c->source_text : "-");
	ck_assert(buf_ok(out));
}

/* The texts are those of the values, and every identity carries its key. */
static inline void sound(const struct command *c)
{
	const json_t *values[] = {c->properties, c->patch, c->source};
	const char *texts[] = {c->properties_text, c->patch_text, c->source_text};
	for (size_t i = 0; i < 3; i++) {
		ck_assert(!values[i] == !texts[i]);
		if (!values[i])
			continue;
		json_t *again = parsed(texts[i]);
		ck_assert(json_equal(again, values[i]));
		json_decref(again);
	}
	for (size_t i = 0; i < c->n_identities; i++) {
		const struct identity *id = &c->identities[i];
		struct uuid key = hash128(id->kind, strlen(id->kind), id->value, strlen(id->value));
		ck_assert(uuid_cmp(&key, &id->key) == 0);
	}
	ck_assert_int_eq(c->kind, COMMAND_EVENT);
	ck_assert_int_eq(c->if_version, -1);
	ck_assert_int_eq(c->received_at, NOW);
	ck_assert(!uuid_is_nil(&c->event_key));
}

#endif
