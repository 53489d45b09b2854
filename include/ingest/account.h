/* Accounts: which of them a lead belongs to, and what its leads make of one. Pure; no I/O. docs/accounts.md says it in words.
 *
 * A lead joins by its e-mail's domain, by company.domain, by a reference in a request, or by hand; each of these is stronger than those before it. */
#ifndef INGEST_ACCOUNT_H
#define INGEST_ACCOUNT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/ident.h"
#include "base/status.h"

/* How a command names an account. Texts live as long as the command. */
struct account_ref {
	bool by_id;
	struct uuid id;
	const char *kind, *value;  /* "external_id:<source>" and the id; NULL: none */
	const char *domain;        /* a host name; NULL: none */
	const char *traits;        /* JSON text: a merge patch of the account, already checked; NULL: none */
	bool by_hand;
};

/* The key of an account's name: kind "domain" or "external_id:<source>". */
struct uuid account_key(const char *kind, const char *value);

enum account_sum { ACCOUNT_SUM_DECAYED, ACCOUNT_SUM_ALL, ACCOUNT_SUM_MAX };
#define ACCOUNT_TOP 32     /* leads that a decayed sum looks at: the next would count less than 2^-32 */

/* workspaces.accounts; texts are of the arena it was read into. */
struct account_settings {
	bool join;                 /* by domain */
	enum account_sum score;
	bool tier_by_score;        /* else the best of its leads' */
	int64_t tiers[3];          /* milli: A, B, C from here on */
	const char **free_domains, **business_domains; /* registrable names */
	size_t n_free, n_business;
};
/* NULL text: the defaults. False: out of memory. What is not as account_settings_check wants it is left at its default. */
bool account_settings_read(struct arena *arena, const char *text, struct account_settings *ret);
/* Errors with pointers behind `pointer`. *ret: the canonical document, a new reference. */
enum status account_settings_check(struct arena *arena, json_t *given, const char *pointer, json_t **ret, struct err *e);

/* The domain of the company that a host name belongs to: its registrable part, arena-free (a tail of `host`). NULL: nobody's, or of a host that gives addresses to anybody. */
const char *account_domain(const struct account_settings *s, const char *host);

/* What the leads of an account add up to; shown scores. Leads in stage `disqualified` count for nothing but their number, scores below 0 as 0. */
struct account_sums {
	int64_t leads, counted;    /* all; those that are not disqualified */
	int64_t sum, max;
	int32_t top[ACCOUNT_TOP];  /* highest first */
	size_t n_top;
	char best_tier;            /* of those that count: 'A' to 'D'; 0: none counts */
};
struct account_sums_row;
struct account_sums account_sums_of(const struct account_sums_row *row);
/* As shown: points, rounded half away from zero; scores are never below 0. */
int32_t account_shown(int64_t milli);
/* Milli, exact; rounded half away from zero. */
int64_t account_score(const struct account_settings *s, const struct account_sums *sums);
/* 'X' when it has leads and none counts. */
char account_tier(const struct account_settings *s, const struct account_sums *sums, int64_t score);

/* The roles of a buying committee, and which of them a lead has: what decision.role says, else by title_level (NULL: absent). NULL: none. Static. */
#define BUYING_ROLES 4
extern const char *const buying_roles[BUYING_ROLES];
const char *buying_role_of(const char *role, const char *title_level);

/* Checks the fields of an account; null deletes in a patch. *ret: a new reference, canonical. */
enum status account_check(struct arena *arena, json_t *object, bool is_patch, const char *pointer, json_t **ret, struct err *e);

/* The properties of account_joined and account_changed: what a lead is told. `profile` is a JSON object's text. Arena-owned, NULL: out of memory. */
const char *account_properties(struct arena *arena, const struct uuid *id, int64_t version, const char *by, const char *profile);
/* The key under which one version of an account is told to a lead, so that telling twice is telling once. */
struct uuid account_event_key(const struct uuid *account, int64_t version);

struct account_write;
struct account_term_write;
/* The columns of a row from its profile. */
bool account_columns(struct arena *arena, const json_t *profile, struct account_write *ret);
#define ACCOUNT_TERMS_MAX 24
/* The words it is found by; -1: out of memory. */
int account_terms(struct arena *arena, const struct account_write *a, char *ret[ACCOUNT_TERMS_MAX]);
#define ACCOUNT_BYTES_MAX 16384 /* of a profile: every lead carries it */

#endif
