/* What the adapter's files share: places in a document, and the check of one profile field.
 *
 * Values are never changed in place: a check gives a new reference, to the same value when it was canonical already and
 * to a corrected one otherwise. So the common case copies nothing. */
#ifndef INGEST_PROFILE_PRIV_H
#define INGEST_PROFILE_PRIV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

#define TEXT_MAX 255          /* bytes of a text field, a key, an identity */
#define FREE_BYTES_MAX 32768  /* attributes as compact JSON */
#define FREE_KEYS_MAX 200     /* direct members of attributes */
#define SOURCE_BYTES_MAX 8192 /* a source as compact JSON */
#define SOURCE_KEYS_MAX 50

/* Where a value stands, as a chain on the stack; spelled as a JSON Pointer only when there is a fault to report. */
struct place {
	const struct place *up; /* NULL: the chain's root */
	const char *key;        /* member of `up`, or of the root the whole prefix ("/lead"); NULL: element `index` */
	size_t index;
};

/* ST_INVALID with the pointer of the place. */
enum status place_fault(const struct place *at, struct err *e, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The pointer of the place. */
void place_spell(const struct place *at, char ret[ERR_POINTER_MAX]);
enum status adapter_nomem(struct err *e);
/* "field_type": `at` must be `what` ("a string"). */
enum status type_fault(const struct place *at, struct err *e, const char *what);
/* "field_unknown", with the nearest of the names (NULL-terminated) if one is near, and `hint` (or ""). */
enum status name_fault(
    const struct place *at, struct err *e, const char *name, const char *const *known, const char *hint);
/* The name nearest to `name`, or NULL when none is near. */
const char *nearest_name(const char *name, const char *const *known);

struct cleaner;
struct profile_check {
	struct arena *arena;
	const char *country; /* default country of phone numbers */
	bool nulls;          /* null deletes; else it is a fault */
	const struct cleaner *cleaner; /* NULL: every step, and nothing is noted */
};

/* Checks member `key` of a profile. *ret is a new reference. */
enum status profile_field(
    const struct profile_check *x, const char *key, json_t *value, const struct place *at, json_t **ret, struct err *e);

/* A string of 1 to TEXT_MAX bytes after cleaning. *ret_text is arena-owned, or v's own text when that was clean. Nothing is noted (clean_priv.h has those that
 * do). */
enum status text_check(
    struct arena *arena, const json_t *v, const struct place *at, const char **ret_text, struct err *e);
/* The same as a value; *ret is a new reference. */
enum status text_value(struct arena *arena, json_t *v, const struct place *at, json_t **ret, struct err *e);
/* A source: an object with an optional text `name`, or the name alone. *ret is a new reference to an object. */
enum status source_value(const struct cleaner *k, json_t *v, const struct place *at, json_t **ret, struct err *e);
/* Keys of at most TEXT_MAX bytes at every depth. */
enum status free_check(const json_t *v, const struct place *at, struct err *e);
/* Compact text of v in the arena, NULL for NULL; over `limit` bytes: "field_too_large". */
enum status compact_text(
    struct arena *arena, const json_t *v, size_t limit, const struct place *at, const char **ret_text, struct err *e);

/* profile_words.c: each writes the canonical spelling, or returns false. */
bool language_canonical(const char *s, char out[64]);
bool country_canonical(const char *s, char out[3]);
bool currency_canonical(const char *s, char out[4]);
/* A host name in lower-case ASCII; *ret_domain is arena-owned. False when it is none; *ret_nomem tells why. */
bool domain_canonical(struct arena *arena, const char *s, size_t n, const char **ret_domain, bool *ret_nomem);

#endif
