/* A playbook's settings: read from JSON, checked, and when one is to be followed next.
 *
 * {"when": rule | "match": {"tags", "tiers", "stages"}, "owner_role", "actions": [text], "offer", "cadence",
 * "first_after", "on_change"} */
#ifndef INGEST_PLAYBOOK_H
#define INGEST_PLAYBOOK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

/* So many months and days by the calendar, then so many milliseconds. */
struct cadence {
	int months;
	int64_t days, ms;
};
/* weekly, biweekly, monthly, quarterly, or an ISO 8601 duration of at most ten years (P2M, P10D, P1Y, PT36H); PT0S: at
 * once. */
bool cadence_parse(const char *text, struct cadence *ret);
/* As late in the day as `at` by the clocks of `zone`; a month without that day ends earlier; an hour that is skipped
 * begins when it is over. */
struct zone;
int64_t cadence_after(const struct cadence *c, const struct zone *zone, int64_t at);

struct playbook_settings {
	json_t *condition;                             /* owned: whom it is for, the disqualified never */
	const char *cadence, *first_after, *on_change; /* borrowed from the settings; the last two NULL: none */
};
/* `review`: on_change may be said. Errors: ST_INVALID "field_type", "field_unknown", "field_required", "field_invalid",
 * with a pointer. Release with playbook_settings_free. What `when` says is compiled elsewhere. */
enum status playbook_settings_read(const json_t *settings, bool review, struct playbook_settings *ret, struct err *e);
void playbook_settings_free(struct playbook_settings *s);

#endif
