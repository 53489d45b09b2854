/* The search for leads that may be one person: what their profiles have in common becomes keys, and whoever shares one
 * is put on the review list.
 *
 * Leads whose profile has changed are marked by the batch that changed it and looked at by a chore within about a
 * second; a job looks at all. Keys are committed before anybody looks for others with the same: of two leads looked at
 * at the same time, by whichever instances, the later finds the earlier. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "chores_priv.h"
#include "jobs_priv.h"
#include "store/duplicate.h"

#define STEP 200
#define LEASE_MS 30000
#define WORKSPACES 8
#define KEYS_PER_LEAD 4
#define WORDS_MAX 32
#define DATABASE_MS 15000

/* What companies of all names end in; folded. */
static const char *const forms[] = {"股份有限公司", "有限责任公司", "有限公司", "公司", "集团", "co ltd",
    "company limited", "ltd", "limited", "inc", "llc", "gmbh", "corporation", "corp", "company", "co"};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Letters and digits in lower case, anything else of ASCII one space. */
static char *words_of(struct arena *arena, const char *s)
{
	char *out = s ? text_fold(arena, s, strlen(s)) : NULL, *to = out;
	for (const char *at = out; at && *at; at++) {
		unsigned char c = (unsigned char)*at;
		if (c >= 0x80 || isalnum(c))
			*to++ = (char)c;
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	if (!out)
		return NULL;
	if (to > out && to[-1] == ' ')
		to--;
	*to = 0;
	return out;
}

/* A person's name whatever its order and spelling: words sorted; of Chinese names white space means nothing. "" when
 * there is too little of it. */
static const char *name_key(struct arena *arena, const char *name)
{
	char *s = words_of(arena, name), *words[WORDS_MAX];
	size_t n = 0;
	bool latin = true;
	if (!s)
		return "";
	for (const char *at = s; *at; at++)
		latin &= (unsigned char)*at < 0x80;
	for (char *w = strtok_r(s, " ", &s); w && n < WORDS_MAX; w = strtok_r(NULL, " ", &s))
		words[n++] = w;
	/* One Latin word is a first name: half the world has it. */
	if (!n || (latin && n < 2))
		return "";
	if (latin)
		qsort(words, n, sizeof(*words), by_text);
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, words[i]);
		if (latin)
			buf_putc(&b, ' ');
	}
	const char *key = buf_ok(&b) ? arena_strndup(arena, b.data, b.len) : NULL;
	buf_free(&b);
	return key ? key : "";
}

/* A company's name without what says only that it is one. */
static const char *company_key(struct arena *arena, const char *company)
{
	char *s = words_of(arena, company);
	if (!s)
		return "";
	for (bool again = true; again;) {
		again = false;
		size_t n = strlen(s);
		for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !again; i++) {
			size_t k = strlen(forms[i]);
			bool whole_word = (unsigned char)forms[i][0] >= 0x80 || (n > k && s[n - k - 1] == ' ');
			if (n > k && whole_word && !strcmp(s + n - k, forms[i])) {
				s[n - k] = 0;
				for (n -= k; n && s[n - 1] == ' '; n--)
					s[n - 1] = 0;
				again = true;
			}
		}
	}
	return s;
}

static void add(struct duplicate_key *keys, size_t *n, const struct uuid *lead, const char *reason, const char *kind,
    const char *a, const char *b, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s\n%s\n%s", kind, a, b);
	if (text)
		keys[(*n)++] = (struct duplicate_key){
		    .key = hash128("duplicate", 9, text, strlen(text)), .lead_id = *lead, .reason = reason};
}

static size_t keys_of(const struct duplicate_profile *p, struct duplicate_key *keys, struct arena *arena)
{
	size_t n = 0;
	const char *name = name_key(arena, p->name), *company = company_key(arena, p->company);
	if (p->phone && *p->phone)
		add(keys, &n, &p->id, "same_phone", "phone", p->phone, "", arena);
	if (p->email && *p->email)
		add(keys, &n, &p->id, "same_email", "email", p->email, "", arena);
	if (*name && p->domain && *p->domain)
		add(keys, &n, &p->id, "similar_name", "domain", name, p->domain, arena);
	if (*name && *company)
		add(keys, &n, &p->id, "similar_name", "company", name, company, arena);
	return n;
}

/* Some leads of a workspace; their transactions are their own. */
static enum status examine(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, int64_t now,
    struct arena *arena, size_t *ret_found, struct err *e)
{
	struct duplicate_profile *profiles;
	size_t n_profiles = 0, n_keys = 0;
	*ret_found = 0;
	enum status s = store_duplicate_profiles(db, workspace, ids, n, arena, &profiles, &n_profiles, e);
	if (s != ST_OK)
		return s;
	struct duplicate_key *keys = arena_array(arena, KEYS_PER_LEAD * n_profiles + 1, sizeof *keys);
	if (!keys)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < n_profiles; i++)
		n_keys += keys_of(&profiles[i], keys + n_keys, arena);
	s = store_duplicate_keys(db, workspace, ids, n, keys, n_keys, e);
	return s == ST_OK && n_keys ? store_duplicate_find(db, workspace, keys, n_keys, now, arena, ret_found, e) : s;
}

static enum status look_at(struct chore_run *r, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	struct batch_lead_mark marks[STEP];
	struct uuid ids[STEP];
	size_t n = 0, found;
	int64_t now = clock_now(r->config->clock);
	enum status s = store_duplicate_claim(r->db, workspace, now, now + LEASE_MS, marks, STEP, &n, e);
	if (s != ST_OK || !n)
		return s;
	*ret_more |= n == STEP;
	for (size_t i = 0; i < n; i++)
		ids[i] = marks[i].lead_id;
	s = examine(r->db, workspace, ids, n, now, r->arena, &found, e);
	return s == ST_OK ? store_duplicate_done(r->db, workspace, marks, n, e) : s;
}

enum status duplicates_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct uuid workspaces[WORKSPACES];
	size_t n = 0;
	enum status s = store_duplicate_workspaces(r->db, clock_now(r->config->clock), workspaces, WORKSPACES, &n, e);
	*ret_more = n == WORKSPACES;
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++)
		s = look_at(r, &workspaces[i], ret_more, e);
	return s;
}

enum status duplicates_run(struct job_run *r, struct buf *result, struct err *e)
{
	struct uuid ids[STEP], place = {{0}};
	struct arena *arena = arena_new(0);
	struct db *db;
	int64_t done = 0, total = 0, pairs = 0;
	enum status s = arena ? job_db(r, DATABASE_MS, &db, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s == ST_OK)
		s = store_duplicate_count(db, &r->workspace_id, &total, e);
	for (size_t n = STEP; s == ST_OK && n == STEP;) {
		size_t found = 0;
		arena_reset(arena);
		s = job_db(r, DATABASE_MS, &db, e);
		if (s == ST_OK)
			s = store_duplicate_page(db, &r->workspace_id, &place, STEP, ids, &n, e);
		if (s == ST_OK && n)
			s = examine(db, &r->workspace_id, ids, n, clock_now(r->config->clock), arena, &found, e);
		if (s != ST_OK)
			break;
		done += (int64_t)n;
		pairs += (int64_t)found;
		if (n)
			place = ids[n - 1];
		s = job_tick(r, done, total > done ? total : done, e);
	}
	arena_free(&arena);
	if (s == ST_OK)
		buf_printf(result, "{\"leads\":%lld,\"matches\":%lld}", (long long)done, (long long)pairs);
	return s;
}
