/* Playbooks: who looks after which leads, how often and with what. */
#ifndef STORE_PLAYBOOK_H
#define STORE_PLAYBOOK_H

#include "store/db.h"

#define PLAYBOOK_MAX 100 /* of a workspace */

/* Text is arena-owned. */
struct playbook_row {
	struct uuid id;
	const char *kind, *name, *description;
	int32_t priority;
	bool enabled;
	const char *settings, *condition; /* JSON texts: {"when", "match", "owner_role", "actions", "offer"} */
	const char *cadence, *first_after, *on_change; /* the last two NULL: none */
	int64_t revision;
	const char *created_by;
	int64_t created_at, updated_at;
	int64_t open, overdue; /* follow-ups */
};
/* In the order in which they are asked. */
enum status store_playbook_list(struct db *db, const struct uuid *workspace, int64_t now, struct arena *arena,
    struct playbook_row **ret, size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "playbook_not_found". */
enum status store_playbook_read(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    struct arena *arena, struct playbook_row *ret, struct err *e);

struct playbook_write {
	const char *kind, *name, *description; /* kind: of a new one */
	int32_t priority;
	bool enabled;
	const char *settings, *condition, *cadence, *first_after, *on_change;
	bool new_condition; /* or on_change has come or gone: the whole base is looked at anew */
	bool new_order;     /* priority or enabled is another: those who fit it are looked at */
	const char *author;
	int64_t now;
};
/* Errors: ST_CONFLICT "playbook_name_taken", "playbooks_too_many", "version_mismatch"; ST_NOT_FOUND. if_revision -1:
 * whatever it is. */
enum status store_playbook_add(
    struct db *db, const struct uuid *workspace, const struct playbook_write *w, struct uuid *ret_id, struct err *e);
enum status store_playbook_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct playbook_write *w, int64_t if_revision, struct err *e);
enum status store_playbook_delete(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t if_revision, int64_t now, struct err *e);

/* For the background: marks leads of a playbook that was changed, at most about `max` leads further on. *ret_more:
 * there is more to do. */
enum status store_playbook_sweep(
    struct db *db, int64_t now, size_t max, struct arena *arena, bool *ret_more, struct err *e);

#endif
