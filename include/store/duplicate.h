/* The review list: pairs of leads that may be one person.
 *
 * A pair is found once for ever: its id is made of its leads. It stays open until a person merges the two or dismisses
 * the pair; while its leads are one it is not shown. Batches find some by themselves (batch.h); the others are found by
 * what leads have in common: duplicate_keys. */
#ifndef STORE_DUPLICATE_H
#define STORE_DUPLICATE_H

#include "store/batch.h"

/* The same for the two in either order. */
struct uuid duplicate_id(const struct uuid *a, const struct uuid *b);

/* ST_NOT_FOUND "duplicate_not_found". */
enum status store_duplicate_leads(struct db *db, const struct uuid *workspace, const struct uuid *id,
    struct uuid *ret_a, struct uuid *ret_b, struct err *e);

/* One side of a pair. Text is borrowed from the connection until its next statement; NULL: none. */
struct duplicate_lead {
	struct uuid id;
	const char *name, *email, *phone, *company, *owner, *stage;
	char tier;
	int32_t score;
	int64_t last_event_at, created_at;
};
struct duplicate_row {
	struct uuid id;
	const char **reasons; /* arena-owned */
	size_t n_reasons;
	const char *state, *decided_by, *note;
	int64_t found_at, decided_at;
	struct duplicate_lead leads[2];
};
struct duplicate_filter {
	const char *state; /* NULL: any */
	bool has_lead, has_after;
	struct uuid lead_id, after;
	int64_t after_at;
	size_t limit;
};
/* Those found last first. */
enum status store_duplicate_list(struct db *db, const struct uuid *workspace, const struct duplicate_filter *f,
    struct arena *arena, struct duplicate_row **ret, size_t *ret_n, bool *ret_more, struct err *e);
/* Also one whose leads are one by now. ST_NOT_FOUND "duplicate_not_found". */
enum status store_duplicate_read(struct db *db, const struct uuid *workspace, const struct uuid *id,
    struct arena *arena, struct duplicate_row *ret, struct err *e);
/* note may be NULL. ST_NOT_FOUND "duplicate_not_found". */
enum status store_duplicate_dismiss(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    const char *author, const char *note, struct err *e);

/* For the search in the background. */
enum status store_duplicate_workspaces(
    struct db *db, int64_t now, struct uuid *ret, size_t max, size_t *ret_n, struct err *e);
/* Takes up to `max` marked leads until an instant. */
enum status store_duplicate_claim(struct db *db, const struct uuid *workspace, int64_t now, int64_t until,
    struct batch_lead_mark *ret, size_t max, size_t *ret_n, struct err *e);
enum status store_duplicate_done(
    struct db *db, const struct uuid *workspace, const struct batch_lead_mark *marks, size_t n, struct err *e);

struct duplicate_profile {
	struct uuid id;
	const char *email, *phone, *name, *company, *domain; /* arena-owned; NULL: none */
};
/* Of those of the leads that stand for themselves. */
enum status store_duplicate_profiles(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct duplicate_profile **ret, size_t *ret_n, struct err *e);
struct duplicate_key {
	struct uuid key, lead_id;
	const char *reason;
};
/* Replaces what is known of the leads by these keys, and commits; then whoever looks sees them. */
enum status store_duplicate_keys(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n_leads,
    const struct duplicate_key *keys, size_t n, struct err *e);
/* Puts on the review list whoever has one of these keys too. ret_found: pairs, known ones too. */
enum status store_duplicate_find(struct db *db, const struct uuid *workspace, const struct duplicate_key *keys,
    size_t n, int64_t now, struct arena *arena, size_t *ret_found, struct err *e);
/* Leads after a place, in order of their ids. */
enum status store_duplicate_page(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t max,
    struct uuid *ret, size_t *ret_n, struct err *e);
enum status store_duplicate_count(struct db *db, const struct uuid *workspace, int64_t *ret, struct err *e);

#endif
