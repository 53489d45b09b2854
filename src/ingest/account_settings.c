/* How a workspace wants its accounts: which domains are companies', and what their leads add up to. */
#include <string.h>

#include "base/domain.h"
#include "base/json.h"
#include "ingest/account.h"
#include "profile_priv.h"

#define DOMAINS_MAX 1000
#define SCORE_MAX 1000000

static const char *const sums[] = {"decayed", "sum", "max"};
static const int64_t default_tiers[3] = {100000, 60000, 30000};

static bool read_domains(struct arena *arena, const json_t *list, const char ***ret, size_t *ret_n)
{
	size_t n = json_array_size(list);
	*ret = arena_array(arena, n + 1, sizeof(**ret));
	for (size_t i = 0; *ret && i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s && !((*ret)[(*ret_n)++] = arena_strdup(arena, s)))
			return false;
	}
	return *ret != NULL;
}

bool account_settings_read(struct arena *arena, const char *text, struct account_settings *ret)
{
	*ret = (struct account_settings){.join = true, .score = ACCOUNT_SUM_DECAYED};
	memcpy(ret->tiers, default_tiers, sizeof ret->tiers);
	if (!text)
		return true;
	json_t *doc = json_loads(text, 0, NULL);
	const char *sum = json_string_value(json_object_get(doc, "score"));
	for (size_t i = 0; sum && i < 3; i++)
		if (!strcmp(sum, sums[i]))
			ret->score = (enum account_sum)i;
	ret->join = !json_is_false(json_object_get(doc, "join"));
	const json_t *tiers = json_object_get(doc, "tiers");
	ret->tier_by_score = json_is_object(tiers);
	for (int i = 0; i < 3; i++)
		(void)json_milli(json_object_get(tiers, (const char[]){(char)('A' + i), 0}), (int64_t)SCORE_MAX * 1000,
		    &ret->tiers[i]);
	bool ok =
	    read_domains(arena, json_object_get(doc, "free_domains"), &ret->free_domains, &ret->n_free) &&
	    read_domains(arena, json_object_get(doc, "business_domains"), &ret->business_domains, &ret->n_business);
	json_decref(doc);
	return ok;
}

static enum status check_domains(
    struct arena *arena, const json_t *list, const struct place *at, json_t *out, struct err *e)
{
	if (!json_is_array(list))
		return type_fault(at, e, "a list of domains");
	if (json_array_size(list) > DOMAINS_MAX)
		return place_fault(at, e, "field_too_large", "It has more than %d entries.", DOMAINS_MAX);
	json_t *domains = json_array();
	if (!domains || json_object_set_new(out, at->key, domains) != 0)
		return adapter_nomem(e);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct place here = {at, NULL, i};
		const char *text, *domain;
		bool nomem = false;
		enum status s = text_check(arena, json_array_get(list, i), &here, &text, e);
		if (s != ST_OK)
			return s;
		bool good = domain_canonical(arena, text, strlen(text), &domain, &nomem);
		if (nomem)
			return adapter_nomem(e);
		const char *registered = good ? domain_registrable(domain) : NULL;
		if (!registered || strcmp(registered, domain) != 0)
			return place_fault(&here, e, "field_invalid",
			    "It must be a domain as it is registered, such as \"acme.com.cn\".");
		if (json_array_append_new(domains, json_string(domain)) != 0)
			return adapter_nomem(e);
	}
	return ST_OK;
}

static enum status check_tiers(const json_t *tiers, const struct place *at, json_t *out, struct err *e)
{
	static const char *const names[] = {"A", "B", "C", NULL};
	if (json_is_null(tiers))
		return ST_OK;
	if (!json_is_object(tiers))
		return type_fault(at, e, "an object of A, B and C, or null");
	const char *stranger = json_unknown_key(tiers, names);
	if (stranger)
		return name_fault(&(struct place){at, stranger, 0}, e, stranger, names, "");
	int64_t before = INT64_MAX;
	for (int i = 0; i < 3; i++) {
		struct place here = {at, names[i], 0};
		const json_t *v = json_object_get(tiers, names[i]);
		int64_t milli;
		if (!v)
			return place_fault(&here, e, "field_required", "Each of A, B and C begins at a score.");
		if (!json_milli(v, (int64_t)SCORE_MAX * 1000, &milli) || milli < 0)
			return place_fault(&here, e, "field_invalid",
			    "It must be a number from 0 to %d with at most three decimals.", SCORE_MAX);
		if (milli >= before)
			return place_fault(&here, e, "field_invalid", "It must be below the one before.");
		before = milli;
	}
	return json_object_set(out, "tiers", (json_t *)(uintptr_t)tiers) == 0 ? ST_OK : adapter_nomem(e);
}

static enum status check_member(
    struct arena *arena, const char *key, json_t *v, const struct place *root, json_t *out, struct err *e)
{
	static const char *const known[] = {"join", "score", "tiers", "free_domains", "business_domains", NULL};
	struct place at = {root, key, 0};
	if (!strcmp(key, "join")) {
		if (!json_is_boolean(v))
			return type_fault(&at, e, "true or false");
		return json_object_set(out, key, v) == 0 ? ST_OK : adapter_nomem(e);
	}
	if (!strcmp(key, "score")) {
		const char *s = json_string_value(v);
		for (size_t i = 0; s && i < 3; i++)
			if (!strcmp(s, sums[i]))
				return json_object_set(out, key, v) == 0 ? ST_OK : adapter_nomem(e);
		return place_fault(&at, e, "field_invalid", "It must be \"decayed\", \"sum\" or \"max\".");
	}
	if (!strcmp(key, "tiers"))
		return check_tiers(v, &at, out, e);
	if (!strcmp(key, "free_domains") || !strcmp(key, "business_domains"))
		return check_domains(arena, v, &at, out, e);
	return name_fault(&at, e, key, known, "");
}

enum status account_settings_check(struct arena *arena, json_t *given, const char *pointer, json_t **ret, struct err *e)
{
	struct place root = {NULL, pointer, 0};
	if (!json_is_object(given))
		return type_fault(&root, e, "an object, or null for the defaults");
	json_t *out = json_object();
	enum status s = out ? ST_OK : adapter_nomem(e);
	for (void *it = json_object_iter(given); it && s == ST_OK; it = json_object_iter_next(given, it))
		s = check_member(arena, json_object_iter_key(it), json_object_iter_value(it), &root, out, e);
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}
