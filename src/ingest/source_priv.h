/* What the files of sources share: what an expression of a mapping looks at, and the schemes that are code. */
#ifndef INGEST_SOURCE_PRIV_H
#define INGEST_SOURCE_PRIV_H

#include "base/buf.h"
#include "ingest/source.h"
#include "profile_priv.h"

#define SOURCE_DEPTH_MAX 8 /* of expressions inside each other, and wildcards of `each` */

/* What an expression is about. */
struct source_view {
	struct arena *arena;
	const json_t *mapping;
	const struct source_request *r;
	json_t *payload, *item;
	const char *keys[SOURCE_DEPTH_MAX]; /* members that the wildcards of `each` went through */
	size_t n_keys;
	struct source_answer_list *answers; /* of the item, once somebody asked (source_pick.c) */
	size_t n_items;                     /* for replies: {count} */
	const char *timestamp, *base;       /* for what is signed: {timestamp}, and what {url} begins with */
};

/* The value of an expression; new reference, NULL: there is none (null, an empty text and an empty list are none).
 * (source_value.c) */
enum status source_value_of(struct source_view *v, const json_t *expression, json_t **ret, struct err *e);
/* The same as text, arena-owned; NULL when there is none or it is no scalar. */
enum status source_text_of(struct source_view *v, const json_t *expression, const char **ret, struct err *e);
/* A scalar as text, arena-owned; NULL: it is none, or memory ran out. */
const char *source_scalar(struct arena *arena, const json_t *v);
/* v as the words of `as` say; steals v. NULL in *ret: it cannot be read so. */
enum status source_convert(struct source_view *v, const char *as, json_t *value, json_t **ret, struct err *e);

/* {"pick": ...}: of the item's answers the one with a label or of a type. (source_pick.c) */
enum status source_pick(struct source_view *v, const json_t *expression, json_t **ret, struct err *e);
void source_answers_drop(struct source_view *v); /* what source_pick keeps for further questions */

/* Fills {places} of a text; escapes for `content_type` (NULL: not at all). (source_text.c) */
enum status source_fill(
    struct source_view *v, const char *text, const char *content_type, struct buf *out, struct err *e);

/* XML without a DTD as JSON. (source_xml.c) */
enum status source_xml(const char *s, size_t n, json_t **ret, struct err *e);

/* A scheme that is code. (source_scheme.c) */
struct source_scheme {
	const char *name;
	const char *const *secret; /* members of its secret, NULL-terminated */
	size_t n_required;         /* of those, from the first */
	/* Verifies with one secret and deciphers: ST_DENIED when it is not this one's. */
	enum status (*admit)(const json_t *secret, struct source_request *r, struct arena *arena, struct err *e);
	/* A GET that asks whether we are there; NULL: it has none. */
	enum status (*greet)(const json_t *secret, const struct source_request *r, struct arena *arena,
	    const char **ret, size_t *ret_n, struct err *e);
};
const struct source_scheme *source_scheme_find(const char *name);

/* Takes the value at a pointer out of its object or list; new reference, NULL: there is none. (source_read.c) */
json_t *source_remove(struct arena *arena, json_t *root, const char *pointer);
/* What a profile field's values are made of by themselves: a word of `as`, or "as_is". (source_map.c) */
const char *source_field_kind(const char *path);
bool source_zone_valid(const char *s);

const char *source_pair_find(const struct source_pair *p, size_t n, const char *name); /* NULL: none */
enum status source_denied(struct err *e, const char *code, const char *detail);
/* Standard base64 with padding; arena-owned. */
const char *source_base64(struct arena *arena, const void *p, size_t n);
bool source_base64_read(struct arena *arena, const char *s, size_t n, uint8_t **ret, size_t *ret_n);
/* Equal texts, in constant time but for their length. */
bool source_same(const char *a, const char *b);

#endif
