/* Inbound sources: what a vendor's webhook sends becomes events, by a mapping that is data. Pure: no I/O, no clock.
 *
 * A mapping is a JSON document (docs/sources.md has its grammar): who may call (`auth`), how the body is read
 * (`format`, `unwrap`, `each`), what a first call is answered (`handshake`), and what each item becomes (`map`, `pick`,
 * `event_type`, `dedupe_key`, `occurred_at`, `properties`), and the `reply`. What a vendor does that cannot be said in
 * data (a cipher) is a named auth scheme in source_scheme.c.
 *
 * A request's way: source_admit (who calls; deciphers; reads the body) -> source_handshake -> source_map (items) ->
 * source_command each. The functions take documents that source_check has let pass; with another they refuse or skip,
 * but do no harm. Any thread, one per document. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include <jansson.h>
#include <stdbool.h>

#include "ingest/adapter.h"

#define SOURCE_SECRETS_MAX 3  /* live at once, for rotation */
#define SOURCE_ITEMS_MAX 1000 /* of one request */

struct source_pair {
	const char *name, *value;
};

/* A request free of HTTP; everything is borrowed. source_admit replaces the body of a deciphered one. */
struct source_request {
	const char *method;
	const char *target; /* path and query as they were sent */
	const char *host;   /* NULL: none */
	const char *content_type;
	const struct source_pair *headers; /* names in lower case */
	size_t n_headers;
	const struct source_pair *query;
	size_t n_query;
	const char *body;
	size_t body_n;
	int64_t received_at;
	bool deciphered; /* the body is plain already: a kept request */
};

/* Whether the document is a mapping. Errors: ST_INVALID with a pointer into it. */
enum status source_check(const json_t *mapping, struct err *e);
/* Whether these are secrets for it: an array of 0 to SOURCE_SECRETS_MAX; the pointers of faults are into the array. */
enum status source_secrets_check(const json_t *mapping, const json_t *secrets, struct err *e);

/* Who calls, and what they say: the payload as JSON (new reference; NULL when the request has none, as a GET has).
 * Errors: ST_DENIED "signature_invalid" and others of class ST_DENIED when it is nobody we know; then nothing of the
 * request is to be kept. Else what is wrong with the body. */
enum status source_admit(const json_t *mapping, const json_t *secrets, struct source_request *r, struct arena *arena,
    json_t **ret_payload, struct err *e);
/* As source_admit of one that was admitted before: only reads the body. */
enum status source_payload(
    const json_t *mapping, const struct source_request *r, struct arena *arena, json_t **ret_payload, struct err *e);

struct source_reply {
	int status;
	const char *content_type, *body; /* arena-owned */
	size_t body_n;
};
/* Whether this call only wants to see that we are there, and what it is answered. A GET that is none: ST_NOT_FOUND. */
enum status source_handshake(const json_t *mapping, const json_t *secrets, const struct source_request *r,
    json_t *payload, struct arena *arena, bool *ret_is, struct source_reply *ret, struct err *e);
/* What is answered when all of it was taken, or kept although something failed. */
enum status source_answer(const json_t *mapping, const struct source_request *r, json_t *payload, size_t n_items,
    struct arena *arena, struct source_reply *ret, struct err *e);
/* Whether a request of which something failed is answered like one that was taken (reply.on_failure). */
bool source_accepts_failures(const json_t *mapping);

enum source_outcome { SOURCE_EVENT, SOURCE_LEAD, SOURCE_IGNORED, SOURCE_FAILED };
struct source_item {
	enum source_outcome outcome;
	char pointer[ERR_POINTER_MAX]; /* where in the payload it stands */
	json_t *body; /* new reference: an event as POST /v1/events takes it, or a lead as POST /v1/leads; NULL: none */
	const char *event_id; /* arena-owned; what makes a second delivery a duplicate */
	int64_t at;           /* when it happened; INSTANT_NEVER: the vendor does not say */
	const char *type;     /* what the vendor calls it, or NULL */
	struct err err;       /* of SOURCE_FAILED */
};
/* The items of a payload, in order. `name` becomes the name of the events' source, and keeps the ids of two sources
 * apart. Errors: ST_INVALID when the payload has no items where the mapping looks for them; ST_TOO_LARGE. The
 * references are to be dropped by source_items_free. */
enum status source_map(const json_t *mapping, const char *name, const struct source_request *r, json_t *payload,
    struct arena *arena, struct source_item **ret, size_t *ret_n, struct err *e);
void source_items_free(struct source_item *items, size_t n);
/* The command of an item of SOURCE_EVENT or SOURCE_LEAD. With `invalid` "drop" what a well-known field refuses is left
 * out, and kept under the event's property "refused". x: arena, country and now are used; now is when the request was
 * received. The event's JSON may be changed. */
enum status source_command(const json_t *mapping, const struct adapter_context *x, struct source_item *item,
    struct command *ret, struct err *e);

/* The headers worth keeping, as JSON text: none that proves who called or says who a person is. */
enum status source_headers_text(
    const json_t *mapping, const struct source_request *r, struct arena *arena, const char **ret, struct err *e);
/* The same of the query. */
enum status source_query_text(
    const json_t *mapping, const struct source_request *r, struct arena *arena, const char **ret, struct err *e);
/* The body with every secret in it made of asterisks. */
enum status source_body_kept(
    const json_t *secrets, const struct source_request *r, struct arena *arena, const char **ret, struct err *e);

/* Ready-made mappings. Immutable. */
struct source_preset {
	const char *name;
	const char *document; /* JSON text: {"title", "setup": {"en", "zh"}, "mapping"} */
};
const struct source_preset *source_presets(size_t *ret_n);
const struct source_preset *source_preset_find(const char *name); /* NULL: none */

#endif
