/* A journey's settings: read from JSON, checked, and what they say of a step.
 *
 * {"trigger": {"segment": id} | {"when": rule} | {"stage"} | {"tag"} | {"form"}, "exit": rule, "quiet_hours": {"from", "to", "time_zone", "weekdays_only"},
 *  "steps": [{"id", "after", "template", "channel", "data", "branches": [{"when", "template", "channel", "data", "goto", "end"}]}]} */
#ifndef INGEST_JOURNEY_H
#define INGEST_JOURNEY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

#define JOURNEY_STEPS_MAX 30
#define JOURNEY_BRANCHES_MAX 8

struct journey_settings {
	const char *segment, *form; /* trigger: the id of a segment, or a form; borrowed */
	json_t *condition;          /* or a condition; owned; NULL: none */
	int64_t after[JOURNEY_STEPS_MAX]; /* ms since the start, never falling */
	size_t n_steps;
	int64_t quiet_from, quiet_to; /* ms of the day; the same: none */
	const char *time_zone;        /* of the quiet hours; NULL: the lead's own, or else the workspace's */
	bool weekdays_only;
};

/* Errors: ST_INVALID "field_type", "field_unknown", "field_required", "field_invalid", with a pointer. What is borrowed, is from `settings`. Release with journey_settings_free. */
enum status journey_settings_read(const json_t *settings, struct journey_settings *ret, struct err *e);
void journey_settings_free(struct journey_settings *s);

/* All conditions that are asked at a step, as a list of segments: `exit` first, then of each step's branches in order, those without `when` hold always. *ret: new. */
json_t *journey_conditions(const json_t *settings);
/* Where the conditions of a step's branches begin in that list. */
size_t journey_first_condition(const json_t *settings, size_t step);
/* The place of the step of that id; n_steps: it is no more. */
size_t journey_step_find(const json_t *settings, const char *id);
/* The next instant from `at` on at which it is not quiet, by the clocks of `zone`. */
struct zone;
int64_t journey_waking(const struct journey_settings *s, const struct zone *zone, int64_t at);

#endif
