/* What the files of inbound sources share: a source's stored settings, and one request on its way through them. */
#ifndef API_SOURCES_PRIV_H
#define API_SOURCES_PRIV_H

#include "door_priv.h"
#include "ingest/source.h"
#include "store/source_request.h"

#define SOURCE_KEEP_DAYS 7
#define SOURCE_KEEP_DAYS_MAX 30

extern const struct door_type source_door;

/* Stored: {"preset", "source", "keep_days", "mapping", "secrets"}. */
struct source_doc {
	json_t *root; /* owned; the rest is borrowed from it */
	const json_t *mapping, *secrets;
	const char *source, *preset; /* preset NULL: none */
	int64_t keep_days;
};
enum status source_doc_read(const char *settings, struct source_doc *ret, struct err *e);
void source_doc_free(struct source_doc *d);
/* The mapping that a body asks for: `base` (or the preset that it names) changed by its "mapping" (RFC 7396), or that
 * alone. New reference. (source_settings.c) */
enum status source_mapping_of(const json_t *body, const json_t *base, json_t **ret, struct err *e);
/* A fault inside of a part, told with the part's place. (source_settings.c) */
enum status source_within(const char *part, enum status s, struct err *e);

/* Whether these settings may be stored; completes them. */
enum status source_settings_check(json_t *settings, const char *name, struct err *e);

/* One request: mapped, committed, told. (source_run.c) */
struct source_run {
	struct api *api;
	struct api_call *call;
	const json_t *mapping, *secrets;
	const char *source;
	struct source_request r;
	bool replay;             /* it was received before: events have that time */
	json_t *payload, *pairs; /* owned */
	struct source_item *items;
	size_t n;
	struct command *commands;
	size_t *command_of; /* item to command, SIZE_MAX: none */
	size_t n_commands;
	struct err err; /* of the whole request; ST_OK: its items have been found */
	struct uuid *leads;
	size_t n_leads;
	struct source_request_row row; /* what is kept */
};
/* Leaves of the request what may be kept, and from there on maps that: a replay then sees the same. */
enum status source_run_keep(struct source_run *x, struct err *e);
/* A request that was kept: reads it again. */
enum status source_run_again(struct source_run *x, const struct source_request_row *row, struct err *e);
/* Items and commands. Faults of the request are in x->err and the items; only want of memory fails. */
enum status source_run_map(struct source_run *x, struct err *e);
/* Commits the commands. Fails only if it is to be tried again as a whole. */
enum status source_run_commit(struct source_run *x, struct err *e);
/* What became of it: row.outcome, items and error. */
enum status source_run_outcome(struct source_run *x, struct err *e);
void source_run_free(struct source_run *x);
/* {"code", "pointer", "detail"} */
void source_put_error(struct buf *b, const struct err *e);
/* The first that went wrong, or NULL. */
const struct err *source_run_fault(const struct source_run *x);

#endif
