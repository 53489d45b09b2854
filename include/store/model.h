/* Models: versioned documents in lines, and their life from draft to retired.
 *
 * A line is what a product, a region or a team calls its model; versions count over the workspace and are never given twice. A line has at most one
 * active version and one shadow; the active version of the workspace's primary line makes a lead's score, tier and stage. Whatever changes a model's
 * state locks the workspace's row first, so that changes come one after another, and leaves workspaces.active_model and other_models as the states
 * say, in the same transaction, with the job that brings the leads after. A document changes only while it is a draft. */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "store/db.h"

#define MODEL_LINE_DEFAULT "default"
#define MODEL_LINE_MAX 64 /* bytes */
#define MODEL_NOTE_MAX 2000

struct model_row {
	int64_t version, revision;
	const char *name, *line, *state; /* draft, shadow, active, retired */
	bool primary;                    /* its line is the workspace's primary one */
	int64_t based_on;                /* 0: nothing */
	const char *note, *activation_note;
	const char *transitions;         /* what the newest activation asked of the moves it makes: raise, hold, quiet */
	int64_t created_at, activated_at, retired_at; /* INSTANT_NEVER: never, or not now */
	bool has_created_by, has_activated_by;        /* keys; else the command line */
	struct uuid created_by, activated_by;
	const char *document; /* JSON text; NULL in lists and after changes */
};

struct model_filter {
	const char *line, *state; /* NULL: any */
	int64_t before;           /* the last version of the page before; 0: from the newest */
	size_t limit;
};
/* Newest version first. Text of the rows of these two is borrowed from the connection until its next statement. */
enum status store_model_list(struct db *db, const struct uuid *workspace, const struct model_filter *f, struct arena *arena, struct model_row **ret,
	size_t *ret_n, bool *ret_more, struct err *e);
/* ST_NOT_FOUND "model_not_found". */
enum status store_model_row(struct db *db, const struct uuid *workspace, int64_t version, struct model_row *ret, struct err *e);
/* A model's document by version, arena-owned. ret_draft (may be NULL): it may still change. */
enum status store_model_read(
	struct db *db, const struct uuid *workspace, int64_t version, struct arena *arena, const char **ret_document, bool *ret_draft, struct err *e);

/* The active version of a line; ST_NOT_FOUND "model_not_found". */
enum status store_model_of_line(struct db *db, const struct uuid *workspace, const char *line, int64_t *ret_version, struct err *e);

/* Whole documents to be looked through, newest version first: those in one of these states, before a version (0: from the newest). Text is
 * borrowed from the connection until its next statement. */
struct model_scan_row {
	int64_t version;
	const char *name, *line, *state, *document;
};
enum status store_model_scan(struct db *db, const struct uuid *workspace, const char *const *states, size_t n_states, int64_t before, size_t limit,
	struct arena *arena, struct model_scan_row **ret, size_t *ret_n, struct err *e);

/* Who changes a model, and when. */
struct model_author {
	const struct uuid *key; /* NULL: the command line */
	int64_t now;
};
/* What is written of a draft; the document is valid JSON of a model that compiles. */
struct model_draft {
	const char *line, *name, *note, *document;
	int64_t based_on; /* 0: nothing */
	bool for_all;     /* model_applies_always of the document */
};
/* open: a transaction is, and who opened it ends it; a failure rolls it back. Errors: "line_invalid", "note_invalid" and ST_INVALID "based_on_unknown" with
 * pointers; ST_INVALID "applies_when_primary" when the line is the primary one and the model is not for everybody. ret's text is arena-owned, without the
 * document. */
enum status store_model_create(struct db *db, const struct uuid *workspace, const struct model_draft *d, const struct model_author *by, bool open,
	struct arena *arena, struct model_row *ret, struct err *e);
/* if_revision -1: whatever it is. Errors as above, and ST_NOT_FOUND, ST_CONFLICT "version_mismatch", "model_state" when it is no draft any more.
 * Members of d that are NULL (line, note) or -1 (based_on) stay. */
enum status store_model_replace(struct db *db, const struct uuid *workspace, int64_t version, int64_t if_revision, const struct model_draft *d,
	struct arena *arena, struct model_row *ret, struct err *e);
enum status store_model_delete(struct db *db, const struct uuid *workspace, int64_t version, int64_t if_revision, struct err *e);

struct model_activation {
	struct model_author by;
	const char *transitions; /* raise, hold, quiet */
	const char *note;        /* NULL: none */
};
struct model_outcome {
	struct model_row model;  /* arena-owned, without the document */
	int64_t replaced;        /* the version that it took the place of; 0: none */
	bool has_job;
	struct uuid job;         /* brings the leads after */
};
/* draft or retired -> shadow. A shadow that the line had is retired. ST_CONFLICT "model_state", "model_broken". */
enum status store_model_shadow(struct db *db, const struct uuid *workspace, int64_t version, const struct model_author *by, struct arena *arena,
	struct model_outcome *ret, struct err *e);
/* draft, shadow or retired -> active; what was active in the line is retired. ST_CONFLICT "model_state", "applies_when_primary", "model_broken" (its
 * document does not compile with this program); ST_INVALID "note_invalid". */
enum status store_model_activate(struct db *db, const struct uuid *workspace, int64_t version, const struct model_activation *how, struct arena *arena,
	struct model_outcome *ret, struct err *e);
/* The version that was active in the line before (NULL: the primary line) is active again. ST_CONFLICT "no_previous_model". */
enum status store_model_rollback(struct db *db, const struct uuid *workspace, const char *line, const struct model_activation *how, struct arena *arena,
	struct model_outcome *ret, struct err *e);
/* shadow, or active in another line than the primary -> retired; the job removes the scores that it made. ST_CONFLICT "model_state", "model_primary". */
enum status store_model_retire(struct db *db, const struct uuid *workspace, int64_t version, const struct model_author *by, struct arena *arena,
	struct model_outcome *ret, struct err *e);

#endif
