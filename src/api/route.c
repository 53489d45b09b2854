/* The route table. Routes of one path stand together; openapi.yaml has the same, and a test compares them. */
#include "forms_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

#define READERS (ROLE_READ | ROLE_SALES | ROLE_ADMIN)
#define WRITERS (ROLE_INGEST | ROLE_ADMIN)
#define TRACKERS (ROLE_PUBLISH | ROLE_INGEST | ROLE_ADMIN)

/* READ: what `name`_prepare takes from the request, `name`_read answers with a connection. WRITE: `prepare` makes
 * commands, `render` shows what became of them. */
#define READ(method, pattern, operation, roles, flags, parameters, name)                                               \
	{                                                                                                              \
		method, pattern, operation, roles, flags, ROUTE_READ, parameters, name##_prepare, name##_read, NULL    \
	}
/* As READ, of a request that says nothing but its path. */
#define PLAIN(method, pattern, operation, roles, flags, name)                                                          \
	{                                                                                                              \
		method, pattern, operation, roles, flags, ROUTE_READ, NULL, NULL, name##_read, NULL                    \
	}
#define WRITE(method, pattern, operation, roles, flags, prepare, render)                                               \
	{                                                                                                              \
		method, pattern, operation, roles, flags, ROUTE_WRITE, NULL, prepare, NULL, render                     \
	}
/* As WRITE, without a key: through a door (door_priv.h). */
#define DOOR(method, pattern, operation, flags, prepare, render, door)                                                 \
	{                                                                                                              \
		method, pattern, operation, ROLE_ANYONE, flags, ROUTE_WRITE, NULL, prepare, NULL, render, door         \
	}
/* UPLOAD: `name`_prepare looks at the head; what then takes the body: import.c. */
#define UPLOAD(method, pattern, operation, roles, parameters, name)                                                    \
	{                                                                                                              \
		method, pattern, operation, roles, ROUTE_GZIP, ROUTE_UPLOAD, parameters, name##_prepare, NULL, NULL    \
	}
#define EXPORT(pattern, operation, roles, read)                                                                        \
	{                                                                                                              \
		"GET", pattern, operation, roles, 0, ROUTE_READ, export_parameters, export_prepare, read, NULL         \
	}
#define FIXED(method, pattern, operation, prepare)                                                                     \
	{                                                                                                              \
		method, pattern, operation, ROLE_ANYONE, 0, ROUTE_FIXED, NULL, prepare, NULL, NULL                     \
	}

/* A move of a handoff. */
#define MOVE(name, operation, prepare)                                                                                 \
	{                                                                                                              \
		"POST", "/v1/handoffs/{id}/" name, operation, ROLE_SALES | ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG,     \
		    ROUTE_READ, NULL, prepare, handoff_move_read, NULL                                                 \
	}

/* What a person does of a follow-up. */
#define ACT(name, operation, prepare)                                                                                  \
	{                                                                                                              \
		"POST", "/v1/followups/{id}/" name, operation, ROLE_SALES | ROLE_ADMIN, ROUTE_PRIMARY, ROUTE_READ,     \
		    NULL, prepare, followup_act_read, NULL                                                             \
	}

/* Tracking: one message, several, and what the libraries ask before. */
#define TRACK(pattern, operation, size)                                                                                \
	WRITE("POST", pattern, operation, TRACKERS, ROUTE_FOREIGN | ROUTE_BROWSER | ROUTE_GZIP | (size), track_prepare, \
	    track_render)
#define TRACK_ASK(pattern, operation, prepare)                                                                         \
	{                                                                                                              \
		"GET", pattern, operation, TRACKERS, ROUTE_FOREIGN | ROUTE_BROWSER, ROUTE_FIXED, NULL, prepare, NULL, NULL \
	}

/* What another system sends, through the door that it was given: every header may be one that proves who it is. */
#define INBOUND(method, operation, size)                                                                                     \
	{                                                                                                              \
		method, "/v1/in/{token}", operation, ROLE_ANYONE,                                                      \
		    ROUTE_FOREIGN | ROUTE_HEADERS | (size) | ROUTE_PRIMARY | ROUTE_LONG, ROUTE_READ, NULL, NULL, source_in_read, NULL, \
		    &source_door                                                                                       \
	}

/* clang-format off */
const struct api_route api_routes[] = {
	WRITE("POST", "/v1/events", "postEvents", WRITERS, ROUTE_LARGE, events_post_prepare, events_post_render),
	WRITE("POST", "/v1/events/void", "voidEvents", WRITERS, ROUTE_LARGE, events_void_prepare, events_post_render),

	TRACK("/v1/identify", "identify", ROUTE_CALL),
	TRACK("/v1/track", "track", ROUTE_CALL),
	TRACK("/v1/page", "page", ROUTE_CALL),
	TRACK("/v1/screen", "screen", ROUTE_CALL),
	TRACK("/v1/group", "group", ROUTE_CALL),
	TRACK("/v1/alias", "alias", ROUTE_CALL),
	TRACK("/v1/batch", "batch", ROUTE_BATCH),
	TRACK("/v1/i", "identifyShort", ROUTE_CALL),
	TRACK("/v1/t", "trackShort", ROUTE_CALL),
	TRACK("/v1/p", "pageShort", ROUTE_CALL),
	TRACK("/v1/s", "screenShort", ROUTE_CALL),
	TRACK("/v1/g", "groupShort", ROUTE_CALL),
	TRACK("/v1/a", "aliasShort", ROUTE_CALL),
	TRACK("/v1/b", "batchShort", ROUTE_BATCH),
	TRACK("/beacon/v1/batch", "batchBeacon", ROUTE_BATCH),
	TRACK_ASK("/v1/projects/{key}/settings", "getProjectSettings", track_settings_prepare),
	TRACK_ASK("/sourceConfig/", "getSourceConfig", source_config_prepare),
	UPLOAD("POST", "/v1/import", "importLines", WRITERS, import_parameters, import),

	EXPORT("/v1/export/leads", "exportLeads", READERS, export_leads_read),
	EXPORT("/v1/export/events", "exportEvents", ROLE_ADMIN, export_events_read),
	EXPORT("/v1/export/transitions", "exportTransitions", READERS, export_transitions_read),

	READ("GET", "/v1/leads", "listLeads", READERS, 0, lead_list_parameters, leads_get),
	WRITE("POST", "/v1/leads", "postLead", WRITERS, 0, leads_post_prepare, lead_write_render),

	READ("GET", "/v1/leads/{id}", "getLead", READERS, 0, NULL, lead_get),
	WRITE("PATCH", "/v1/leads/{id}", "patchLead", ROLE_SALES | ROLE_ADMIN, 0, lead_patch_prepare, lead_write_render),
	WRITE("DELETE", "/v1/leads/{id}", "eraseLead", ROLE_ADMIN, 0, lead_delete_prepare, lead_delete_render),

	READ("GET", "/v1/leads/{id}/score", "getLeadScore", READERS, 0, score_parameters, score_get),
	READ("GET", "/v1/leads/{id}/score/history", "getLeadScoreHistory", READERS, 0, score_history_parameters, score_history),
	READ("GET", "/v1/leads/{id}/next", "getLeadNext", READERS, 0, next_parameters, next_get),
	READ("GET", "/v1/leads/{id}/timeline", "getLeadTimeline", READERS, 0, timeline_parameters, timeline_get),

	WRITE("PUT", "/v1/leads/{id}/tags/{tag}", "putLeadTag", WRITERS | ROLE_SALES, ROUTE_TAIL, tag_put_prepare, lead_write_render),
	WRITE("DELETE", "/v1/leads/{id}/tags/{tag}", "deleteLeadTag", WRITERS | ROLE_SALES, ROUTE_TAIL, tag_delete_prepare, lead_write_render),

	WRITE("PUT", "/v1/leads/{id}/account", "putLeadAccount", ROLE_SALES | ROLE_ADMIN, 0, lead_account_put_prepare, lead_write_render),
	WRITE("DELETE", "/v1/leads/{id}/account", "deleteLeadAccount", ROLE_SALES | ROLE_ADMIN, 0, lead_account_delete_prepare, lead_write_render),

	/* What an account's leads add up to may change by the second, and what it knows is written by readers: it is rare, and the leads are told through ingest. */
	READ("GET", "/v1/accounts", "listAccounts", READERS, 0, account_list_parameters, accounts_get),
	READ("POST", "/v1/accounts", "postAccount", WRITERS | ROLE_SALES, ROUTE_PRIMARY | ROUTE_LONG, NULL, accounts_post),
	READ("GET", "/v1/accounts/{id}", "getAccount", READERS, 0, NULL, account_get),
	READ("PATCH", "/v1/accounts/{id}", "patchAccount", ROLE_SALES | ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, account_patch),
	READ("DELETE", "/v1/accounts/{id}", "deleteAccount", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, account_delete),
	READ("GET", "/v1/accounts/{id}/leads", "listAccountLeads", READERS, 0, account_leads_parameters, account_leads),

	WRITE("POST", "/v1/leads/{id}/merge", "mergeLead", ROLE_SALES | ROLE_ADMIN, 0, lead_merge_prepare, lead_merge_render),
	WRITE("POST", "/v1/leads/{id}/unmerge", "unmergeLead", ROLE_SALES | ROLE_ADMIN, 0, lead_unmerge_prepare, lead_unmerge_render),

	/* A name in the place of an id stands before it. */
	READ("GET", "/v1/duplicates", "listDuplicates", READERS, ROUTE_PRIMARY, duplicate_list_parameters, duplicates_get),
	PLAIN("POST", "/v1/duplicates/scan", "scanDuplicates", ROLE_SALES | ROLE_ADMIN, ROUTE_PRIMARY, duplicates_scan),
	WRITE("POST", "/v1/duplicates/{id}/merge", "mergeDuplicate", ROLE_SALES | ROLE_ADMIN, 0, duplicate_merge_prepare, lead_merge_render),
	READ("POST", "/v1/duplicates/{id}/dismiss", "dismissDuplicate", ROLE_SALES | ROLE_ADMIN, ROUTE_PRIMARY, NULL, duplicate_dismiss),

	READ("GET", "/v1/leads/{id}/segments", "listLeadSegments", READERS, 0, NULL, lead_segments),

	/* Segments change under the lock of their workspace's row, by readers, and a job looks at the leads. A name in the place of an id stands before it. */
	PLAIN("GET", "/v1/segments", "listSegments", READERS, 0, segments_get),
	READ("POST", "/v1/segments", "createSegment", ROLE_ADMIN, ROUTE_PRIMARY, NULL, segments_post),
	PLAIN("GET", "/v1/segments/templates", "listSegmentTemplates", READERS, 0, segment_templates),
	READ("POST", "/v1/segments/preview", "previewSegment", ROLE_ADMIN, ROUTE_PRIMARY, NULL, segment_preview),
	READ("GET", "/v1/segments/{id}", "getSegment", READERS, 0, NULL, segment_get),
	READ("PATCH", "/v1/segments/{id}", "patchSegment", ROLE_ADMIN, ROUTE_PRIMARY, NULL, segment_patch),
	READ("DELETE", "/v1/segments/{id}", "deleteSegment", ROLE_ADMIN, ROUTE_PRIMARY, NULL, segment_delete),
	READ("GET", "/v1/segments/{id}/leads", "listSegmentLeads", READERS, 0, segment_leads_parameters, segment_leads),

	PLAIN("GET", "/v1/journeys", "listJourneys", READERS, 0, journeys_get),
	READ("POST", "/v1/journeys", "createJourney", ROLE_ADMIN, ROUTE_PRIMARY, NULL, journeys_post),
	READ("GET", "/v1/journeys/{id}", "getJourney", READERS, 0, NULL, journey_get),
	READ("PATCH", "/v1/journeys/{id}", "patchJourney", ROLE_ADMIN, ROUTE_PRIMARY, NULL, journey_patch),
	READ("DELETE", "/v1/journeys/{id}", "deleteJourney", ROLE_ADMIN, ROUTE_PRIMARY, NULL, journey_delete),
	READ("GET", "/v1/journeys/{id}/runs", "listJourneyRuns", READERS, 0, journey_run_parameters, journey_runs),

	/* Playbooks change as segments do. What a person does of a follow-up is written by a reader: its lead is held, nothing of it is scored. */
	PLAIN("GET", "/v1/playbooks", "listPlaybooks", READERS, 0, playbooks_get),
	READ("POST", "/v1/playbooks", "createPlaybook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, playbooks_post),
	PLAIN("GET", "/v1/playbooks/templates", "listPlaybookTemplates", READERS, 0, playbook_templates),
	READ("GET", "/v1/playbooks/{id}", "getPlaybook", READERS, 0, NULL, playbook_get),
	READ("PATCH", "/v1/playbooks/{id}", "patchPlaybook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, playbook_patch),
	READ("DELETE", "/v1/playbooks/{id}", "deletePlaybook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, playbook_delete),
	READ("GET", "/v1/followups", "listFollowups", READERS, 0, followup_list_parameters, followups_get),
	ACT("done", "doFollowup", followup_done_prepare),
	ACT("snooze", "snoozeFollowup", followup_snooze_prepare),
	READ("GET", "/v1/leads/{id}/followups", "listLeadFollowups", READERS, 0, lead_followups_parameters, lead_followups),

	READ("POST", "/v1/score", "tryScore", READERS, 0, NULL, score_try),

	WRITE("PUT", "/v1/leads/{id}/offset", "putLeadOffset", ROLE_SALES | ROLE_ADMIN, 0, offset_put_prepare, lead_write_render),
	WRITE("DELETE", "/v1/leads/{id}/offset", "deleteLeadOffset", ROLE_SALES | ROLE_ADMIN, 0, offset_delete_prepare, lead_write_render),

	/* Models change under the lock of their workspace's row, by readers: it is rare, and no lead is touched. A name in the place of a
	 * version stands before it. */
	READ("GET", "/v1/models", "listModels", READERS, 0, model_list_parameters, models_get),
	READ("POST", "/v1/models", "createModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, models_post),
	READ("POST", "/v1/models/validate", "validateModel", READERS, 0, NULL, model_validate),
	READ("GET", "/v1/models/dependents", "listModelDependents", READERS, 0, model_dependents_parameters, model_dependents),
	READ("POST", "/v1/models/rollback", "rollbackModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_rollback),
	PLAIN("GET", "/v1/models/templates", "listModelTemplates", READERS, 0, templates),
	PLAIN("GET", "/v1/models/templates/{name}", "getModelTemplate", READERS, 0, template),
	READ("GET", "/v1/models/{version}", "getModel", READERS, 0, NULL, model_get),
	READ("PUT", "/v1/models/{version}", "putModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_put),
	READ("DELETE", "/v1/models/{version}", "deleteModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_delete),
	READ("GET", "/v1/models/{version}/diff/{other}", "diffModels", READERS, 0, model_diff_parameters, model_diff),
	READ("POST", "/v1/models/{version}/shadow", "shadowModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_shadow),
	READ("POST", "/v1/models/{version}/activate", "activateModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_activate),
	READ("POST", "/v1/models/{version}/retire", "retireModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, model_retire),

	READ("POST", "/v1/models/{version}/simulate", "simulateModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, simulate_post),
	READ("POST", "/v1/models/{version}/backtest", "backtestModel", ROLE_ADMIN, ROUTE_PRIMARY, NULL, backtest_post),

	PLAIN("GET", "/v1/taxonomies", "listTaxonomies", READERS, 0, taxonomies_get),
	READ("GET", "/v1/taxonomies/{name}", "getTaxonomy", READERS, 0, NULL, taxonomy_get),
	READ("PUT", "/v1/taxonomies/{name}", "putTaxonomy", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LARGE, taxonomy_put_parameters, taxonomy_put),
	READ("DELETE", "/v1/taxonomies/{name}", "deleteTaxonomy", ROLE_ADMIN, ROUTE_PRIMARY, NULL, taxonomy_delete),

	PLAIN("GET", "/v1/workspace", "getWorkspace", READERS, 0, workspace_get),
	READ("PATCH", "/v1/workspace", "patchWorkspace", ROLE_ADMIN, ROUTE_PRIMARY, workspace_patch_parameters, workspace_patch),

	READ("GET", "/v1/handoffs", "listHandoffs", READERS, 0, handoff_list_parameters, handoffs_get),
	READ("GET", "/v1/handoffs/{id}", "getHandoff", READERS, ROUTE_PRIMARY, NULL, handoff_get),

	/* A person's moves are rare: readers make each of the handoff as it is and wait for the lanes, where its lead moves with it. */
	MOVE("assign", "assignHandoff", handoff_assign_prepare),
	MOVE("accept", "acceptHandoff", handoff_accept_prepare),
	MOVE("respond", "respondHandoff", handoff_respond_prepare),
	MOVE("reject", "rejectHandoff", handoff_reject_prepare),
	MOVE("convert", "convertHandoff", handoff_convert_prepare),
	MOVE("close", "closeHandoff", handoff_close_prepare),

	READ("GET", "/v1/users", "listUsers", READERS, 0, user_list_parameters, users_get),
	READ("POST", "/v1/users", "createUser", ROLE_ADMIN, ROUTE_PRIMARY, NULL, users_post),
	READ("GET", "/v1/users/{id}", "getUser", READERS, 0, NULL, user_get),
	READ("PATCH", "/v1/users/{id}", "patchUser", ROLE_ADMIN, ROUTE_PRIMARY, NULL, user_patch),
	READ("DELETE", "/v1/users/{id}", "deleteUser", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, user_delete),

	PLAIN("GET", "/v1/routing", "getRouting", READERS, 0, routing_get),
	READ("PUT", "/v1/routing", "putRouting", ROLE_ADMIN, ROUTE_PRIMARY, NULL, routing_put),

	/* Positions in the feed are given while it is read. */
	READ("GET", "/v1/transitions", "listTransitions", READERS, ROUTE_PRIMARY, transition_parameters, transitions_get),

	/* Released in batches of this call's own: the lanes are for events. */
	READ("GET", "/v1/stream", "followChanges", READERS, ROUTE_PRIMARY, stream_parameters, stream_get),
	READ("GET", "/v1/transitions/held", "listHeldTransitions", READERS, ROUTE_PRIMARY, held_parameters, held_get),
	READ("POST", "/v1/transitions/held/release", "releaseHeldTransitions", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, held_release),
	READ("POST", "/v1/transitions/held/discard", "discardHeldTransitions", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, held_discard),

	INBOUND("GET", "greetSource", 0),
	INBOUND("POST", "postToSource", ROUTE_LARGE),

	/* The token in a source's URL lets anybody in who has it: administrators only. A name in the place of an id stands before it. */
	PLAIN("GET", "/v1/sources", "listSources", ROLE_ADMIN, ROUTE_PRIMARY, sources_get),
	READ("POST", "/v1/sources", "createSource", ROLE_ADMIN, ROUTE_PRIMARY, NULL, sources_post),
	PLAIN("GET", "/v1/sources/presets", "listSourcePresets", READERS, 0, source_presets),
	READ("POST", "/v1/sources/dry-run", "dryRunNewSource", ROLE_ADMIN, 0, NULL, source_dry_run_new),
	READ("GET", "/v1/sources/{id}", "getSource", ROLE_ADMIN, ROUTE_PRIMARY, NULL, source_get),
	READ("PATCH", "/v1/sources/{id}", "patchSource", ROLE_ADMIN, ROUTE_PRIMARY, NULL, source_patch),
	READ("DELETE", "/v1/sources/{id}", "deleteSource", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, source_delete),
	READ("POST", "/v1/sources/{id}/dry-run", "dryRunSource", ROLE_ADMIN, ROUTE_PRIMARY, NULL, source_dry_run),
	READ("GET", "/v1/sources/{id}/requests", "listSourceRequests", ROLE_ADMIN, ROUTE_PRIMARY, source_request_parameters, source_requests),
	READ("GET", "/v1/sources/{id}/requests/{request}", "getSourceRequest", ROLE_ADMIN, ROUTE_PRIMARY, NULL, source_request),
	READ("POST", "/v1/sources/{id}/requests/{request}/replay", "replaySourceRequest", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, source_replay),
	READ("POST", "/v1/sources/{id}/replay", "replaySource", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, source_replays),

	/* A webhook's URL may be a secret: administrators only. Its deliveries change by the second. */
	PLAIN("GET", "/v1/webhooks", "listWebhooks", ROLE_ADMIN, ROUTE_PRIMARY, webhooks_get),
	READ("POST", "/v1/webhooks", "createWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhooks_post),
	READ("GET", "/v1/webhooks/{id}", "getWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_get),
	READ("PATCH", "/v1/webhooks/{id}", "patchWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_patch),
	READ("DELETE", "/v1/webhooks/{id}", "deleteWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_delete),
	READ("POST", "/v1/webhooks/{id}/enable", "enableWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_enable),
	READ("GET", "/v1/webhooks/{id}/secrets", "listWebhookSecrets", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_secrets),
	READ("POST", "/v1/webhooks/{id}/rotate", "rotateWebhookSecret", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_rotate),
	READ("POST", "/v1/webhooks/{id}/test", "testWebhook", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_test),
	READ("POST", "/v1/webhooks/{id}/replay", "replayWebhook", ROLE_ADMIN, ROUTE_PRIMARY | ROUTE_LONG, NULL, webhook_replay),
	READ("GET", "/v1/webhooks/{id}/deliveries", "listWebhookDeliveries", ROLE_ADMIN, ROUTE_PRIMARY, delivery_parameters, webhook_deliveries),
	READ("GET", "/v1/webhooks/{id}/deliveries/{delivery}", "getWebhookDelivery", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_delivery),
	READ("POST", "/v1/webhooks/{id}/deliveries/{delivery}/replay", "replayWebhookDelivery", ROLE_ADMIN, ROUTE_PRIMARY, NULL, webhook_redeliver),

	/* A job's row changes by the second: a replica's would be of the past. */
	READ("GET", "/v1/jobs", "listJobs", READERS, ROUTE_PRIMARY, job_list_parameters, jobs_get),
	READ("GET", "/v1/jobs/{id}", "getJob", READERS, ROUTE_PRIMARY, NULL, job_get),
	READ("GET", "/v1/jobs/{id}/stream", "followJob", READERS, ROUTE_PRIMARY, NULL, job_stream),
	READ("POST", "/v1/jobs/{id}/cancel", "cancelJob", ROLE_ADMIN, ROUTE_PRIMARY, NULL, job_cancel),

	/* A form's id, and for whoever fills it in its token. */
	PLAIN("GET", "/v1/forms", "listForms", READERS, 0, forms_get),
	READ("POST", "/v1/forms", "createForm", ROLE_ADMIN, ROUTE_PRIMARY, NULL, forms_post),
	READ("GET", "/v1/forms/{id}", "getForm", READERS, 0, NULL, form_get),
	READ("PATCH", "/v1/forms/{id}", "patchForm", ROLE_ADMIN, ROUTE_PRIMARY, NULL, form_patch),
	READ("DELETE", "/v1/forms/{id}", "deleteForm", ROLE_ADMIN, ROUTE_PRIMARY, NULL, form_delete),
	DOOR("POST", "/v1/forms/{id}", "submitForm", ROUTE_BROWSER | ROUTE_LARGE | ROUTE_HEADERS, form_post_prepare, form_post_render, &form_door),

	/* Keys are made and revoked by readers: they are rare, and no lead is touched. */
	PLAIN("GET", "/v1/keys", "listKeys", ROLE_ADMIN, ROUTE_PRIMARY, keys_get),
	READ("POST", "/v1/keys", "createKey", ROLE_ADMIN, ROUTE_PRIMARY, NULL, keys_post),
	READ("DELETE", "/v1/keys/{id}", "revokeKey", ROLE_ADMIN, ROUTE_PRIMARY, NULL, key_delete),

	PLAIN("GET", "/v1/reports/sources", "reportSources", READERS, ROUTE_LONG, report_sources),
	READ("GET", "/v1/reports/sla", "reportSla", READERS, ROUTE_LONG, report_sla_parameters, report_sla),

	FIXED("GET", "/v1/openapi.json", "getOpenapi", openapi_prepare),
};
/* clang-format on */
const size_t api_routes_count = sizeof api_routes / sizeof api_routes[0];
