/* Leads that are one person: what has been merged into what.
 *
 * A *root* is a lead that stands for itself; its *members* point to it (leads.merged_into), flat: a member has no
 * members. The merges that were not undone are a forest over all leads, of which a root and its members are one tree.
 * What a tree holds changes only while its root's row is locked. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "store/batch.h"

struct merge_member {
	struct uuid root, id;
};
/* The members of these roots: by root, then id. */
enum status store_merge_members(struct db *db, const struct uuid *workspace, const struct uuid *roots, size_t n,
    struct arena *arena, struct merge_member **ret, size_t *ret_n, struct err *e);

/* Sorts the events of several leads that are one, and keeps of each the copy that was received first. Returns how many
 * are left. */
size_t store_merge_events(struct batch_event *events, size_t n);

struct merge_kind {
	struct uuid lead_id;
	const char *kind; /* arena-owned */
};
struct merge_pair {
	struct uuid lead_id, member;
};
struct merge_facts {
	struct merge_kind *kinds; /* of identities, each once a lead, in no order */
	size_t n_kinds;
	struct merge_pair *undone; /* merges of these leads that were undone */
	size_t n_undone;
};
/* What decides whether leads may be joined without a person. In one round trip. */
enum status store_merge_facts(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n,
    struct arena *arena, struct merge_facts *ret, struct err *e);

/* A merge as stored. Text is arena-owned. */
struct merge_row {
	struct uuid id, lead_id, member;
	int64_t at, undone_at; /* undone_at INSTANT_NEVER: it stands */
	const char *cause, *author, *reason;
	bool has_handoff;
	struct uuid handoff_id;
	const char *handoff_state;
};
/* The merges that make these leads members; by member. */
enum status store_merge_edges(struct db *db, const struct uuid *workspace, const struct uuid *members, size_t n,
    struct arena *arena, struct merge_row **ret, size_t *ret_n, struct err *e);
/* By its id, or, id NULL, the one of a member: that which stands, else the newest. ST_NOT_FOUND "merge_not_found". */
enum status store_merge_named(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct uuid *member, struct arena *arena, struct merge_row *ret, struct err *e);
/* Which of these merges were ever made, undone ones included: in order of id. */
enum status store_merge_known(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct uuid **ret, size_t *ret_n, struct err *e);

#endif
