/* The route table. Routes of one path stand together; openapi.yaml has the same, and a test compares them. */
#include "resources_priv.h"

#define READERS (ROLE_READ | ROLE_SALES | ROLE_ADMIN)
#define WRITERS (ROLE_INGEST | ROLE_ADMIN)

const struct api_route api_routes[] = {
	{"POST", "/v1/events", "postEvents", WRITERS, ROUTE_LARGE, ROUTE_WRITE, NULL, events_post_prepare, NULL, events_post_render},

	{"GET", "/v1/leads", "listLeads", READERS, 0, ROUTE_READ, lead_list_parameters, leads_get_prepare, leads_get_read, NULL},
	{"POST", "/v1/leads", "postLead", WRITERS, 0, ROUTE_WRITE, NULL, leads_post_prepare, NULL, lead_write_render},

	{"GET", "/v1/leads/{id}", "getLead", READERS, 0, ROUTE_READ, NULL, lead_get_prepare, lead_get_read, NULL},
	{"PATCH", "/v1/leads/{id}", "patchLead", ROLE_SALES | ROLE_ADMIN, 0, ROUTE_WRITE, NULL, lead_patch_prepare, NULL, lead_write_render},
	{"DELETE", "/v1/leads/{id}", "eraseLead", ROLE_ADMIN, 0, ROUTE_WRITE, NULL, lead_delete_prepare, NULL, lead_delete_render},

	{"GET", "/v1/leads/{id}/score", "getLeadScore", READERS, 0, ROUTE_READ, score_parameters, score_get_prepare, score_get_read, NULL},

	{"GET", "/v1/leads/{id}/timeline", "getLeadTimeline", READERS, 0, ROUTE_READ, timeline_parameters, timeline_get_prepare, timeline_get_read, NULL},

	{"PUT", "/v1/leads/{id}/tags/{tag}", "putLeadTag", WRITERS | ROLE_SALES, ROUTE_TAIL, ROUTE_WRITE, NULL, tag_put_prepare, NULL, lead_write_render},
	{"DELETE", "/v1/leads/{id}/tags/{tag}", "deleteLeadTag", WRITERS | ROLE_SALES, ROUTE_TAIL, ROUTE_WRITE, NULL, tag_delete_prepare, NULL, lead_write_render},

	{"GET", "/v1/models", "listModels", READERS, 0, ROUTE_READ, NULL, models_get_prepare, models_get_read, NULL},

	{"GET", "/v1/models/{version}", "getModel", READERS, 0, ROUTE_READ, NULL, model_get_prepare, model_get_read, NULL},

	{"GET", "/v1/handoffs", "listHandoffs", READERS, 0, ROUTE_READ, handoff_list_parameters, handoffs_get_prepare, handoffs_get_read, NULL},

	{"GET", "/v1/handoffs/{id}", "getHandoff", READERS, 0, ROUTE_READ, NULL, handoff_get_prepare, handoff_get_read, NULL},

	/* Positions in the feed are given while it is read. */
	{"GET", "/v1/transitions", "listTransitions", READERS, ROUTE_PRIMARY, ROUTE_READ, transition_parameters, transitions_get_prepare, transitions_get_read, NULL},

	/* Keys are made and revoked by readers: they are rare, and no lead is touched. */
	{"GET", "/v1/keys", "listKeys", ROLE_ADMIN, ROUTE_PRIMARY, ROUTE_READ, NULL, keys_get_prepare, keys_get_read, NULL},
	{"POST", "/v1/keys", "createKey", ROLE_ADMIN, ROUTE_PRIMARY, ROUTE_READ, NULL, keys_post_prepare, keys_post_read, NULL},

	{"DELETE", "/v1/keys/{id}", "revokeKey", ROLE_ADMIN, ROUTE_PRIMARY, ROUTE_READ, NULL, key_delete_prepare, key_delete_read, NULL},

	{"GET", "/v1/reports/sources", "reportSources", READERS, ROUTE_LONG, ROUTE_READ, NULL, report_sources_prepare, report_sources_read, NULL},

	{"GET", "/v1/openapi.json", "getOpenapi", ROLE_ANYONE, 0, ROUTE_FIXED, NULL, openapi_prepare, NULL, NULL},
};
const size_t api_routes_count = sizeof api_routes / sizeof api_routes[0];
