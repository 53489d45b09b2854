/* Messages of the Segment specification, which RudderStack's clients send too, to commands. No I/O.
 *
 * A message is `identify`, `track`, `page`, `screen`, `group` or `alias`: who (userId, anonymousId), what (event and
 * properties, or traits), when, and the context. docs/tracking.md says what becomes of each field. Unlike events of our
 * own shape (adapter.h), what a message says beyond that is kept where there is a place for it and passed over
 * otherwise: its sender is a library in somebody's page, which cannot be told to mend a field. Refused is only what
 * cannot be stored: field_type (no object where one must be), identity_required (it names nobody), identities_too_many,
 * field_too_long, field_too_large, key_too_long, field_required (a track without event, a group without groupId, an
 * alias without previousId or userId), call_unknown.
 *
 * Names and times are Segment's own: userId is the external_id of source "user_id" (and an e-mail address too, when it
 * is one), anonymousId the anonymous_id, messageId the event_id, groupId an account's external_id of source
 * "group_id". occurred_at is the message's time corrected by how far
 * the client's clock is off, as its sentAt shows; one that lies ahead is taken for now. */
#ifndef INGEST_TRACK_H
#define INGEST_TRACK_H

#include "ingest/adapter.h"

enum track_call { TRACK_IDENTIFY, TRACK_TRACK, TRACK_PAGE, TRACK_SCREEN, TRACK_GROUP, TRACK_ALIAS };
/* "identify", ... False: none of them. */
bool track_call_parse(const char *name, enum track_call *ret);

/* A workspace's own names of events, before the table that all have: workspaces.event_types, an object of names and types ("提交表单": "form_submit"). Names that
 * are ASCII are compared in snake_case. Immutable and counted; any thread. */
struct track_names;
/* Whether the document (borrowed; NULL or null: none) is such an object; else ST_INVALID with a pointer into it. */
enum status track_names_validate(const json_t *doc, struct err *e);
/* *ret: one reference, or NULL for NULL text. Errors: ST_NOMEM; ST_INTERNAL when the text is none that was validated. */
enum status track_names_read(const char *text, struct track_names **ret, struct err *e);
struct track_names *track_names_ref(struct track_names *t); /* accepts NULL */
void track_names_unref(struct track_names **t);             /* accepts NULL and *NULL */

struct track_context {
	struct adapter_context adapter;
	const json_t *batch; /* what the message stands in, whose context and sentAt are its own too; NULL: alone */
	const struct track_names *names; /* NULL: none but those that all have */
	bool public;         /* the key stands in a page for everybody to read: what it says moves no stage by hand */
};
/* One message. Takes its properties over and adds to them, so it is not to be used again. Errors: ST_INVALID with
 * pointer. On success `ret` holds references to release. */
enum status adapter_track(
    const struct track_context *x, enum track_call call, json_t *message, struct command *ret, struct err *e);

/* The well-known type of a name of an event ("Order Completed": purchase), or the name in snake_case. out:
 * TRACK_TYPE_MAX + 1 bytes. False: the name cannot be read from the type (it is not ASCII, or too long). */
#define TRACK_TYPE_MAX 100
bool track_event_type(const struct track_names *own, const char *name, bool public, char *out);

/* Where in the text of a body its writeKey stands: its own, or that of the first message of its batch. Reads each byte
 * a few times at most and allocates nothing, since nobody has been authenticated yet. False: none; the body need not be
 * JSON. */
bool track_write_key(const char *body, size_t n, const char **ret, size_t *ret_n);
/* How large the messages of a batch are as they stand in the body; returns how many of them are in sizes. */
size_t track_message_sizes(const char *body, size_t n, size_t *sizes, size_t max);

#endif
