/* What the readers of the two encodings share. */
#ifndef BASE_FORM_PRIV_H
#define BASE_FORM_PRIV_H

#include <stdbool.h>

#include "base/form.h"

/* A list under construction. */
struct form_builder {
	struct arena *arena;
	struct form_limits limits; /* filled in */
	struct form_entry *entries;
	size_t n, room;
};

/* Checks and keeps one: `name` and `filename` (or NULL) are decoded already and the arena's; `value` is not copied. */
enum status form_add(struct form_builder *b, enum form_kind kind, const char *name, size_t name_len,
    const char *filename, size_t filename_len, const char *value, size_t size, struct err *e);
enum status form_malformed(struct err *e, const char *what);
int form_hex(char c); /* -1: none */

/* form_multipart.c */
enum status form_multipart(struct form_builder *b, const char *boundary, const char *body, size_t n, struct err *e);

/* A parameter of a header value: `; name=token` or `; name="quoted"` at *at. FORM_PARAM_BROKEN also for what is
 * neither. */
enum form_param { FORM_PARAM_END, FORM_PARAM, FORM_PARAM_BROKEN };
struct form_param_text {
	const char *name, *value; /* value: without the quotes, still escaped when `quoted` */
	size_t name_len, value_len;
	bool quoted;
};
enum form_param form_param_next(const char **at, const char *end, struct form_param_text *ret);
bool form_word(const char *s, size_t n, const char *word); /* whatever the case */

#endif
