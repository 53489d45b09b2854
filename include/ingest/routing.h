/* How a workspace hands over: which sales people a lead may go to, in what order they have their turn, by when they have to act, and what the codes of a no
 * mean. Pure; no I/O. docs/handoff.md says it in words. */
#ifndef INGEST_ROUTING_H
#define INGEST_ROUTING_H

#include "ingest/user.h"
#include "scoring/logic.h"

enum on_breach { BREACH_NONE, BREACH_REASSIGN, BREACH_ESCALATE, BREACH_EXPIRE };

/* What a rejection or a close means for the lead. */
struct handoff_reason {
	const char *code;
	const char *stage;        /* "recycled", "disqualified" or "lost" */
	int64_t keep;             /* thousandths of its points, of a recycled one */
	const char *cooldown;     /* ISO 8601; NULL: none */
};

struct routing_pool {
	const char **roles, **languages, **territories, **tags, **users; /* empty: any; else one of them */
	size_t n_roles, n_languages, n_territories, n_tags, n_users;
};

struct routing_rule {
	const char *id;
	struct logic *when;       /* owned; NULL: always */
	struct routing_pool pool;
	bool wait;                /* when nobody of the pool is there; else the next rule is asked */
};

struct routing {
	bool ownership;           /* owners of a lead, then of its account, come before all rules */
	struct routing_rule *rules;
	size_t n_rules;
	bool has_default;
	struct routing_pool otherwise;
	struct team_calendar calendar;
	struct worktime *team;    /* that calendar; absences of nobody */
	bool has_sla;
	int64_t pending, acceptance, first_response; /* ms of working time; 0: no such clock */
	int64_t warn_at;          /* thousandths of it */
	enum on_breach on_breach;
	int64_t max_reassigns;
	struct handoff_reason *reject_reasons, *close_reasons;
	size_t n_reject_reasons, n_close_reasons;
};

/* Checks a document and completes it with the defaults. *ret: a new reference, every member there. */
enum status routing_check(struct arena *arena, json_t *given, json_t **ret, struct err *e);
/* The defaults as a document; new reference, NULL: out of memory. */
json_t *routing_defaults(void);
/* A document that was checked; NULL: the defaults. time_zone: the workspace's. Texts are the arena's; routing_free drops the compiled rules. */
enum status routing_read(struct arena *arena, const char *document, const char *time_zone, struct routing *ret, struct err *e);
void routing_free(struct routing *r);

const struct handoff_reason *routing_reason(const struct handoff_reason *list, size_t n, const char *code);

/* Those whom handoffs go to, each with how many are open. */
struct roster {
	struct sales_user *users; /* in order of their ids */
	size_t n;
};
struct sales_user *roster_find(const struct roster *r, const struct uuid *id); /* NULL: none */

/* What is to be handed over. */
struct routing_case {
	const json_t *lead;       /* what rules see: the profile's fields, tags, tier, grade, stage, score, fit, engagement, handoff_stage */
	const char *owner, *account_owner;
	const struct uuid *except; /* who has had it; nil entries name nobody */
	size_t n_except;
};
/* Whose turn it is; NULL in *ret_user: nobody is there for it now. The turn is taken: user->open counts one more, and `turns` {rule: {user: credit}} goes on. *ret_rule: "owner",
 * "account_owner", a rule's id or "default"; the routing's or static. Of those whom a pool names, those who are active, there and below their capacity have turns in proportion to
 * weight times what is left of it (smooth weighted round robin: the one who is owed most, of equals the lowest id). Errors: ST_NOMEM. */
enum status routing_pick(const struct routing *r, struct roster *roster, const struct routing_case *c, int64_t now, json_t *turns, struct arena *scratch,
	struct sales_user **ret_user, const char **ret_rule, struct err *e);
/* The same among the managers: for what is late. */
enum status routing_manager(struct roster *roster, const struct routing_case *c, int64_t now, json_t *turns, struct sales_user **ret, struct err *e);

#endif
