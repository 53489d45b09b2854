/* From JSON as clients send it to commands: validated, normalised, identities extracted. No I/O.
 *
 * The shape of an event and of a lead: DESIGN 7. Every fault names its place: err.pointer is relative to the item; of several
 * faults the first in the document is told, then what is missing. Nothing given is changed; strings of a command are the arena's.
 *
 * An event's key is the hash of its source's name (or "") and its event_id; without event_id of the Idempotency-Key and the item's
 * index; without that it is new. occurred_at lies between 2000-01-01 and 5 minutes ahead. null is the same as left out for
 * event_id, occurred_at, properties, source and for id, external_id and anonymous_id; for profile fields it deletes (RFC 7396).
 * external_id is an id of the source "default", or an object of source names and ids. A source is an object or its name alone.
 * Texts are cleaned (clean.h) and have 1 to 255 bytes; what that changed is noted in cleaned_text. Limits: attributes and properties 32 KiB each as compact JSON, attributes
 * 200 members, a source 50 members and 8 KiB, lists 100 entries, keys 255 bytes, 8 identities.
 *
 * Codes: field_type, field_unknown, field_read_only, field_required, field_empty, field_too_long, field_too_large,
 * field_out_of_range, field_invalid, key_too_long, type_invalid, type_reserved, occurred_at_invalid, occurred_at_in_future,
 * occurred_at_too_old, identity_required, identities_too_many, id_invalid, external_source_invalid, email_invalid,
 * phone_invalid, tag_invalid, expires_at_past. */
#ifndef INGEST_ADAPTER_H
#define INGEST_ADAPTER_H

#include "ingest/command.h"

struct adapter_context {
	struct arena *arena;
	const char *country;           /* default country of phone numbers */
	int64_t now;                   /* received_at */
	const char *idempotency_key;   /* NULL, or of the request: with it and `index` an event without event_id gets its key */
	size_t index;
	unsigned without;              /* steps of cleaning that the workspace leaves out (clean_settings) */
};

/* One event object (borrowed) of POST /v1/events. Errors: ST_INVALID with pointer. On success `ret` holds references to release. */
enum status adapter_event(const struct adapter_context *x, const json_t *event, struct command *ret, struct err *e);
/* The body of POST /v1/leads: profile fields, identities, optional source; becomes profile_updated. */
enum status adapter_lead(const struct adapter_context *x, const json_t *lead, struct command *ret, struct err *e);
/* A row of an export of events: stored as it was, under the lead's old id, which is made when it is not there. Members: key, lead_id, event_id, type (internal ones too),
 * occurred_at, received_at, email, phone, properties, profile_patch, source, identities (of the lead, at most 8), voided_at, void_reason, flag, cleaned. Of the type lead_merged it is a
 * merge and becomes COMMAND_MERGE: key is its id, lead_id the lead that survives, properties {member, cause, author, reason}. For administrators only. */
enum status adapter_stored(const struct adapter_context *x, const json_t *row, struct command *ret, struct err *e);
/* A merge patch of PATCH /v1/leads/{id}. */
enum status adapter_patch(const struct adapter_context *x, const struct uuid *lead_id, const json_t *patch, struct command *ret, struct err *e);
/* PUT and DELETE of a tag; tag: "dimension:value", cleaned, 1 to 255 bytes; it stands in the path, so err.pointer of its faults is ":tag". expires_at INSTANT_NEVER: none. */
enum status adapter_tag_add(const struct adapter_context *x, const struct uuid *lead_id, const char *tag, int64_t expires_at, const char *tag_source, struct command *ret,
	struct err *e);
enum status adapter_tag_remove(const struct adapter_context *x, const struct uuid *lead_id, const char *tag, struct command *ret, struct err *e);

/* An item of POST /v1/events/void: {lead_id, event_id, source, reason}. `author` (borrowed for the arena's life) is who asks. */
enum status adapter_void(const struct adapter_context *x, const json_t *item, const char *author, struct command *ret, struct err *e);
/* PUT and DELETE of the offset: {points, reason, expires_at}. */
enum status adapter_offset(const struct adapter_context *x, const struct uuid *lead_id, const json_t *body, const char *author, struct command *ret, struct err *e);
enum status adapter_offset_end(const struct adapter_context *x, const struct uuid *lead_id, const char *author, struct command *ret, struct err *e);

/* Names an account in a command that is made already, with what a tracker says of it: a Segment group. Members that an account knows, in its types, become its fields (`website` its
 * domain, `address` its city, region and country), all others its attributes; nothing is refused for its kind. traits NULL: none. Pointers of faults begin with those given. */
enum status adapter_account(const struct adapter_context *x, const char *source, const json_t *external_id, const char *id_pointer, const json_t *traits,
	const char *traits_pointer, struct command *io, struct err *e);
/* PUT of a lead's account: {id}, {external_id} or {domain}. DELETE: the lead stays out of accounts until one is put. */
enum status adapter_account_put(const struct adapter_context *x, const struct uuid *lead_id, const json_t *body, struct command *ret, struct err *e);
enum status adapter_account_leave(const struct adapter_context *x, const struct uuid *lead_id, struct command *ret, struct err *e);

/* Checks a profile (or patch, where null deletes) against the well-known fields of DESIGN 7; `pointer` prefixes fault pointers. Extracts and normalises e-mail and phone in
 * place into *profile. Used by all of the above. */
enum status profile_check(struct arena *arena, json_t *profile, bool is_patch, const char *country, const char *pointer, struct err *e);

#endif
