/* memory: every allocation of the engine fails once, alone or with all after it. What fails says ST_NOMEM and leaves nothing behind; what goes on all the same gives what it
 * gives otherwise.
 *
 * malloc and its kin are wrapped by the linker (meson.build) in our own code, and given to jansson; PCRE2's are made to fail at its functions, and so is jansson's parser, which
 * writes out of bounds when it is out of memory within. Check allocates too, so nothing is asserted while something may fail. */
#include "scoring_check.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "scoring/logic.h"
#include "scoring/next.h"

static long left = -1; /* allocations until one fails; negative: none does */
static bool for_good, fired, inconsistent, parsing;

static bool fails(void)
{
	if (left < 0 || parsing)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	fired = true;
	if (!for_good)
		left = -1;
	return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
char *__real_strdup(const char *s);
pcre2_code *__real_pcre2_compile_8(PCRE2_SPTR s, PCRE2_SIZE n, uint32_t options, int *code, PCRE2_SIZE *offset, pcre2_compile_context *context);
pcre2_match_context *__real_pcre2_match_context_create_8(pcre2_general_context *context);
pcre2_match_data *__real_pcre2_match_data_create_8(uint32_t n, pcre2_general_context *context);
json_t *__real_json_loads(const char *text, size_t flags, json_error_t *why);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
char *__wrap_strdup(const char *s);
pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR s, PCRE2_SIZE n, uint32_t options, int *code, PCRE2_SIZE *offset, pcre2_compile_context *context);
pcre2_match_context *__wrap_pcre2_match_context_create_8(pcre2_general_context *context);
pcre2_match_data *__wrap_pcre2_match_data_create_8(uint32_t n, pcre2_general_context *context);

json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *why);

json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *why)
{
	if (fails()) {
		if (why)
			why->text[JSON_ERROR_TEXT_LENGTH - 1] = json_error_out_of_memory;
		return NULL;
	}
	parsing = true;
	json_t *v = __real_json_loads(text, flags, why);
	parsing = false;
	return v;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, n);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR s, PCRE2_SIZE n, uint32_t options, int *code, PCRE2_SIZE *offset, pcre2_compile_context *context)
{
	if (!fails())
		return __real_pcre2_compile_8(s, n, options, code, offset, context);
	*code = PCRE2_ERROR_HEAP_FAILED;
	return NULL;
}

pcre2_match_context *__wrap_pcre2_match_context_create_8(pcre2_general_context *context)
{
	return fails() ? NULL : __real_pcre2_match_context_create_8(context);
}

pcre2_match_data *__wrap_pcre2_match_data_create_8(uint32_t n, pcre2_general_context *context)
{
	return fails() ? NULL : __real_pcre2_match_data_create_8(n, context);
}

/* What all scenarios work on; made before anything fails. */
static json_t *document, *broken_document, *rule, *data;
static struct model *m;
static struct scoring_event events[14];
static struct buf stored = BUF_INIT;
static char *profile;
#define N_EVENTS (sizeof(events) / sizeof(*events))
#define END (T0 + 80 * DAY)

static const char model_text[] =
    "{'name': 'n', 'time_zone': 'Europe/Berlin', 'applies_when': {'==': [{'var': 'company.region'}, 'x']}, 'score': {'max': 900},"
    "'fit': {'max': 60, 'rules': [{'id': 'f1', 'points': 20, 'when': {'in': [{'var': 'title_level'}, ['c_level', 'vp']]}, 'tags': ['a:b']},"
    " {'id': 'f2', 'points': 2.5, 'when': {'==': [{'var': 'taxonomy.industry'}, 'e']}}, {'id': 'f3', 'points': 1, 'when': {'matches': [{'var': 'title'}, 'C.O']}},"
    " {'id': 'f4', 'points': 1, 'when': {'in': ['b', {'map': [{'var': 'needs.pains'}, {'cat': [{'var': ''}, '']}]}]}},"
    " {'id': 'f5', 'points': 1, 'when': {'!': {'missing': ['company.region', 'title']}}}, {'id': 'f6', 'points': 1, 'when': {'var': [{'cat': ['ti', 'tle']}, 1]}}]},"
    "'engagement': {'min': -50, 'groups': [{'id': 'g', 'max': 25}], 'rules': ["
    " {'id': 'plain', 'on': 'a', 'points': 20, 'group': 'g', 'limit': {'times': 2, 'per': 'day'}, 'decay': {'half_life': 'P3D'}, 'tags': ['t:a'], 'tag_for': 'P9D'},"
    " {'id': 'linear', 'on': ['a', 'b'], 'points': 7, 'decay': {'linear': 'P30D'}}, {'id': 'expires', 'on': '*', 'points': -3, 'decay': {'expires_after': 'P10D'}},"
    " {'id': 'streak', 'on': 'b', 'points': 5, 'streak': {'length': 2, 'broken_by': [{'type': 'x', 'times': 2}, 'y'], 'distinct': 'properties.p'}},"
    " {'id': 'sequence', 'points': 9, 'sequence': {'steps': [{'on': 'a', 'where': {'var': 'properties.p'}}, {'on': 'b'}], 'within': 'P7D', 'without': ['x']}},"
    " {'id': 'count', 'on': 'a', 'points': 4, 'count': {'at_least': 2, 'within': 'P30D'}}, {'id': 'silence', 'points': -5, 'inactive_for': {'after': 'P9D', 'repeat': true}}]},"
    "'icp': {'criteria': [{'id': 'c1', 'when': {'between': [{'var': 'company.employees'}, 1, 9]}, 'weight': 2, 'ask': '?'}, {'id': 'c2', 'when': {'==': [{'var': 'budget'}, 1]}, 'ask': '?'}],"
    " 'exclusions': [{'id': 'e', 'when': {'==': [{'var': 'company.region'}, 'nowhere']}}]},"
    "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 30]}, 'rearm_below': 20, 'fall_back': true, 'cooldown': 'P1D'},"
    " {'stage': 'sal', 'when': {'and': [{'>=': [{'var': 'score'}, 40]}, {'seen': [['b', 'c'], 'P30D']}]}}],"
    "'tags': [{'tag': 'i:h', 'when': {'>': [{'var': 'engagement'}, 10]}}, {'tag': 'i:t', 'when': {'in': ['t:a', {'var': 'tags'}]}}],"
    "'taxonomies': {'industry': {'attribute': 'company.industry', 'entries': [{'value': 'e', 'synonyms': ['E-Commerce', 'shop']}, {'value': 'm'}]}}}";
static const char broken_text[] = "{'fit': {'rules': [{'id': 'a', 'points': 1, 'when': {'nope': 1}}, {'id': 'a'}]}, 'stages': [{'stage': 'won', 'when': {'matches': ['a', '(']}}],"
				  "'taxonomies': {'t': {'attribute': 'x', 'entries': [{'value': 'y', 'synonyms': ['Y']}]}}}";
static const char rule_text[] =
    "{'and': [{'cat': ['a', {'var': 's'}, 1.5, {'merge': [[1], {'var': 'l'}]}]}, {'matches': [{'var': 's'}, '^x']}, {'substr': [{'var': 's'}, 0, 1]},"
    "{'reduce': [{'filter': [{'var': 'l'}, {'>': [{'var': ''}, 0]}]}, {'+': [{'var': 'current'}, {'var': 'accumulator'}]}, '0']}, {'==': [{'var': 'l'}, '1,2']},"
    "{'!': {'missing': [['s', 'l']]}}, {'!': {'missing_some': [1, ['s']]}}, {'in': ['1', {'cat': {'var': 'l'}}]}, {'var': {'cat': 'l'}}, [{'var': 's'}, {'map': [{'var': 'l'}, {'var': ''}]}]]}";

static void set_up(void)
{
	json_set_alloc_funcs(__wrap_malloc, free);
	document = json_of(model_text);
	broken_document = json_of(broken_text);
	rule = json_of(rule_text);
	data = json_of("{'s': 'xyz', 'l': [1, 2]}");
	m = model_of(model_text);
	static const char *const types[N_EVENTS] = {"a", "b", "tag_added", "x", "b", "score_offset", "a", "stage_set", "c", "a", "profile_updated", "b", "tag_removed", "a"};
	static const char *const properties[N_EVENTS] = {"{'p': 1}", "{'p': 'q'}", "{'tag': 'h:i', 'expires_at': '2026-04-01T00:00:00Z'}", NULL, "{'p': 'r'}", "{'points': 8, 'reason': 'met'}", NULL,
	    "{'stage': 'lead', 'reason': 'again'}", NULL, "{'p': 2}", NULL, NULL, "{'tag': 'no:ne'}", NULL};
	for (size_t i = 0; i < N_EVENTS; i++) {
		events[i] = event_at(T0 + (int64_t)(i * i) * DAY / 4, (unsigned)i + 1, types[i]);
		json_t *v = json_of(properties[i]);
		events[i].properties_text = v ? json_dumps(v, 0) : NULL;
		json_decref(v);
	}
	events[0].patch_text = "{\"title\": \"CEO\", \"company\": {\"region\": \"x\", \"industry\": \"E Commerce\", \"employees\": 5}, \"needs\": {\"pains\": [\"b\"]}}";
	events[0].email = "a@b.cn";
	events[1].source_text = "{\"name\": \"web\"}";
	events[1].phone = "+8613800138000";
	events[10].patch_text = "{\"title\": \"intern\", \"company\": {\"industry\": null}}";
	struct scoring_lead *l = NULL;
	ck_assert_int_eq(scoring_replay(m, events, N_EVENTS - 2, events[N_EVENTS - 3].at, &l, NULL, NULL), ST_OK);
	save(l, &stored);
	profile = json_dumps(scoring_lead_profile(l), 0);
	scoring_lead_free(&l);
}

static void tear_down(void)
{
	for (size_t i = 0; i < N_EVENTS; i++)
		free((char *)events[i].properties_text);
	json_decref(document);
	json_decref(broken_document);
	json_decref(rule);
	json_decref(data);
	model_unref(&m);
	buf_free(&stored);
	free(profile);
}

static void expect(bool holds)
{
	inconsistent |= !holds;
}

/* Each does its work and sums up what came out; nothing of it is left. */
typedef enum status scenario(uint64_t *ret_outcome);

static struct model_faults faults;

static enum status compile(const json_t *what, uint64_t *ret)
{
	struct model *made = NULL;
	struct err e = {0};
	faults.count = 0;
	enum status st = model_compile(what, 1, &made, &faults, &e);
	expect((made != NULL) == (st == ST_OK));
	expect(st == ST_OK || e.status == st);
	*ret = faults.count;
	model_unref(&made);
	return st;
}

static enum status compiles(uint64_t *ret)
{
	return compile(document, ret);
}

static enum status finds_faults(uint64_t *ret)
{
	return compile(broken_document, ret);
}

static uint64_t state_of(struct scoring_lead *l)
{
	struct buf b = BUF_INIT;
	uint64_t h = scoring_lead_save(l, &b) && buf_ok(&b) ? hash64(b.data, b.len) : 0;
	buf_free(&b);
	return h;
}

static enum status replays(uint64_t *ret)
{
	struct scoring_lead *l = NULL;
	struct scoring_effects fx = {0};
	struct err e = {0};
	enum status st = scoring_replay(m, events, N_EVENTS, END, &l, &fx, &e);
	expect((l != NULL) == (st == ST_OK));
	if (st == ST_OK) {
		*ret = state_of(l) ^ fx.n_awards ^ fx.n_transitions << 8;
		if (!(*ret >> 16))
			st = ST_NOMEM; /* not saved */
	}
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	return st;
}

static enum status goes_on(uint64_t *ret)
{
	struct scoring_lead *l = NULL;
	struct scoring_effects fx = {0};
	struct err e = {0};
	enum status st = scoring_lead_load(m, profile, stored.data, stored.len, &l, &e);
	for (size_t i = N_EVENTS - 2; i < N_EVENTS && st == ST_OK; i++)
		st = scoring_lead_apply(l, &events[i], &fx, &e);
	if (st == ST_OK)
		st = scoring_lead_advance(l, END, &fx, &e);
	if (st == ST_OK)
		*ret = state_of(l);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	return st == ST_OK && *ret == 0 ? ST_NOMEM : st;
}

static enum status explains(uint64_t *ret)
{
	struct explanation x;
	struct err e = {0};
	int64_t sum = 0;
	enum status st = scoring_explain(m, events, N_EVENTS, END, &x, &e);
	if (st != ST_OK)
		return st;
	for (size_t i = 0; i < x.n_contributions; i++)
		sum += x.contributions[i].points_now;
	expect(sum == x.view.total);
	*ret = (uint64_t)sum ^ x.n_contributions << 32 ^ x.n_criteria << 48;
	scoring_explanation_free(&x);
	return ST_OK;
}

static enum status applies_logic(uint64_t *ret)
{
	struct logic *l = NULL;
	struct err e = {0};
	json_t *value = NULL;
	struct arena *scratch = NULL;
	enum status st = logic_compile(rule, "", &l, &e);
	if (st == ST_OK) {
		scratch = arena_new(0);
		st = scratch ? logic_apply(l, data, scratch, &value, &e) : ST_NOMEM;
	}
	expect((value != NULL) == (st == ST_OK));
	if (value)
		*ret = json_array_size(value) + 1;
	json_decref(value);
	arena_free(&scratch);
	logic_free(&l);
	return st;
}

static enum status looks_ahead(uint64_t *ret)
{
	struct scoring_lead *l = NULL;
	struct scoring_next next;
	struct err e = {0};
	enum status st = scoring_lead_load(m, profile, stored.data, stored.len, &l, &e);
	if (st == ST_OK)
		st = scoring_next(l, &next, &e);
	if (st == ST_OK) {
		*ret = next.n_events ^ next.n_questions << 8 ^ next.n_stages << 16 ^ next.n_expiries << 24 ^ (uint64_t)next.falls.total_at;
		scoring_next_free(&next);
	}
	scoring_lead_free(&l);
	return st;
}

static void exhaust(scenario *s, enum status otherwise, size_t at_least)
{
	uint64_t wanted = 0;
	ck_assert_int_eq(s(&wanted), otherwise);
	for (int mode = 0; mode < 2; mode++) {
		size_t failures = 0;
		for (long n = 0;; n++) {
			uint64_t outcome = 0;
			left = n;
			for_good = mode == 1;
			fired = false;
			enum status st = s(&outcome);
			left = -1;
			if (!fired) {
				ck_assert_int_eq(st, otherwise);
				break;
			}
			failures++;
			ck_assert_msg(!inconsistent, "allocation %ld: status and result do not agree", n);
			ck_assert_msg(st == ST_NOMEM || st == otherwise, "allocation %ld: %s", n, status_name(st));
			ck_assert_msg(st == ST_NOMEM || outcome == wanted, "allocation %ld: not seen to have failed, and another outcome", n);
		}
		ck_assert_uint_ge(failures, at_least);
	}
}

static const struct {
	scenario *run;
	enum status otherwise;
	size_t at_least;
} scenarios[] = {{compiles, ST_OK, 200}, {finds_faults, ST_INVALID, 20}, {replays, ST_OK, 50}, {goes_on, ST_OK, 10}, {explains, ST_OK, 50}, {applies_logic, ST_OK, 30},
    {looks_ahead, ST_OK, 50}};

START_TEST(an_allocation_that_fails_is_told)
{
	exhaust(scenarios[_i].run, scenarios[_i].otherwise, scenarios[_i].at_least);
}
END_TEST

/* What cannot say that it failed looks again soon, shows no tags, and counts a lead in. */
START_TEST(looks_without_memory_are_careful)
{
	struct scoring_lead *l = NULL;
	struct scoring_view with, without;
	const struct scoring_tag *tags;
	ck_assert_int_eq(scoring_lead_load(m, profile, stored.data, stored.len, &l, NULL), ST_OK);
	scoring_lead_view(l, true, &with);
	size_t n_tags = scoring_lead_tags(l, &tags);
	ck_assert_uint_gt(n_tags, 0);
	ck_assert_int_lt(with.next_change_at, INSTANT_NEVER);
	for (long n = 0, more = 1; more; n++) {
		left = n;
		for_good = true;
		fired = false;
		scoring_lead_view(l, true, &without);
		left = -1;
		more = fired;
		ck_assert_int_le(without.next_change_at, with.next_change_at);
		ck_assert_int_gt(without.next_change_at, without.as_of);
	}
	left = 0;
	size_t none = scoring_lead_tags(l, &tags);
	bool applies = scoring_lead_applies(l);
	const json_t *nothing = scoring_lead_profile(l);
	left = -1;
	ck_assert(none == 0 && applies && !nothing);
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), n_tags);
	ck_assert_ptr_nonnull(scoring_lead_profile(l));
	scoring_lead_free(&l);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/memory");
	TCase *c = tcase_create("memory");
	tcase_set_timeout(c, 250);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, an_allocation_that_fails_is_told, 0, sizeof(scenarios) / sizeof(*scenarios));
	tcase_add_test(c, looks_without_memory_are_careful);
	suite_add_tcase(s, c);
	return run_suite(s);
}
