/* Reading filters, and judging events by them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "ingest/filter.h"

#include <arpa/inet.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "profile_priv.h"

#define AGENTS_MAX 100
#define NETWORKS_MAX 1000
#define TYPES_MAX 16
#define WORK_MAX 20000 /* steps of one pattern on one agent */
#define AGENT_MAX 1000 /* bytes of an agent that are looked at */

/* Words by which crawlers, previews, monitors and scanners of mail name themselves. Cubot makes telephones. */
static const char *const default_agents[] = {"(?<!cu)bot(?![a-z])", "crawl(er|ing)", "spider", "slurp", "archiver", "headlesschrome|phantomjs|puppeteer|playwright|selenium",
    "^(curl|wget|python-requests|python-urllib|aiohttp|go-http-client|libwww-perl|node-fetch|axios|php|ruby)\\b", "facebookexternalhit|bingpreview|skypeuripreview|embedly|url ?preview",
    "barracuda|mimecast|proofpoint|messagelabs|cloudmark|fireeye|trendmicro|ironport|safelinks|mailscanner", "pingdom|uptimerobot|statuscake|gtmetrix|site24x7|lighthouse", NULL};

struct network {
	unsigned char address[16];
	unsigned bits;
};

struct filter {
	pcre2_code *agents[AGENTS_MAX];
	size_t n_agents;
	pcre2_match_data *match;
	pcre2_match_context *context;
	struct network *networks;
	size_t n_networks;
	char *burst_on[TYPES_MAX]; /* owned */
	size_t n_burst_on;
	size_t at_least; /* 0: no bursts are looked for */
	int64_t burst_within, sent_within; /* 0: not looked for */
	bool void_burst, void_agent, void_rest;
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status agent_add(struct filter *f, const char *pattern, size_t n, const struct place *at, struct err *e)
{
	int code;
	PCRE2_SIZE offset;
	pcre2_code *p = pcre2_compile((PCRE2_SPTR)pattern, n, PCRE2_CASELESS | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
	if (!p) {
		PCRE2_UCHAR why[120];
		pcre2_get_error_message(code, why, sizeof why);
		return place_fault(at, e, "pattern_invalid", "The pattern is not one at character %zu: %s.", (size_t)offset, (const char *)why);
	}
	f->agents[f->n_agents++] = p;
	return ST_OK;
}

static enum status take_agents(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	enum status st = ST_OK;
	if (!v)
		for (size_t i = 0; default_agents[i] && st == ST_OK; i++)
			st = agent_add(f, default_agents[i], strlen(default_agents[i]), at, e);
	if (!v || json_is_null(v))
		return st;
	if (!json_is_array(v) || json_array_size(v) > AGENTS_MAX)
		return type_fault(at, e, "an array of at most 100 patterns");
	for (size_t i = 0; i < json_array_size(v) && st == ST_OK; i++) {
		const json_t *p = json_array_get(v, i);
		struct place here = {at, NULL, i};
		if (!json_is_string(p))
			return type_fault(&here, e, "a string");
		if (!json_string_length(p) || json_string_length(p) > TEXT_MAX)
			return place_fault(&here, e, json_string_length(p) ? "field_too_long" : "field_empty", "A pattern has 1 to %d bytes.", TEXT_MAX);
		st = agent_add(f, json_string_value(p), json_string_length(p), &here, e);
	}
	return st;
}

/* An address as sixteen bytes, IPv4 mapped into IPv6. */
static bool parse_address(const char *s, unsigned char out[16], bool *ret_v4)
{
	struct in_addr v4;
	*ret_v4 = inet_pton(AF_INET, s, &v4) == 1;
	if (!*ret_v4)
		return inet_pton(AF_INET6, s, out) == 1;
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, &v4, 4);
	return true;
}

static bool parse_network(const char *s, struct network *ret)
{
	char address[64];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	bool v4;
	if (n >= sizeof address)
		return false;
	memcpy(address, s, n);
	address[n] = 0;
	if (!parse_address(address, ret->address, &v4))
		return false;
	unsigned most = v4 ? 32 : 128, bits = most;
	if (slash) {
		size_t digits = strspn(slash + 1, "0123456789");
		if (!digits || digits > 3 || slash[1 + digits])
			return false;
		bits = (unsigned)strtoul(slash + 1, NULL, 10);
	}
	ret->bits = bits + (v4 ? 96 : 0);
	return bits <= most;
}

static enum status take_networks(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_array(v) || json_array_size(v) > NETWORKS_MAX)
		return type_fault(at, e, "an array of at most 1000 networks");
	f->networks = calloc(json_array_size(v) + 1, sizeof *f->networks);
	if (!f->networks)
		return nomem(e);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const char *s = json_string_value(json_array_get(v, i));
		struct place here = {at, NULL, i};
		if (!s)
			return type_fault(&here, e, "a string");
		if (!parse_network(s, &f->networks[f->n_networks++]))
			return place_fault(&here, e, "network_invalid", "A network is an address with the number of its bits, such as 192.0.2.0/24 or 2001:db8::/32.");
	}
	return ST_OK;
}

static enum status take_within(const json_t *v, const struct place *at, int64_t otherwise, int64_t *ret, struct err *e)
{
	*ret = otherwise;
	if (!v)
		return ST_OK;
	if (!json_is_string(v) || !duration_parse(json_string_value(v), json_string_length(v), ret) || *ret < 1 || *ret > MS_HOUR)
		return place_fault(at, e, "field_invalid", "It must be a duration of at most an hour, such as \"PT10S\".");
	return ST_OK;
}

static enum status take_types(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	if (v && (!json_is_array(v) || !json_array_size(v) || json_array_size(v) > TYPES_MAX))
		return type_fault(at, e, "an array of 1 to 16 types of events");
	size_t n = v ? json_array_size(v) : 1;
	for (size_t i = 0; i < n; i++) {
		const char *s = v ? json_string_value(json_array_get(v, i)) : "email_click";
		if (!s || !*s)
			return type_fault(&(struct place){at, NULL, i}, e, "the type of an event");
		if (!(f->burst_on[f->n_burst_on] = strdup(s)))
			return nomem(e);
		f->n_burst_on++;
	}
	return ST_OK;
}

static enum status members(const json_t *v, const char *const *known, const struct place *at, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	const char *stranger = json_unknown_key(v, known);
	return stranger ? name_fault(&(struct place){at, stranger, 0}, e, stranger, known, "") : ST_OK;
}

static enum status take_bursts(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	static const char *const known[] = {"on", "at_least", "within", NULL};
	if (json_is_null(v))
		return ST_OK;
	enum status st = v ? members(v, known, at, e) : ST_OK;
	if (st == ST_OK)
		st = take_types(f, json_object_get(v, "on"), &(struct place){at, "on", 0}, e);
	const json_t *n = json_object_get(v, "at_least");
	if (st == ST_OK && n && (!json_is_integer(n) || json_integer_value(n) < 2 || json_integer_value(n) > 64))
		st = place_fault(&(struct place){at, "at_least", 0}, e, "field_out_of_range", "It is a whole number from 2 to 64.");
	f->at_least = n && st == ST_OK ? (size_t)json_integer_value(n) : 3;
	return st == ST_OK ? take_within(json_object_get(v, "within"), &(struct place){at, "within", 0}, 10 * 1000, &f->burst_within, e) : st;
}

static enum status take_sent(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	static const char *const known[] = {"within", NULL};
	if (json_is_null(v))
		return ST_OK;
	enum status st = v ? members(v, known, at, e) : ST_OK;
	return st == ST_OK ? take_within(json_object_get(v, "within"), &(struct place){at, "within", 0}, 2 * 1000, &f->sent_within, e) : st;
}

static enum status take_action(struct filter *f, const json_t *v, const struct place *at, struct err *e)
{
	f->void_agent = f->void_burst = true;
	if (!v || json_is_null(v))
		return ST_OK;
	const char *s = json_string_value(v);
	if (!s || (strcmp(s, "flag") != 0 && strcmp(s, "void") != 0))
		return place_fault(at, e, "field_invalid", "It is \"flag\" or \"void\".");
	f->void_agent = f->void_burst = f->void_rest = *s == 'v';
	return ST_OK;
}

enum status filter_compile(const json_t *doc, struct filter **ret, struct err *e)
{
	static const char *const known[] = {"agents", "networks", "bursts", "after_sent", "action", NULL};
	struct place root = {NULL, "", 0};
	bool given = doc && !json_is_null(doc);
	struct filter *f = calloc(1, sizeof *f);
	if (!f)
		return nomem(e);
	f->match = pcre2_match_data_create(1, NULL);
	f->context = pcre2_match_context_create(NULL);
	enum status st = f->match && f->context ? ST_OK : nomem(e);
	if (st == ST_OK)
		pcre2_set_match_limit(f->context, WORK_MAX);
	if (st == ST_OK && given)
		st = members(doc, known, &root, e);
	if (st == ST_OK)
		st = take_agents(f, given ? json_object_get(doc, "agents") : NULL, &(struct place){&root, "agents", 0}, e);
	if (st == ST_OK)
		st = take_networks(f, given ? json_object_get(doc, "networks") : NULL, &(struct place){&root, "networks", 0}, e);
	if (st == ST_OK)
		st = take_bursts(f, given ? json_object_get(doc, "bursts") : NULL, &(struct place){&root, "bursts", 0}, e);
	if (st == ST_OK)
		st = take_sent(f, given ? json_object_get(doc, "after_sent") : NULL, &(struct place){&root, "after_sent", 0}, e);
	if (st == ST_OK)
		st = take_action(f, given ? json_object_get(doc, "action") : NULL, &(struct place){&root, "action", 0}, e);
	if (st != ST_OK) {
		filter_free(&f);
		return st;
	}
	*ret = f;
	return ST_OK;
}

void filter_free(struct filter **fp)
{
	if (!fp || !*fp)
		return;
	struct filter *f = *fp;
	for (size_t i = 0; i < f->n_agents; i++)
		pcre2_code_free(f->agents[i]);
	for (size_t i = 0; i < f->n_burst_on; i++)
		free(f->burst_on[i]);
	pcre2_match_data_free(f->match);
	pcre2_match_context_free(f->context);
	free(f->networks);
	free(f);
	*fp = NULL;
}

enum status filter_validate(const json_t *doc, struct err *e)
{
	struct filter *f = NULL;
	enum status st = filter_compile(doc, &f, e);
	filter_free(&f);
	return st;
}

static bool in_network(const struct network *w, const unsigned char address[16])
{
	unsigned whole = w->bits / 8, rest = w->bits % 8;
	unsigned mask = (0xff00u >> rest) & 0xff;
	return !memcmp(w->address, address, whole) && (!rest || (w->address[whole] & mask) == (address[whole] & mask));
}

const char *filter_event(struct filter *f, const json_t *properties)
{
	const json_t *agent = json_object_get(properties, "user_agent");
	const char *ip = json_string_value(json_object_get(properties, "ip"));
	size_t n = json_string_length(agent);
	unsigned char address[16];
	bool v4;
	if (n > AGENT_MAX) {
		n = AGENT_MAX;
		while (n && ((unsigned char)json_string_value(agent)[n] & 0xc0) == 0x80)
			n--; /* not within a character */
	}
	for (size_t i = 0; n && i < f->n_agents; i++)
		if (pcre2_match(f->agents[i], (PCRE2_SPTR)json_string_value(agent), n, 0, PCRE2_NO_UTF_CHECK, f->match, f->context) >= 0)
			return "bot_agent";
	if (ip && f->n_networks && parse_address(ip, address, &v4))
		for (size_t i = 0; i < f->n_networks; i++)
			if (in_network(&f->networks[i], address))
				return "bot_network";
	return NULL;
}

bool filter_voids(const struct filter *f, const char *flag)
{
	return !strcmp(flag, "bot_agent") ? f->void_agent : !strcmp(flag, "scanner_burst") ? f->void_burst : f->void_rest;
}

static bool in_bursts(const struct filter *f, const char *type)
{
	for (size_t i = 0; i < f->n_burst_on; i++)
		if (!strcmp(f->burst_on[i], type))
			return true;
	return false;
}

static bool may_be_prompt(const char *type)
{
	return !strcmp(type, "email_click") || !strcmp(type, "email_open");
}

bool filter_looks_around(const struct filter *f, const char *type)
{
	return (f->at_least && in_bursts(f, type)) || (f->sent_within && (may_be_prompt(type) || !strcmp(type, "email_sent")));
}

int64_t filter_reach(const struct filter *f)
{
	return f->burst_within > f->sent_within ? f->burst_within : f->sent_within;
}

/* A burst is at_least events of which the last comes less than `within` after the first. */
static void mark_bursts(const struct filter *f, struct filter_event *v, size_t n)
{
	size_t count = 0, end = 0, marked = 0; /* of v[first..end); below `marked`, what is in a burst is marked */
	for (size_t first = 0; first < n; first++) {
		for (; end < n && v[end].at - v[first].at < f->burst_within; end++)
			count += in_bursts(f, v[end].type);
		bool counts = in_bursts(f, v[first].type);
		if (counts && count >= f->at_least) {
			for (size_t i = marked > first ? marked : first; i < end; i++)
				if (in_bursts(f, v[i].type) && !v[i].flag)
					v[i].flag = "scanner_burst";
			marked = end;
		}
		count -= counts;
	}
}

static void mark_prompt(const struct filter *f, struct filter_event *v, size_t n)
{
	size_t low = 0;
	for (size_t i = 0; i < n; i++) {
		while (v[i].at - v[low].at >= f->sent_within)
			low++;
		if (v[i].flag || !may_be_prompt(v[i].type))
			continue;
		/* Those of one instant stand in no order of cause. */
		for (size_t k = low; k < n && v[k].at <= v[i].at; k++) {
			bool same = !v[k].message_id || !v[i].message_id || !strcmp(v[k].message_id, v[i].message_id);
			if (!strcmp(v[k].type, "email_sent") && same)
				v[i].flag = "scanner_prompt";
		}
	}
}

size_t filter_types(const struct filter *f, const char **ret, size_t max)
{
	static const char *const sent[] = {"email_sent", "email_click", "email_open"};
	size_t n = 0;
	for (size_t i = 0; i < f->n_burst_on && n < max; i++)
		ret[n++] = f->burst_on[i];
	for (size_t i = 0; f->sent_within && i < 3 && n < max; i++)
		ret[n++] = sent[i];
	return n;
}

void filter_around(const struct filter *f, struct filter_event *events, size_t n)
{
	if (f->at_least)
		mark_bursts(f, events, n);
	if (f->sent_within)
		mark_prompt(f, events, n);
}
