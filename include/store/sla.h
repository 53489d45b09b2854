/* What the clocks of handoffs came to within a time: counted by the database, in one statement. */
#ifndef STORE_SLA_H
#define STORE_SLA_H

#include "store/db.h"

enum sla_scope { SLA_ALL, SLA_POOL, SLA_PERSON };
/* PENDING runs until somebody has it: the service's own delay. The others are a person's. */
enum sla_clock_kind { SLA_PENDING, SLA_ACCEPTANCE, SLA_FIRST_RESPONSE };
#define SLA_CLOCKS 3
#define SLA_STATES 7
#define SLA_OUTCOMES 3
extern const char *const sla_states[SLA_STATES], *const sla_outcomes[SLA_OUTCOMES];

/* Times in ms; -1: none was measured. */
struct sla_times {
	int64_t median, p90;
};
struct sla_clock {
	int64_t measured;              /* how many have ended as they should, with a clock or without */
	struct sla_times wall, worked; /* of those: as time passes; in working time */
	int64_t kept, missed,
	    breaches; /* clocks that ended in time, and that ran out; times that one was said to have run out */
};
struct sla_group {
	enum sla_scope scope;
	const char *rule;                                             /* SLA_POOL; NULL: not given out yet */
	struct uuid person;                                           /* SLA_PERSON: */
	const char *name, *email;                                     /* NULL: deleted; has none */
	int64_t handoffs, states[SLA_STATES], outcomes[SLA_OUTCOMES]; /* that they have, or had last */
	struct sla_clock clocks[SLA_CLOCKS];
	int64_t reassigned, escalated;
};

struct sla_filter {
	int64_t since, until; /* when the handoffs were made; `until` excluded */
	bool has_user;
	struct uuid user; /* only what is told of this one */
	const char *rule; /* only what it gave out; NULL: all */
};

/* SLA_ALL first, which is there always, then the others. Arena-owned. */
enum status store_sla_report(struct db *db, const struct uuid *workspace, const struct sla_filter *f,
    struct arena *arena, struct sla_group **ret, size_t *ret_n, struct err *e);

#endif
