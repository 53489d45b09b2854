/* A request's body, and the commands made of it. */
#ifndef API_BODY_PRIV_H
#define API_BODY_PRIV_H

#include <jansson.h>

#include "api_priv.h"

/* New reference. Errors: "content_type_unsupported", "body_required", and those of json_read. `merge_patch`: that media
 * type is taken too. */
enum status body_read(const struct api_call *c, bool merge_patch, json_t **ret, struct err *e);
/* The same, whatever the media type says. */
enum status body_json(const struct api_call *c, json_t **ret, struct err *e);
/* Whether the request says that its body is of this media type. */
bool body_is(const struct api_call *c, const char *type);
/* As body_read; *ret NULL when there is no body. */
enum status body_read_optional(const struct api_call *c, json_t **ret, struct err *e);

/* That it is an object with none but the known members. Errors: "field_type", "field_unknown" with its place. */
enum status body_object(const json_t *body, const char *const *known, struct err *e);
/* A member's string, arena-owned; NULL when it is absent or null. Errors: "field_type", "field_too_long". */
enum status body_text(struct api_call *c, const json_t *body, const char *key, const char **ret, struct err *e);
enum status body_text_max(struct api_call *c, const json_t *body, const char *key, size_t max, const char **ret, struct err *e);

/* The thing that the path names, and the version of it that If-Match does. `what` as in path_uuid. */
enum status path_version_of(const struct api_call *c, const char *what, struct uuid *ret_id, int64_t *ret_if_revision, struct err *e);
/* The body of a POST (what NULL: the other two are left alone), or of a PATCH of the thing that the path names. New reference. */
enum status body_of_write(
    const struct api_call *c, const char *what, struct uuid *ret_id, int64_t *ret_if_revision, json_t **ret, struct err *e);
/* A value as JSON text, arena-owned. */
enum status body_keep(struct api_call *c, const json_t *v, const char **ret, struct err *e);
/* A PATCH's: what If-Match names, and the body's text (arena-owned) if it is an object with none but the members known, of which `more` (may be NULL) are
 * some too. It is merged on the reader's thread, where what it changes is read. */
enum status body_patch(const struct api_call *c, const char *const *known, const char *const *more, int64_t *ret_if_revision, const char **ret_text, struct err *e);

/* What adapters are told about the call. Errors: "header_invalid" for a bad Idempotency-Key. */
enum status body_context(const struct api_call *c, struct adapter_context *ret, struct err *e);

/* Room for the commands of n items in the call's job. Errors: ST_NOMEM. */
enum status commands_begin(struct api_call *c, size_t n, struct err *e);
/* The place of the next command. */
struct command *commands_next(struct api_call *c);
/* Keeps what the adapter made there (st ST_OK), or why item i was refused. */
void commands_keep(struct api_call *c, size_t item, enum status st, const struct err *e);

/* The one command on a lead whose id is in the path. (lead_write.c) */
struct by_id {
	struct adapter_context x;
	struct uuid id;
	int64_t version; /* from If-Match; -1: any */
	json_t *body;    /* NULL: none is read */
};
enum status commands_begin_by_id(struct api_call *c, struct by_id *ret, struct err *e);
/* The same, and reads the body. `merge_patch` as in body_read. */
enum status commands_begin_with_body(struct api_call *c, bool merge_patch, struct by_id *ret, struct err *e);
/* Keeps what the adapter made (s ST_OK), and lets the body go. */
enum status commands_keep_by_id(struct api_call *c, const struct by_id *r, enum status s, const struct err *e);

#endif
