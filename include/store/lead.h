/* Leads as readers see them: one row with typed columns, and the lists over them.
 *
 * Reading never locks and never scores: what is shown is what was committed, as of as_of. */
#ifndef STORE_LEAD_H
#define STORE_LEAD_H

#include "store/batch.h"
#include "store/db.h"
#include "store/merge.h"

struct lead_row {
	struct uuid id;
	int64_t version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version;
	int32_t score, fit, engagement, score_offset;
	char tier;
	const char *grade, *stage;
	const char *owner;              /* NULL: none */
	const char *const *tags;        /* n_tags NUL-terminated */
	size_t n_tags;
	bool has_handoff;
	struct uuid handoff_id;
	const char *handoff_state;
	const char *profile;            /* JSON object text: every profile field, email, phone and source included */
	size_t profile_len;
};

/* What a lead is worth under a model beside the primary one. */
struct lead_score_row {
	const char *line, *state; /* "active", "shadow" */
	int64_t model_version, as_of;
	bool applies;
	int32_t score, fit, engagement;
	char tier;
	const char *grade, *stage;
};
struct lead_identity_row {
	const char *kind, *value;
};
struct lead_detail {
	struct lead_row lead;
	struct lead_score_row *scores; /* by line */
	size_t n_scores;
	struct lead_identity_row *identities;
	size_t n_identities;
	struct merge_row *merges; /* that made it what it is, newest first; their text is arena-owned */
	size_t n_merges;
};

enum lead_sort { LEAD_SORT_SCORE_DESC, LEAD_SORT_SCORE, LEAD_SORT_CREATED_DESC, LEAD_SORT_CREATED, LEAD_SORT_UPDATED_DESC, LEAD_SORT_UPDATED };
struct lead_cursor {
	bool set;
	int64_t value;                  /* score, or updated_at in ms */
	struct uuid id;
};
struct lead_filter {
	char tier;                      /* 0: any */
	const char *stage, *tag, *owner; /* NULL: any */
	bool has_min_score, has_max_score;
	int32_t min_score, max_score;
	const char *const *terms;       /* folded words that must all be found (prefix); n_terms 0: any */
	size_t n_terms;
	int64_t updated_since;          /* INSTANT_NEVER: any */
	enum lead_sort sort;
	struct lead_cursor after;
	size_t limit;                   /* rows wanted, 1 to LEAD_PAGE_MAX; one more is read to know whether there is a next page */
};
#define LEAD_PAGE_MAX 200

/* Of the rows that these two return, text is borrowed from the connection until its next statement; the tags are in the arena. store_lead_read:
 * ST_NOT_FOUND "lead_not_found"; the id of a lead that has been merged gives the one that it was merged into, with that one's id. A list is complete or fails; how it finds its leads: src/store/lead_list.c. */

enum status store_lead_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct lead_row *ret, struct err *e);
/* With what only the page of one lead shows; of shadows only if asked. In one round trip. */
enum status store_lead_detail(struct db *db, const struct uuid *workspace, const struct uuid *id, bool shadows, struct arena *arena, struct lead_detail *ret, struct err *e);
/* Every event of a lead (the id as store_lead_read gave it) and of what has been merged into it that counts: in order, each once. Arena-owned. */
enum status store_lead_history(struct db *db, const struct uuid *workspace, const struct uuid *lead, struct arena *arena, struct batch_event **ret, size_t *ret_n, struct err *e);
enum status store_lead_list(struct db *db, const struct uuid *workspace, const struct lead_filter *f, struct arena *arena, struct lead_row **ret, size_t *ret_n,
	bool *ret_more, struct err *e);

#endif
