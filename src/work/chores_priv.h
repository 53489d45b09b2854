/* Chores: small standing work that every instance looks at again and again, over all workspaces.
 *
 * To add one: write `enum status NAME_chore(struct chore_run *r, bool *ret_more, struct err *e)` in a file of its own,
 * declare it below, and put it into the table in work.c. One thread with one connection does them in turn, so a step
 * is short (a second at most) and bounded; what is left is said by *ret_more = true and done after the others had their
 * turn. Instances do the same chore at the same time: doing something twice must change nothing, or rows are claimed by
 * lease. A failure is said once in the log and tried again after a growing pause; the other chores go on. Work over a
 * whole base is not a chore but a job (jobs_priv.h). */
#ifndef WORK_CHORES_PRIV_H
#define WORK_CHORES_PRIV_H

#include "halt_priv.h"
#include "work/work.h"

struct chores;

struct chore_run {
	const struct work_config *config; /* its clock is never NULL */
	struct db *db;       /* usable for CHORE_DATABASE_MS from the step's begin; db_deadline sets anew */
	struct arena *arena; /* empty again at the next step */
	struct halt *halt;   /* long loops look at it */
};
#define CHORE_DATABASE_MS 5000

/* Commands through the ingest machine, waited for: ingest_run with a deadline of 30 s. */
enum status chore_ingest(
    struct chore_run *r, const struct uuid *workspace, struct command *commands, size_t n, struct err *e);

struct chore {
	const char *name;
	unsigned interval_ms; /* from the end of one step without more to do to the next */
	enum status (*run)(struct chore_run *r, bool *ret_more, struct err *e);
};

/* `table`: of n, outlives the chores. */
enum status chores_start(
    const struct work_config *c, const struct chore *table, size_t n, struct chores **ret, struct err *e);
void chores_stop(struct chores **c); /* accepts NULL and *NULL */

/* What an instance does. */
extern const struct chore work_chores[];
extern const size_t work_chores_n;
enum status account_sums_chore(struct chore_run *r, bool *ret_more, struct err *e); /* adds up accounts whose leads moved */
enum status account_news_chore(struct chore_run *r, bool *ret_more, struct err *e); /* tells leads what is new of their account */
enum status duplicates_chore(struct chore_run *r, bool *ret_more, struct err *e); /* looks for leads that may be one person */
enum status jobs_chore(struct chore_run *r, bool *ret_more, struct err *e); /* forgets jobs that ended long ago */
enum status replies_chore(struct chore_run *r, bool *ret_more, struct err *e); /* forgets replies to requests with a key when nobody asks again */
enum status score_news_chore(struct chore_run *r, bool *ret_more, struct err *e); /* tells of scores that changed */
enum status deliveries_chore(struct chore_run *r, bool *ret_more, struct err *e); /* forgets what was told and delivered long ago */
enum status segments_chore(struct chore_run *r, bool *ret_more, struct err *e); /* counts segments, day by day */
enum status segment_moves_chore(struct chore_run *r, bool *ret_more, struct err *e); /* forgets who came and went long ago */
enum status journey_starts_chore(struct chore_run *r, bool *ret_more, struct err *e); /* leads that are to start a journey do */
enum status journeys_chore(struct chore_run *r, bool *ret_more, struct err *e); /* takes the steps that are due */
enum status playbook_sweeps_chore(struct chore_run *r, bool *ret_more, struct err *e); /* marks the leads of playbooks that were changed */
enum status followup_marks_chore(struct chore_run *r, bool *ret_more, struct err *e); /* marked leads get the follow-ups that they fit */
enum status followups_chore(struct chore_run *r, bool *ret_more, struct err *e); /* tells what is due */
enum status requests_chore(struct chore_run *r, bool *ret_more, struct err *e); /* forgets what sources were sent when its time is over */

#endif
