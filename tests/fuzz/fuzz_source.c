/* Inbound sources: the first line is a mapping, what follows it the body of a request. A mapping that is refused is told where; under one that is taken every payload becomes
 * items, the same ones each time, each of which is an event, or refused with its place. */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "ingest/source.h"

#define NOW INT64_C(1780300800000)

static void expect_commands(const json_t *mapping, struct source_item *items, size_t n, struct arena *arena)
{
	struct adapter_context x = {.arena = arena, .country = "CN", .now = NOW};
	for (size_t i = 0; i < n; i++) {
		struct command c;
		struct err e = {0};
		if (items[i].outcome != SOURCE_EVENT && items[i].outcome != SOURCE_LEAD)
			continue;
		fuzz_expect(items[i].body && items[i].event_id && items[i].event_id[0] && strlen(items[i].event_id) <= 255, "an item that is taken has a body and an id");
		enum status s = source_command(mapping, &x, &items[i], &c, &e);
		fuzz_expect(s == ST_OK || s == ST_NOMEM || (s == ST_INVALID && e.code[0] && e.detail[0]), "an item becomes a command, or is refused");
		if (s == ST_OK)
			command_release(&c);
	}
}

static void expect_same(const json_t *mapping, const struct source_request *r, json_t *payload, const struct source_item *items, size_t n)
{
	struct arena *arena = arena_new(0);
	struct source_item *again;
	struct err e;
	size_t m;
	if (arena && source_map(mapping, "fuzz", r, payload, arena, &again, &m, &e) == ST_OK) {
		fuzz_expect(m == n, "the same payload has as many items again");
		for (size_t i = 0; i < n; i++)
			fuzz_expect(again[i].outcome == items[i].outcome && !again[i].body == !items[i].body && (!items[i].body || json_equal(again[i].body, items[i].body)),
				"the same payload becomes the same again");
		source_items_free(again, m);
	}
	arena_free(&arena);
}

static void try_body(const json_t *mapping, const char *body, size_t n)
{
	static const struct source_pair headers[] = {{"x-topic", "quote"}}, query[] = {{"a", "b"}};
	const char *types[] = {"application/json", "application/x-www-form-urlencoded", "text/xml"};
	struct arena *arena = arena_new(0);
	for (size_t t = 0; arena && t < 3; t++) {
		struct source_request r = {"POST", "/v1/in/lsi_x?a=b", "x.example", types[t], headers, 1, query, 1, body, n, NOW, false};
		struct source_reply reply;
		struct source_item *items;
		struct err e = {0};
		json_t *payload = NULL;
		size_t count;
		bool hello;
		if (source_payload(mapping, &r, arena, &payload, &e) != ST_OK)
			continue;
		(void)source_handshake(mapping, NULL, &r, payload, arena, &hello, &reply, &e);
		if (source_map(mapping, "fuzz", &r, payload, arena, &items, &count, &e) == ST_OK) {
			expect_same(mapping, &r, payload, items, count);
			expect_commands(mapping, items, count, arena);
			source_items_free(items, count);
		} else {
			fuzz_expect(e.code[0] && e.detail[0], "a payload that is refused is told why");
		}
		(void)source_answer(mapping, &r, payload, 1, arena, &reply, &e);
		json_decref(payload);
	}
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t n = line ? (size_t)(line - data) : size;
	struct err e = {0};
	json_t *mapping = fuzz_json(data, n);
	if (!mapping)
		return 0;
	if (source_check(mapping, &e) != ST_OK)
		fuzz_expect(e.code[0] && e.detail[0], "a mapping that is refused is told why");
	else
		try_body(mapping, line ? (const char *)line + 1 : "", line ? size - n - 1 : 0);
	json_decref(mapping);
	return 0;
}
