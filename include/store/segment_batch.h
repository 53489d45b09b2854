/* What an ingest batch reads and writes of segments: who is in which, and who came and went. */
#ifndef STORE_SEGMENT_BATCH_H
#define STORE_SEGMENT_BATCH_H

#include "store/db.h"

struct segment_member {
	struct uuid lead_id, segment_id;
	int64_t since; /* written only; of one that leaves: nothing */
};
struct segment_move {
	struct uuid id, lead_id, segment_id;
	const char *kind, *cause;
	bool entered;
	int64_t at;
};

/* A lead is to start a journey. */
struct journey_start {
	struct uuid id, journey_id, lead_id;
	int64_t at;
};

/* A lead's follow-ups are to be looked at. */
struct followup_mark {
	struct uuid id, lead_id;
	int64_t at;
	const char *change; /* what a review is due for; NULL: nothing */
};

struct segment_writes {
	struct segment_member *entered, *left;
	size_t n_entered, n_left;
	struct segment_move *moves;
	size_t n_moves;
	struct journey_start *starts;
	size_t n_starts;
	struct followup_mark *marks;
	size_t n_marks;
	struct uuid *gone; /* leads that are in none any more: merged, erased */
	size_t n_gone;
};

/* By lead, then segment. */
enum status store_segment_held(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n,
    struct arena *arena, struct segment_member **ret, size_t *ret_n, struct err *e);
/* Sends what there is; the batch flushes. */
enum status store_segment_writes_send(
    struct db *db, const struct uuid *workspace, int64_t now, const struct segment_writes *w, struct err *e);
enum status store_followup_marks_send(
    struct db *db, const struct uuid *workspace, const struct followup_mark *marks, size_t n, struct err *e);
/* The list of a revision as JSON text, arena-owned. ST_BUSY "segments_changed": it is not kept any more. */
enum status store_segment_set(
    struct db *db, const struct uuid *workspace, int64_t revision, struct arena *arena, const char **ret, struct err *e);

#endif
