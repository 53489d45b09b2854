/* CloudEvents 1.0 (JSON format; HTTP binding) as events of POST /v1/events.
 *
 * id and source.name name the event: `id` is its event_id, `source` its source's name. `time` is occurred_at. The lead is `data.lead`, an object as in an event; without it
 * `subject` names the lead: what has an @ is an e-mail address, a + and digits a phone number, anything else an external id. `data` without its lead is the event's
 * properties, or {"data": ...} when it is no object; extension attributes, `dataschema` and a subject that names nobody join them, as ce_NAME where data has that name.
 * The type is kept, but for one whose last part (of those between dots, less a closing v1, v2...) is a well-known type of ours: com.example.demo_request.v2 is demo_request, and
 * the source's `type` says what it was. docs/cloudevents.md says it at length. */
#ifndef INGEST_CLOUDEVENTS_H
#define INGEST_CLOUDEVENTS_H

#include "ingest/adapter.h"

enum cloudevent_mode {
	CLOUDEVENT_STRUCTURED, /* err.pointer is into the event */
	CLOUDEVENT_BINARY,     /* of attributes it is the header ("^ce-id"), else into the body */
};

/* The event (borrowed; in binary mode put together from headers and body). Errors: ST_INVALID "field_required", "field_invalid", "specversion_unsupported"
 * and those of adapter_event; pointers are those of the CloudEvent. */
enum status cloudevent_take(const struct adapter_context *x, const json_t *event, enum cloudevent_mode mode, struct command *ret, struct err *e);

/* The value of a ce- header: a quoted string is unquoted, then %XX decoded once. *ret is the arena's. Errors: ST_INVALID "field_invalid" with the header's name. */
enum status cloudevent_header(struct arena *arena, const char *name, const char *value, const char **ret, struct err *e);

/* What bytes of a media type (NULL: JSON) are as a value; new reference. Errors: ST_INVALID "data_unsupported", those of json_read. */
enum status cloudevent_data(const char *bytes, size_t n, const char *media_type, size_t max_bytes, json_t **ret, struct err *e);

#endif
