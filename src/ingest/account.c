#include "ingest/account.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/contact.h"
#include "base/domain.h"
#include "base/json.h"
#include "base/text.h"
#include "store/account.h"

const char *const buying_roles[BUYING_ROLES] = {"requester", "influencer", "decision_maker", "user"};

struct uuid account_key(const char *kind, const char *value)
{
	return hash128(kind, strlen(kind), value, strlen(value));
}

static bool listed(const char *const *list, size_t n, const char *domain)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], domain))
			return true;
	return false;
}

const char *account_domain(const struct account_settings *s, const char *host)
{
	const char *domain = domain_registrable(host);
	if (!domain || domain_reserved(domain) || listed(s->free_domains, s->n_free, domain))
		return NULL;
	if (mail_domain_of(host, strlen(host)) != MAIL_DOMAIN_OTHER &&
	    !listed(s->business_domains, s->n_business, domain))
		return NULL;
	return domain;
}

struct account_sums account_sums_of(const struct account_sums_row *row)
{
	struct account_sums a = {.leads = row->leads,
	    .counted = row->counted,
	    .sum = row->sum,
	    .max = row->max,
	    .best_tier = row->best_tier,
	    .n_top = row->n_top};
	for (size_t i = 0; i < row->n_top && i < ACCOUNT_TOP; i++)
		a.top[i] = (int32_t)row->top[i];
	return a;
}

int32_t account_shown(int64_t milli)
{
	int64_t points = (milli + 500) / 1000;
	return points > INT32_MAX ? INT32_MAX : (int32_t)points;
}

int64_t account_score(const struct account_settings *s, const struct account_sums *sums)
{
	if (s->score == ACCOUNT_SUM_ALL)
		return sums->sum * 1000;
	if (s->score == ACCOUNT_SUM_MAX)
		return sums->max * 1000;
	/* Exact: in 2^-31 milli, then rounded once. */
	unsigned __int128 all = 0;
	for (size_t i = 0; i < sums->n_top && i < ACCOUNT_TOP; i++)
		all += ((unsigned __int128)(sums->top[i] > 0 ? sums->top[i] : 0) * 1000) << (ACCOUNT_TOP - 1 - i);
	return (int64_t)((all + ((unsigned __int128)1 << (ACCOUNT_TOP - 2))) >> (ACCOUNT_TOP - 1));
}

char account_tier(const struct account_settings *s, const struct account_sums *sums, int64_t score)
{
	if (!sums->counted)
		return sums->leads ? 'X' : 'D';
	if (!s->tier_by_score)
		return sums->best_tier ? sums->best_tier : 'D';
	for (int i = 0; i < 3; i++)
		if (score >= s->tiers[i])
			return (char)('A' + i);
	return 'D';
}

/* What people write for a role, folded. */
static const struct {
	const char *word;
	int role;
} role_words[] = {{"requester", 0}, {"initiator", 0}, {"申请人", 0}, {"发起人", 0}, {"发起者", 0}, {"需求方", 0},
    {"需求人", 0}, {"提出者", 0}, {"influencer", 1}, {"champion", 1}, {"evaluator", 1}, {"recommender", 1},
    {"影响者", 1}, {"影响人", 1}, {"评估人", 1}, {"推荐人", 1}, {"decision_maker", 2}, {"decision maker", 2},
    {"decider", 2}, {"economic_buyer", 2}, {"economic buyer", 2}, {"buyer", 2}, {"approver", 2}, {"owner", 2},
    {"boss", 2}, {"决策者", 2}, {"决策人", 2}, {"拍板人", 2}, {"老板", 2}, {"审批人", 2}, {"user", 3}, {"end_user", 3},
    {"end user", 3}, {"使用者", 3}, {"使用人", 3}, {"用户", 3}};

const char *buying_role_of(const char *role, const char *title_level)
{
	static const struct {
		const char *level;
		int role;
	} levels[] = {{"c_level", 2}, {"vp", 2}, {"director", 1}, {"manager", 1}, {"staff", 3}};
	if (role && strlen(role) < 64) {
		char lower[64];
		size_t n = strlen(role);
		for (size_t i = 0; i <= n; i++)
			lower[i] = role[i] >= 'A' && role[i] <= 'Z' ? (char)(role[i] | 0x20)
				   : role[i] == '-'                 ? '_'
								    : role[i];
		for (size_t i = 0; i < sizeof role_words / sizeof *role_words; i++)
			if (!strcmp(role_words[i].word, lower))
				return buying_roles[role_words[i].role];
	}
	for (size_t i = 0; title_level && i < sizeof levels / sizeof *levels; i++)
		if (!strcmp(levels[i].level, title_level))
			return buying_roles[levels[i].role];
	return NULL;
}

const char *account_properties(
    struct arena *arena, const struct uuid *id, int64_t version, const char *by, const char *profile)
{
	struct buf o = BUF_INIT;
	size_t n = strlen(profile);
	buf_puts(&o, "{\"account\":{\"id\":");
	buf_json_uuid(&o, id->b);
	buf_puts(&o, ",\"version\":");
	buf_put_i64(&o, version);
	if (by) {
		buf_puts(&o, ",\"by\":");
		buf_json_str(&o, by);
	}
	if (n > 2) {
		buf_putc(&o, ',');
		buf_put(&o, profile + 1, n - 2);
	}
	buf_puts(&o, "}}");
	const char *text = buf_ok(&o) ? arena_strndup(arena, o.data, o.len) : NULL;
	buf_free(&o);
	return text;
}

struct uuid account_event_key(const struct uuid *account, int64_t version)
{
	char name[64];
	int n = snprintf(name, sizeof name, "%caccount:%lld", '\0', (long long)version);
	return hash128(name, (size_t)n, account->b, sizeof account->b);
}

static bool column(struct arena *arena, const json_t *profile, const char *name, const char **ret)
{
	const char *s = json_string_value(json_object_get(profile, name));
	*ret = s ? arena_strdup(arena, s) : NULL;
	return !s || *ret;
}

bool account_columns(struct arena *arena, const json_t *profile, struct account_write *ret)
{
	struct buf text = BUF_INIT;
	bool ok = json_write(profile, false, &text) && buf_ok(&text) &&
		  (ret->profile = arena_strndup(arena, text.data, text.len));
	buf_free(&text);
	return ok && column(arena, profile, "name", &ret->name) && column(arena, profile, "domain", &ret->domain) &&
	       column(arena, profile, "industry", &ret->industry) && column(arena, profile, "owner", &ret->owner);
}

int account_terms(struct arena *arena, const struct account_write *a, char *ret[ACCOUNT_TERMS_MAX])
{
	struct buf all = BUF_INIT;
	if (a->name) {
		buf_puts(&all, a->name);
		buf_putc(&all, '\n');
	}
	if (a->domain)
		buf_puts(&all, a->domain);
	bool ok = buf_ok(&all);
	size_t n = ok && all.len ? text_terms(arena, all.data, all.len, ret, ACCOUNT_TERMS_MAX) : 0;
	buf_free(&all);
	return ok ? (int)n : -1;
}
