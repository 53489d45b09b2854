/* Reading members of the documents of the desk: users and routing. */
#ifndef INGEST_DESK_PRIV_H
#define INGEST_DESK_PRIV_H

#include "profile_priv.h"

/* An array of at most `max` clean texts of 1 to TEXT_MAX bytes; absent and null: empty. *ret: a new reference. `check` (or NULL) says what else they have to be. */
typedef bool desk_word_fn(const char *s, char *canonical); /* canonical: room for 64 bytes; empty: as it is */
enum status desk_words(struct arena *arena, const json_t *v, const struct place *at, size_t max, desk_word_fn *check, const char *what, json_t **ret, struct err *e);
/* A clean text or null; absent: null. */
enum status desk_text(struct arena *arena, json_t *v, const struct place *at, json_t **ret, struct err *e);
/* A whole number within bounds. */
enum status desk_whole(const json_t *v, const struct place *at, int64_t min, int64_t max, int64_t *ret, struct err *e);
/* One of a NULL-terminated list of words; absent: the first. */
enum status desk_word(const json_t *v, const struct place *at, const char *const *words, const char **ret, struct err *e);
/* An ISO 8601 duration of at most `max_days`. */
enum status desk_duration(const json_t *v, const struct place *at, int64_t max_days, int64_t *ret, struct err *e);
/* Puts a new reference into `to`, which steals it; NULL is out of memory. */
enum status desk_put(json_t *to, const char *key, json_t *v, struct err *e);
/* Texts of an array into the arena. False: out of memory. */
bool desk_read_words(struct arena *arena, const json_t *list, const char ***ret, size_t *ret_n);
/* A text member, copied; NULL: none, or *io_ok went false for want of memory. */
const char *desk_read_text(struct arena *arena, const json_t *object, const char *key, bool *io_ok);

#endif
