/* The tables of webhooks: kinds and types; filters and settings. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "webhook_priv.h"

#define CONCURRENCY 8
#define CONCURRENCY_MAX 32
#define RATE_MAX 1000000
#define RATE_SECONDS_MAX 86400

static const char *const sealed_secret[] = {"secret", NULL};
static const char *const sealed_headers[] = {"headers", NULL};
static const char *const sealed_token[] = {"token", NULL};

/* clang-format off */
const struct webhook_kind webhook_kinds[] = {
    {.name = "standard", .has_secrets = true, .write = webhook_standard_write},
    /* Chats: in order, and their limits with some room. */
    {.name = "feishu", .check = webhook_feishu_check, .write = webhook_feishu_write, .judge = webhook_feishu_judge, .rate = 100, .rate_seconds = 60, .burst = 3,
        .concurrency = 1, .busy_seconds = 60, .several = 40, .wants_lead = true, .sealed = sealed_secret},
    {.name = "wecom", .check = webhook_wecom_check, .write = webhook_wecom_write, .judge = webhook_wecom_judge, .rate = 20, .rate_seconds = 60, .burst = 5,
        .concurrency = 1, .busy_seconds = 60, .several = 20, .wants_lead = true},
    {.name = "dingtalk", .check = webhook_dingtalk_check, .write = webhook_dingtalk_write, .judge = webhook_dingtalk_judge, .rate = 20, .rate_seconds = 60, .burst = 5,
        .concurrency = 1, .busy_seconds = 600, .several = 40, .wants_lead = true, .sealed = sealed_secret},
    {.name = "slack", .check = webhook_slack_check, .write = webhook_slack_write, .judge = webhook_slack_judge, .rate = 1, .rate_seconds = 1, .burst = 0,
        .concurrency = 1, .busy_seconds = 30, .several = 40, .wants_lead = true},
    /* Write-back. */
    {.name = "generic", .check = webhook_generic_check, .write = webhook_generic_write, .busy_seconds = 30, .wants_lead = true, .sealed = sealed_headers},
    {.name = "hubspot", .check = webhook_hubspot_check, .write = webhook_hubspot_write, .judge = webhook_hubspot_judge, .rate = 90, .rate_seconds = 10, .burst = 30,
        .busy_seconds = 10, .wants_lead = true, .sealed = sealed_token},
    {.name = "salesforce", .check = webhook_salesforce_check, .write = webhook_salesforce_write, .judge = webhook_salesforce_judge, .busy_seconds = 60, .wants_lead = true,
        .sealed = sealed_token},
};
const size_t webhook_kinds_n = sizeof webhook_kinds / sizeof webhook_kinds[0];

const struct webhook_type webhook_types[] = {
    {"lead.created", true},
    {"lead.updated", true},
    {"lead.erased", false},
    {"lead.merged", false},
    {"lead.unmerged", false},
    {"score.changed", true},
    {"tier.changed", false},
    {"stage.mql", false},
    {"stage.sal", false},
    {"stage.changed", false},
    {"handoff.created", false},
    {"handoff.raised", false},
    {"handoff.assigned", false},
    {"handoff.reassigned", false},
    {"handoff.accepted", false},
    {"handoff.responded", false},
    {"handoff.rejected", false},
    {"handoff.expired", false},
    {"handoff.returned", false},
    {"handoff.converted", false},
    {"handoff.warning", false},
    {"handoff.breached", false},
    {"handoff.escalated", false},
    {"handoff.reopened", false},
    {"handoff.closed", false},
    {"segment.entered", false},
    {"segment.left", false},
    {"journey.step", false},
    {"journey.ended", false},
    {"followup.due", false},
    {"followup.done", false},
    {"webhook.test", false},
    {"webhook.disabled", false},
};
const size_t webhook_types_n = sizeof webhook_types / sizeof webhook_types[0];
/* clang-format on */

const struct webhook_kind *webhook_kind_find(const char *name)
{
	for (size_t i = 0; i < webhook_kinds_n; i++)
		if (!strcmp(webhook_kinds[i].name, name))
			return &webhook_kinds[i];
	return NULL;
}

size_t webhook_optional(const char *names[WEBHOOK_OPTIONAL_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < webhook_types_n && n < WEBHOOK_OPTIONAL_MAX; i++)
		if (webhook_types[i].optional)
			names[n++] = webhook_types[i].name;
	return n;
}

bool webhook_type_fits(const char *filter, const char *type)
{
	size_t n = strlen(filter);
	if (n && filter[n - 1] == '*')
		return !strncmp(filter, type, n - 1);
	return !strcmp(filter, type);
}

/* A wildcard stands for all of a family, or for everything: the database looks for no other. */
bool webhook_filter_known(const char *filter)
{
	const char *star = strchr(filter, '*');
	if (star && strcmp(star, "*") != 0)
		return false;
	if (star && star != filter && (star[-1] != '.' || strchr(filter, '.') != star - 1))
		return false;
	for (size_t i = 0; i < webhook_types_n; i++)
		if (webhook_type_fits(filter, webhook_types[i].name))
			return true;
	return false;
}

static enum status whole_number(const json_t *v, const char *pointer, json_int_t max, struct err *e)
{
	if (json_is_integer(v) && json_integer_value(v) >= 1 && json_integer_value(v) <= max)
		return ST_OK;
	return err_at(
	    e, ST_INVALID, "field_invalid", pointer, "It must be a whole number from 1 to %lld.", (long long)max);
}

static enum status rate_check(const json_t *rate, struct err *e)
{
	static const char *const known[] = {"messages", "seconds", NULL};
	if (!json_is_object(rate))
		return err_at(e, ST_INVALID, "field_type", "/settings/rate", "It must be an object.");
	const char *stranger = json_unknown_key(rate, known);
	if (stranger) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/settings/rate", stranger);
		return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
	}
	enum status s = whole_number(json_object_get(rate, "messages"), "/settings/rate/messages", RATE_MAX, e);
	return s == ST_OK
		   ? whole_number(json_object_get(rate, "seconds"), "/settings/rate/seconds", RATE_SECONDS_MAX, e)
		   : s;
}

enum status webhook_settings_check(const struct webhook_kind *k, const json_t *settings, struct err *e)
{
	const json_t *concurrency = json_object_get(settings, "concurrency"), *rate = json_object_get(settings, "rate");
	static const char *const common[] = {"concurrency", "rate", NULL};
	if (!json_is_object(settings))
		return err_at(e, ST_INVALID, "field_type", "/settings", "It must be an object.");
	enum status s = concurrency ? whole_number(concurrency, "/settings/concurrency", CONCURRENCY_MAX, e) : ST_OK;
	if (s == ST_OK && rate)
		s = rate_check(rate, e);
	if (s != ST_OK)
		return s;
	if (k->check) {
		json_t *own = json_copy((json_t *)settings);
		if (!own)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		json_object_del(own, "concurrency");
		json_object_del(own, "rate");
		s = k->check(own, e);
		json_decref(own);
		return s;
	}
	const char *stranger = json_unknown_key(settings, common);
	if (!stranger)
		return ST_OK;
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "/settings", stranger);
	return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
}

struct webhook_pace webhook_pace_of(const struct webhook_kind *k, const json_t *settings)
{
	const json_t *concurrency = json_object_get(settings, "concurrency"), *rate = json_object_get(settings, "rate");
	struct webhook_pace p = {.concurrency = k->concurrency ? k->concurrency : CONCURRENCY,
	    .rate = k->rate,
	    .rate_seconds = k->rate_seconds,
	    .burst = k->burst};
	if (concurrency)
		p.concurrency = (unsigned)json_integer_value(concurrency);
	if (rate) {
		p.rate = (unsigned)json_integer_value(json_object_get(rate, "messages"));
		p.rate_seconds = (unsigned)json_integer_value(json_object_get(rate, "seconds"));
		/* What is sent at once stays below what is allowed in all. */
		if (p.burst >= p.rate)
			p.burst = p.rate > 1 ? p.rate / 2 : 0;
	}
	return p;
}

enum webhook_verdict webhook_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	if (r->status >= 200 && r->status < 300)
		return WEBHOOK_ARRIVED;
	snprintf(why, why_cap,
	    r->status >= 300 && r->status < 400 ? "Answered %ld: redirects are not followed." : "Answered %ld.",
	    r->status);
	return r->status == 410 ? WEBHOOK_GONE : WEBHOOK_AGAIN;
}

/* A secret is a text, or an object of texts. */
json_t *webhook_settings_seal(const struct webhook_kind *k, const json_t *settings)
{
	json_t *copy = k ? json_deep_copy(settings) : json_object(), *v; /* of what is not known nothing is shown */
	bool good = copy != NULL;
	const char *key;
	for (const char *const *name = k ? k->sealed : NULL; good && name && *name; name++) {
		json_t *secret = json_object_get(copy, *name);
		if (json_is_string(secret))
			good = json_object_set_new(copy, *name, json_string(WEBHOOK_SEALED)) == 0;
		json_object_foreach(secret, key, v)
		{
			good = good && json_string_set(v, WEBHOOK_SEALED) == 0;
		}
	}
	if (!good) {
		json_decref(copy);
		return NULL;
	}
	return copy;
}

static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");
	return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : strlen(url);
}

void webhook_settings_move(const struct webhook_kind *k, const char *from, const char *to, json_t *settings)
{
	size_t n = origin_length(from);
	if (n == origin_length(to) && !strncasecmp(from, to, n))
		return;
	for (const char *const *name = k->sealed; name && *name; name++)
		json_object_del(settings, *name);
}

static bool is_sealed(const json_t *v)
{
	return json_is_string(v) && !strcmp(json_string_value(v), WEBHOOK_SEALED);
}

void webhook_settings_unseal(const struct webhook_kind *k, json_t *patch)
{
	const char *key;
	json_t *v;
	void *next;
	for (const char *const *name = k->sealed; name && *name; name++) {
		json_t *secret = json_object_get(patch, *name);
		if (is_sealed(secret)) {
			json_object_del(patch, *name);
			continue;
		}
		json_object_foreach_safe(secret, next, key, v)
		{
			if (is_sealed(v))
				json_object_del(secret, key);
		}
	}
}
