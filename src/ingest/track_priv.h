/* What the files of tracking share. */
#ifndef INGEST_TRACK_PRIV_H
#define INGEST_TRACK_PRIV_H

#include "adapter_priv.h"
#include "ingest/track.h"

/* Traits of a person into c->patch: those that fit a well-known field become it, the rest are attributes under their
 * own names. NULL or no object: nothing. at: where they stand. */
enum status track_traits(
    const struct track_context *x, const json_t *traits, const struct place *at, struct command *c, struct err *e);
/* Traits of a group under the names that a company has here, where they fit them. *ret: a new object. */
enum status track_group_traits(
    const struct track_context *x, const json_t *traits, json_t **ret, struct err *e);
/* A well-known field of the patch, unless it is there or the value does not fit. */
enum status track_field(const struct track_context *x, const char *field, json_t *value, const struct place *at,
    struct command *c, struct err *e);
/* The attributes are within bounds. */
enum status track_attributes_check(const struct command *c, const struct place *at, struct err *e);

/* When it happened, into c->at: at_now when nothing usable is said. */
void track_time(const struct track_context *x, const json_t *message, struct command *c);

#endif
