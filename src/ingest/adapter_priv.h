/* What the adapters share: a command under construction, and the lead object inside events and bodies. */
#ifndef INGEST_ADAPTER_PRIV_H
#define INGEST_ADAPTER_PRIV_H

#include "clean_priv.h"
#include "ingest/adapter.h"
#include "profile_priv.h"

/* An event command with its defaults: now, no version asked for. */
void command_begin(struct command *c, const struct adapter_context *x, const char *type);
/* The key of an event whose client gave no id: from the Idempotency-Key, `scope` and the item's index, or a new one. */
struct uuid made_key(const struct adapter_context *x, const char *scope);

#define SOURCE_NAME_MAX 64 /* of an external id */
bool source_name_good(const char *s);

static inline struct cleaner cleaner_of(const struct adapter_context *x, struct command *c)
{
	return (struct cleaner){x->arena, x->without, &c->notes};
}

/* What members an object of lead fields may have besides profile fields. */
enum lead_shape {
	LEAD_IN_EVENT, /* id, external_id, anonymous_id */
	LEAD_BODY,     /* the same; `source` is of the event */
	LEAD_PATCH,    /* external_id, anonymous_id; the lead is known */
};
/* Fills the lead part of c: lead_id, identities strongest first, patch (and source for LEAD_BODY). On failure c may
 * hold references. */
enum status lead_take(const struct adapter_context *x, const json_t *lead, enum lead_shape shape,
    const struct place *at, struct command *c, struct err *e);
/* Members account_id and account_external_id of a lead. */
bool account_member(const char *key);
enum status account_take(const struct adapter_context *x, const char *key, const json_t *v, const struct place *at, struct command *c, struct err *e);
/* The texts of properties, patch and source. */
enum status command_texts(const struct adapter_context *x, struct command *c, const struct place *root, struct err *e);

#endif
