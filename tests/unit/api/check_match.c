/* Which route a path is, and who may call it. The table here is written by hand, not made from the route table. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "api/route.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define ALL_READ (ROLE_READ | ROLE_SALES | ROLE_ADMIN)
#define ALL_WRITE (ROLE_INGEST | ROLE_ADMIN)
#define ALL_TRACK (ROLE_PUBLISH | ROLE_INGEST | ROLE_ADMIN)
#define ALL_TAG (ROLE_INGEST | ROLE_SALES | ROLE_ADMIN)

static const struct row {
	const char *method, *path;
	const char *operation; /* NULL: 404; "": 405 */
	unsigned roles;
	const char *params; /* name=value; as matched */
} rows[] = {
    {"GET", "/v1/leads", "listLeads", ALL_READ, ""},
    {"POST", "/v1/leads", "postLead", ALL_WRITE, ""},
    {"PUT", "/v1/leads", "", 0, ""},
    {"GET", "/v1/leads/" ID, "getLead", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/leads/no-uuid", "getLead", ALL_READ, "id=no-uuid;"},
    {"PATCH", "/v1/leads/" ID, "patchLead", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/leads/" ID, "eraseLead", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/leads/" ID, "", 0, ""},
    {"GET", "/v1/leads/" ID "/score", "getLeadScore", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/models/templates", "listModelTemplates", ALL_READ, ""},
    {"GET", "/v1/models/templates/b2c_home", "getModelTemplate", ALL_READ, "name=b2c_home;"},
    {"GET", "/v1/leads/" ID "/next", "getLeadNext", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/leads/" ID "/score/history", "getLeadScoreHistory", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/leads/" ID "/timeline", "getLeadTimeline", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/leads/" ID "/nonsense", NULL, 0, ""},
    {"PUT", "/v1/leads/" ID "/tags/行业:汽车零部件", "putLeadTag", ALL_TAG, "id=" ID ";tag=行业:汽车零部件;"},
    {"DELETE", "/v1/leads/" ID "/tags/a:b/c/d", "deleteLeadTag", ALL_TAG, "id=" ID ";tag=a:b/c/d;"},
    {"PUT", "/v1/leads/" ID "/tags/a:1/2/3/4/5/6/7/8/9/10/11/12/13", "putLeadTag", ALL_TAG,
	"id=" ID ";tag=a:1/2/3/4/5/6/7/8/9/10/11/12/13;"},
    {"PUT", "/v1/leads/" ID "/tags/a:b/", "putLeadTag", ALL_TAG, "id=" ID ";tag=a:b/;"},
    {"PUT", "/v1/leads/" ID "/tags/", NULL, 0, ""},
    {"PUT", "/v1/leads/" ID "/tags", NULL, 0, ""},
    {"GET", "/v1/leads/" ID "/tags/a:b", "", 0, ""},
    {"POST", "/v1/score", "tryScore", ALL_READ, ""},
    {"PUT", "/v1/leads/" ID "/account", "putLeadAccount", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/leads/" ID "/account", "deleteLeadAccount", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/accounts", "listAccounts", ALL_READ, ""},
    {"POST", "/v1/accounts", "postAccount", ROLE_INGEST | ROLE_SALES | ROLE_ADMIN, ""},
    {"GET", "/v1/accounts/" ID, "getAccount", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/accounts/" ID, "patchAccount", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/accounts/" ID, "deleteAccount", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/accounts/" ID "/leads", "listAccountLeads", ALL_READ, "id=" ID ";"},
    {"POST", "/v1/events", "postEvents", ALL_WRITE, ""},
    {"GET", "/v1/events", "", 0, ""},
    {"POST", "/v1/identify", "identify", ALL_TRACK, ""},
    {"POST", "/v1/track", "track", ALL_TRACK, ""},
    {"POST", "/v1/page", "page", ALL_TRACK, ""},
    {"POST", "/v1/screen", "screen", ALL_TRACK, ""},
    {"POST", "/v1/group", "group", ALL_TRACK, ""},
    {"POST", "/v1/alias", "alias", ALL_TRACK, ""},
    {"POST", "/v1/batch", "batch", ALL_TRACK, ""},
    {"POST", "/v1/i", "identifyShort", ALL_TRACK, ""},
    {"POST", "/v1/t", "trackShort", ALL_TRACK, ""},
    {"POST", "/v1/p", "pageShort", ALL_TRACK, ""},
    {"POST", "/v1/s", "screenShort", ALL_TRACK, ""},
    {"POST", "/v1/g", "groupShort", ALL_TRACK, ""},
    {"POST", "/v1/a", "aliasShort", ALL_TRACK, ""},
    {"POST", "/v1/b", "batchShort", ALL_TRACK, ""},
    {"POST", "/beacon/v1/batch", "batchBeacon", ALL_TRACK, ""},
    {"GET", "/v1/projects/lsk_x/settings", "getProjectSettings", ALL_TRACK, "key=lsk_x;"},
    {"GET", "/sourceConfig/", "getSourceConfig", ALL_TRACK, ""},
    {"GET", "/sourceConfig", NULL, 0, ""},
    {"GET", "/v1/track", "", 0, ""},
    {"POST", "/v1/models", "createModel", ROLE_ADMIN, ""},
    {"POST", "/v1/models/rollback", "rollbackModel", ROLE_ADMIN, ""},
    {"PUT", "/v1/models/3", "putModel", ROLE_ADMIN, "version=3;"},
    {"DELETE", "/v1/models/3", "deleteModel", ROLE_ADMIN, "version=3;"},
    {"POST", "/v1/models/3/shadow", "shadowModel", ROLE_ADMIN, "version=3;"},
    {"POST", "/v1/models/3/activate", "activateModel", ROLE_ADMIN, "version=3;"},
    {"POST", "/v1/models/3/retire", "retireModel", ROLE_ADMIN, "version=3;"},
    {"POST", "/v1/models/3/simulate", "simulateModel", ROLE_ADMIN, "version=3;"},
    {"POST", "/v1/models/3/backtest", "backtestModel", ROLE_ADMIN, "version=3;"},
    {"GET", "/v1/jobs/" ID "/stream", "followJob", ALL_READ, "id=" ID ";"},
    {"POST", "/v1/events/void", "voidEvents", ALL_WRITE, ""},
    {"POST", "/v1/import", "importLines", ALL_WRITE, ""},
    {"GET", "/v1/export/leads", "exportLeads", ALL_READ, ""},
    {"GET", "/v1/export/events", "exportEvents", ROLE_ADMIN, ""},
    {"GET", "/v1/export/transitions", "exportTransitions", ALL_READ, ""},
    {"POST", "/v1/export/leads", "", 0, ""},
    {"GET", "/v1/leads/" ID "/score/history", "getLeadScoreHistory", ALL_READ, "id=" ID ";"},
    {"POST", "/v1/score", "tryScore", ALL_READ, ""},
    {"PUT", "/v1/leads/" ID "/offset", "putLeadOffset", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/leads/" ID "/offset", "deleteLeadOffset", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/leads/" ID "/merge", "mergeLead", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/leads/" ID "/unmerge", "unmergeLead", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/duplicates", "listDuplicates", ALL_READ, ""},
    {"POST", "/v1/duplicates/scan", "scanDuplicates", ROLE_SALES | ROLE_ADMIN, ""},
    {"POST", "/v1/duplicates/" ID "/merge", "mergeDuplicate", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/duplicates/" ID "/dismiss", "dismissDuplicate", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/leads/" ID "/segments", "listLeadSegments", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/segments", "listSegments", ALL_READ, ""},
    {"POST", "/v1/segments", "createSegment", ROLE_ADMIN, ""},
    {"GET", "/v1/segments/templates", "listSegmentTemplates", ALL_READ, ""},
    {"POST", "/v1/segments/preview", "previewSegment", ROLE_ADMIN, ""},
    {"GET", "/v1/segments/" ID, "getSegment", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/segments/" ID, "patchSegment", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/segments/" ID, "deleteSegment", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/journeys", "listJourneys", ALL_READ, ""},
    {"POST", "/v1/journeys", "createJourney", ROLE_ADMIN, ""},
    {"GET", "/v1/journeys/" ID, "getJourney", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/journeys/" ID, "patchJourney", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/journeys/" ID, "deleteJourney", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/journeys/" ID "/runs", "listJourneyRuns", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/playbooks", "listPlaybooks", ALL_READ, ""},
    {"POST", "/v1/playbooks", "createPlaybook", ROLE_ADMIN, ""},
    {"GET", "/v1/playbooks/templates", "listPlaybookTemplates", ALL_READ, ""},
    {"GET", "/v1/playbooks/" ID, "getPlaybook", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/playbooks/" ID, "patchPlaybook", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/playbooks/" ID, "deletePlaybook", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/followups", "listFollowups", ALL_READ, ""},
    {"POST", "/v1/followups/" ID "/done", "doFollowup", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/followups/" ID "/snooze", "snoozeFollowup", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/leads/" ID "/followups", "listLeadFollowups", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/segments/" ID "/leads", "listSegmentLeads", ALL_READ, "id=" ID ";"},
    {"GET", "/v1/jobs", "listJobs", ALL_READ, ""},
    {"GET", "/v1/jobs/" ID, "getJob", ALL_READ, "id=" ID ";"},
    {"POST", "/v1/jobs/" ID "/cancel", "cancelJob", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/models", "listModels", ALL_READ, ""},
    {"GET", "/v1/models/3", "getModel", ALL_READ, "version=3;"},
    {"POST", "/v1/models/validate", "validateModel", ALL_READ, ""},
    {"GET", "/v1/models/dependents", "listModelDependents", ALL_READ, ""},
    {"GET", "/v1/models/3/diff/4", "diffModels", ALL_READ, "version=3;other=4;"},
    {"GET", "/v1/in/lsi_x", "greetSource", ROLE_ANYONE, "token=lsi_x;"},
    {"POST", "/v1/in/lsi_x", "postToSource", ROLE_ANYONE, "token=lsi_x;"},
    {"GET", "/v1/sources", "listSources", ROLE_ADMIN, ""},
    {"POST", "/v1/sources", "createSource", ROLE_ADMIN, ""},
    {"GET", "/v1/sources/presets", "listSourcePresets", ALL_READ, ""},
    {"POST", "/v1/sources/dry-run", "dryRunNewSource", ROLE_ADMIN, ""},
    {"GET", "/v1/sources/" ID, "getSource", ROLE_ADMIN, "id=" ID ";"},
    {"PATCH", "/v1/sources/" ID, "patchSource", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/sources/" ID, "deleteSource", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/sources/" ID "/dry-run", "dryRunSource", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/sources/" ID "/requests", "listSourceRequests", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/sources/" ID "/requests/7", "getSourceRequest", ROLE_ADMIN, "id=" ID ";request=7;"},
    {"POST", "/v1/sources/" ID "/requests/7/replay", "replaySourceRequest", ROLE_ADMIN, "id=" ID ";request=7;"},
    {"POST", "/v1/sources/" ID "/replay", "replaySource", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/webhooks", "listWebhooks", ROLE_ADMIN, ""},
    {"POST", "/v1/webhooks", "createWebhook", ROLE_ADMIN, ""},
    {"GET", "/v1/webhooks/" ID, "getWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"PATCH", "/v1/webhooks/" ID, "patchWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/webhooks/" ID, "deleteWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/webhooks/" ID "/enable", "enableWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/webhooks/" ID "/secrets", "listWebhookSecrets", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/webhooks/" ID "/rotate", "rotateWebhookSecret", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/webhooks/" ID "/test", "testWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/webhooks/" ID "/replay", "replayWebhook", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/webhooks/" ID "/deliveries", "listWebhookDeliveries", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/webhooks/" ID "/deliveries/7", "getWebhookDelivery", ROLE_ADMIN, "id=" ID ";delivery=7;"},
    {"POST", "/v1/webhooks/" ID "/deliveries/7/replay", "replayWebhookDelivery", ROLE_ADMIN, "id=" ID ";delivery=7;"},
    {"GET", "/v1/taxonomies", "listTaxonomies", ALL_READ, ""},
    {"GET", "/v1/taxonomies/industry", "getTaxonomy", ALL_READ, "name=industry;"},
    {"PUT", "/v1/taxonomies/industry", "putTaxonomy", ROLE_ADMIN, "name=industry;"},
    {"DELETE", "/v1/taxonomies/industry", "deleteTaxonomy", ROLE_ADMIN, "name=industry;"},
    {"GET", "/v1/forms", "listForms", ALL_READ, ""},
    {"POST", "/v1/forms", "createForm", ROLE_ADMIN, ""},
    {"GET", "/v1/forms/" ID, "getForm", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/forms/" ID, "patchForm", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/forms/" ID, "deleteForm", ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/forms/lsf_x", "submitForm", ROLE_ANYONE, "id=lsf_x;"},
    {"PUT", "/v1/forms/" ID, "", 0, ""},
    {"GET", "/v1/workspace", "getWorkspace", ALL_READ, ""},
    {"PATCH", "/v1/workspace", "patchWorkspace", ROLE_ADMIN, ""},
    {"GET", "/v1/handoffs", "listHandoffs", ALL_READ, ""},
    {"GET", "/v1/handoffs/" ID, "getHandoff", ALL_READ, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/assign", "assignHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/accept", "acceptHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/respond", "respondHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/reject", "rejectHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/convert", "convertHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"POST", "/v1/handoffs/" ID "/close", "closeHandoff", ROLE_SALES | ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/users", "listUsers", ALL_READ, ""},
    {"POST", "/v1/users", "createUser", ROLE_ADMIN, ""},
    {"GET", "/v1/users/" ID, "getUser", ALL_READ, "id=" ID ";"},
    {"PATCH", "/v1/users/" ID, "patchUser", ROLE_ADMIN, "id=" ID ";"},
    {"DELETE", "/v1/users/" ID, "deleteUser", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/routing", "getRouting", ALL_READ, ""},
    {"PUT", "/v1/routing", "putRouting", ROLE_ADMIN, ""},
    {"GET", "/v1/transitions", "listTransitions", ALL_READ, ""},
    {"GET", "/v1/stream", "followChanges", ALL_READ, ""},
    {"GET", "/v1/transitions/held", "listHeldTransitions", ALL_READ, ""},
    {"POST", "/v1/transitions/held/release", "releaseHeldTransitions", ROLE_ADMIN, ""},
    {"POST", "/v1/transitions/held/discard", "discardHeldTransitions", ROLE_ADMIN, ""},
    {"GET", "/v1/keys", "listKeys", ROLE_ADMIN, ""},
    {"POST", "/v1/keys", "createKey", ROLE_ADMIN, ""},
    {"DELETE", "/v1/keys/" ID, "revokeKey", ROLE_ADMIN, "id=" ID ";"},
    {"GET", "/v1/reports/sources", "reportSources", ALL_READ, ""},
    {"GET", "/v1/reports/sla", "reportSla", ALL_READ, ""},
    {"GET", "/v1/openapi.json", "getOpenapi", ROLE_ANYONE, ""},
    {"GET", "/", NULL, 0, ""},
    {"GET", "//", NULL, 0, ""},
    {"GET", "", NULL, 0, ""},
    {"GET", "*", NULL, 0, ""},
    {"GET", "/v1", NULL, 0, ""},
    {"GET", "/v1/", NULL, 0, ""},
    {"GET", "/v1//leads", NULL, 0, ""},
    {"GET", "/v1/leads/", NULL, 0, ""},
    {"GET", "/v1/leads//score", NULL, 0, ""},
    {"GET", "/v1/Leads", NULL, 0, ""},
    {"GET", "/v1/leadsx", NULL, 0, ""},
    {"GET", "/v1/lead", NULL, 0, ""},
    {"GET", "/v2/leads", NULL, 0, ""},
    {"GET", "/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z", NULL, 0, ""},
};
#define ROWS (sizeof rows / sizeof rows[0])

START_TEST(a_path_has_its_route)
{
	const struct row *r = &rows[_i];
	struct stand s;
	stand_open(&s);
	enum status st = stand_call(&s, r->method, r->path);
	if (!r->operation || !*r->operation) {
		ck_assert_msg(st == (r->operation ? ST_CONFLICT : ST_NOT_FOUND), "%s %s", r->method, r->path);
		ck_assert_int_eq(s.call.status, r->operation ? 405 : 404);
		ck_assert_str_eq(s.call.response_type, "application/problem+json");
	} else {
		ck_assert_msg(st == ST_OK, "%s %s", r->method, r->path);
		ck_assert_str_eq(s.call.route->operation, r->operation);
		ck_assert_uint_eq(s.call.route->roles, r->roles);
		char params[300] = "";
		for (size_t i = 0; i < s.call.n_params; i++) {
			strcat(strcat(params, s.call.params[i].name), "=");
			strcat(strcat(params, s.call.params[i].value), ";");
		}
		ck_assert_str_eq(params, r->params);
	}
	stand_close(&s);
}
END_TEST

START_TEST(every_route_stands_in_the_table_above)
{
	for (size_t i = 0; i < api_route_total(); i++) {
		bool found = false;
		for (size_t k = 0; k < ROWS; k++)
			found = found || (rows[k].operation && !strcmp(rows[k].operation, api_route_at(i).operation));
		ck_assert_msg(found, "%s is not tested", api_route_at(i).operation);
	}
}
END_TEST

START_TEST(a_wrong_method_is_told_the_right_ones)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads"); /* a call to reuse */
	struct api_limits limits;
	const char *allow;
	s.call.method = "POST";
	s.call.path = "/v1/leads/" ID;
	ck_assert_int_eq(api_match(&s.api, &s.call, &limits, &allow), ST_CONFLICT);
	ck_assert_str_eq(allow, "GET, HEAD, PATCH, DELETE");
	s.call.path = "/nowhere";
	ck_assert_int_eq(api_match(&s.api, &s.call, &limits, &allow), ST_NOT_FOUND);
	ck_assert_ptr_null(allow);
	stand_close(&s);
}
END_TEST

START_TEST(bodies_have_limits)
{
	struct stand s;
	stand_open(&s);
	stand_call(&s, "GET", "/v1/leads");
	struct api_limits limits;
	const char *allow;
	s.call.method = "POST";
	ck_assert_int_eq(api_match(&s.api, &s.call, &limits, &allow), ST_OK);
	ck_assert_uint_eq(limits.max_body, 256 * 1024);
	s.call.path = "/v1/events";
	ck_assert_int_eq(api_match(&s.api, &s.call, &limits, &allow), ST_OK);
	ck_assert_uint_eq(limits.max_body, 4 * 1024 * 1024);
	stand_close(&s);
}
END_TEST

START_TEST(indexes_are_dense)
{
	struct stand s;
	stand_open(&s);
	ck_assert_uint_eq(api_route_index(NULL), 0);
	ck_assert_str_eq(api_route_pattern(NULL), "unmatched");
	ck_assert_ptr_null(api_route_by_index(&s.api, 0));
	ck_assert_ptr_null(api_route_by_index(&s.api, api_route_count(&s.api) + 1));
	for (size_t i = 1; i <= api_route_count(&s.api); i++) {
		const struct api_route *r = api_route_by_index(&s.api, i);
		ck_assert_uint_eq(api_route_index(r), i);
		ck_assert_str_eq(api_route_pattern(r), api_route_at(i - 1).pattern);
		ck_assert_str_eq(api_route_method(r), api_route_at(i - 1).method);
	}
	stand_close(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("match");
	TCase *t = tcase_create("match");
	tcase_add_loop_test(t, a_path_has_its_route, 0, (int)ROWS);
	tcase_add_test(t, every_route_stands_in_the_table_above);
	tcase_add_test(t, a_wrong_method_is_told_the_right_ones);
	tcase_add_test(t, bodies_have_limits);
	tcase_add_test(t, indexes_are_dense);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
