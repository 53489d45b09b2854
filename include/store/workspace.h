/* A workspace's settings: what it is called, where it is, which line of models comes first.
 *
 * Making and finding workspaces by name is the command line's: store/key.h. */
#ifndef STORE_WORKSPACE_H
#define STORE_WORKSPACE_H

#include "store/model.h"

#define WORKSPACE_NAME_MAX 255

struct workspace_settings {
	const char *name, *country, *time_zone, *primary_line;
	const char *filters;      /* JSON text; NULL: the defaults */
	const char *cleaning;     /* JSON text: steps that are left out; NULL: none */
	const char *email_domains; /* JSON text: their kinds; NULL: none is named */
	const char *event_types;  /* JSON text; NULL: none */
	const char *accounts;     /* the same */
	int64_t active_model;     /* 0: none */
	const int64_t *other_models;
	size_t n_other_models;
	int64_t revision, created_at;
	int64_t segments_revision; /* of the list of conditions that leads are looked at with; 0: there never was one */
};
/* Text is arena-owned. ST_NOT_FOUND "workspace_not_found". */
enum status store_workspace_settings(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct workspace_settings *ret, struct err *e);

struct workspace_patch {
	const char *name, *country, *time_zone, *primary_line; /* NULL: stays; the time zone is one that models take */
	bool has_filters;
	const char *filters; /* JSON text; NULL: the defaults again */
	bool has_cleaning, has_email_domains;
	const char *cleaning, *email_domains; /* as filters */
	bool has_event_types;
	const char *event_types; /* JSON text; NULL: none */
	bool has_accounts;
	const char *accounts; /* the same */
};
/* A new primary line must have an active model that is for everybody: its leads are scored by it from now on, and by the old one beside it. how: what
 * becomes of the moves that this makes; jobs_ret: up to two, how many in ret_jobs. if_revision -1: whatever it is. Errors: ST_INVALID "name_invalid",
 * "country_invalid"; ST_CONFLICT "version_mismatch", "workspace_exists", "line_not_active", "applies_when_primary", "model_broken". */
enum status store_workspace_patch(struct db *db, const struct uuid *workspace, int64_t if_revision, const struct workspace_patch *p,
    const struct model_activation *how, struct arena *arena, struct uuid ret_jobs[2], size_t *ret_n_jobs, struct err *e);

#endif
