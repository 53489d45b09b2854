/* What inbound sources were sent, as rows that are kept for a while. Text is borrowed from the connection until its
 * next statement, or owned by an arena where one is given. */
#ifndef STORE_SOURCE_REQUEST_H
#define STORE_SOURCE_REQUEST_H

#include "store/db.h"

struct source_request_row {
	struct uuid id;
	int64_t received_at, expires_at;
	const char *outcome;               /* ok, ignored, failed */
	const char *method, *content_type; /* content_type: NULL: none */
	const char *headers, *query;       /* JSON text; NULL in lists */
	const void *body;                  /* NULL in lists */
	size_t body_n;
	bool deciphered;
	const char *items; /* JSON text; NULL in lists */
	const char *error; /* JSON text; NULL: none */
	int32_t replays;
	int64_t replayed_at;
};

/* leads: whom it was about; erasing one removes the row. */
enum status store_source_request_add(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_row *row, const struct uuid *leads, size_t n_leads, struct err *e);
/* What became of a request that was replayed; one that is gone stays gone. */
enum status store_source_request_replayed(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_row *row, const struct uuid *leads, size_t n_leads, int64_t now, struct err *e);

struct source_request_filter {
	const char *outcome; /* NULL: any */
	bool has_after;
	struct uuid after; /* the last id of the page before */
	size_t limit;
};
/* Newest first. */
enum status store_source_request_list(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_filter *f, struct arena *arena, struct source_request_row **ret, size_t *ret_n,
    bool *ret_more, struct err *e);
/* ST_NOT_FOUND "request_not_found". */
enum status store_source_request_read(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *id, struct arena *arena, struct source_request_row *ret, struct err *e);
/* Whole, oldest first, behind an id, from an instant on; outcome NULL: any. */
enum status store_source_request_page(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *after, int64_t since, const char *outcome, size_t limit, struct arena *arena,
    struct source_request_row **ret, size_t *ret_n, struct err *e);

struct source_request_counts {
	int64_t ok, ignored, failed; /* kept ones, 100,000 at most */
	int64_t last_ok_at, last_failed_at, last_at;
	const char *last_error; /* JSON text, arena-owned; NULL: none */
};
enum status store_source_request_counts(struct db *db, const struct uuid *workspace, const struct uuid *source,
    struct arena *arena, struct source_request_counts *ret, struct err *e);

/* Removes at most `max` requests of all workspaces whose time is over. */
enum status store_source_request_expire(struct db *db, int64_t now, size_t max, bool *ret_more, struct err *e);
/* Removes at most `max` requests of one source. */
enum status store_source_request_remove(
    struct db *db, const struct uuid *workspace, const struct uuid *source, size_t max, bool *ret_more, struct err *e);

#endif
