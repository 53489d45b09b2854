/* Sales people: what their document says, and when they work. Pure; no I/O. docs/handoff.md says it in words. */
#ifndef INGEST_USER_H
#define INGEST_USER_H

#include <jansson.h>

#include "base/arena.h"
#include "base/ident.h"
#include "base/status.h"
#include "scoring/worktime.h"

#define USER_CAPACITY_MAX 100000
#define USER_WEIGHT_MAX 100

struct sales_user {
	struct uuid id;
	const char *name, *email, *role;  /* email NULL: none */
	bool active;
	int64_t capacity;                 /* handoffs that may be open; -1: any number */
	int64_t weight;                   /* 1 to USER_WEIGHT_MAX */
	const char **languages, **territories, **tags;
	size_t n_languages, n_territories, n_tags;
	struct work_span *absences;
	size_t n_absences;
	struct worktime *time;            /* their own, or the workspace's calendar in their zone; absences and holidays count as none */
	int64_t open;                     /* handoffs: filled in by who routes */
};

/* Days that are free, and the week where a user has none of their own. */
struct team_calendar {
	const char *time_zone;
	struct work_week week;
	const int32_t *holidays;          /* days since 1970-01-01 */
	size_t n_holidays;
};

/* Checks a whole document and completes it with the defaults. *ret: a new reference, every member there. Errors with pointers. */
enum status user_check(struct arena *arena, json_t *given, json_t **ret, struct err *e);
/* The members that a document may have, NULL-terminated. */
extern const char *const user_members[];
/* A document that was checked. All of it is the arena's. Errors: ST_NOMEM; ST_INTERNAL "user_broken". */
enum status user_read(struct arena *arena, const struct uuid *id, const char *document, const struct team_calendar *team, struct sales_user *ret, struct err *e);
bool user_absent(const struct sales_user *u, int64_t now);
/* Whether the text names this user: by id or e-mail. NULL names nobody. */
bool user_named(const struct sales_user *u, const char *text);

/* Shared with ingest/routing.h: {"mon": [["09:00", "18:00"]], ...}. The canonical document, a new reference. */
struct place;
enum status week_check(json_t *given, const struct place *at, json_t **ret, struct err *e);
void week_read(const json_t *document, struct work_week *ret);
/* "2026-10-01" as days since 1970-01-01. */
bool local_day_parse(const char *s, size_t n, int32_t *ret);

#endif
