/* The handlers of the route table, by resource (route.c). What each step may do: api_priv.h. */
#ifndef API_RESOURCES_PRIV_H
#define API_RESOURCES_PRIV_H

#include "api_priv.h"

/* lead_list.c */
extern const char *const lead_list_parameters[];
enum status leads_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status leads_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* lead_read.c */
enum status lead_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* lead_write.c */
enum status leads_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status tag_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status tag_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status offset_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status offset_delete_prepare(struct api *a, struct api_call *c, struct err *e);
void lead_write_render(struct api *a, struct api_call *c);
void lead_delete_render(struct api *a, struct api_call *c);
/* lead_account.c */
enum status lead_account_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_account_delete_prepare(struct api *a, struct api_call *c, struct err *e);
/* accounts.c */
extern const char *const account_list_parameters[], *const account_leads_parameters[];
enum status accounts_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status accounts_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status account_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status account_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status account_leads_prepare(struct api *a, struct api_call *c, struct err *e);
enum status account_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* account_write.c */
enum status accounts_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status accounts_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status account_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status account_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status account_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status account_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* duplicates.c */
extern const char *const duplicate_list_parameters[];
enum status duplicates_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status duplicates_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status duplicate_dismiss_prepare(struct api *a, struct api_call *c, struct err *e);
enum status duplicate_dismiss_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status duplicates_scan_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* segments.c */
extern const char *const segment_leads_parameters[];
enum status segments_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status segment_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segment_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status segment_leads_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segment_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status lead_segments_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_segments_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* segment_write.c */
enum status segments_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segments_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status segment_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segment_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status segment_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segment_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status segment_preview_prepare(struct api *a, struct api_call *c, struct err *e);
enum status segment_preview_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* journeys.c */
extern const char *const journey_run_parameters[];
enum status journeys_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status journey_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status journey_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status journey_runs_prepare(struct api *a, struct api_call *c, struct err *e);
enum status journey_runs_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* journey_write.c */
enum status journeys_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status journeys_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status journey_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status journey_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status journey_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status journey_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* playbooks.c */
enum status playbooks_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status playbook_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status playbook_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* playbook_write.c */
enum status playbooks_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status playbooks_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status playbook_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status playbook_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status playbook_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status playbook_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* playbook_templates.c */
enum status playbook_templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* followups.c */
extern const char *const followup_list_parameters[], *const lead_followups_parameters[];
enum status followups_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status followups_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status lead_followups_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_followups_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* followup_act.c */
enum status followup_done_prepare(struct api *a, struct api_call *c, struct err *e);
enum status followup_snooze_prepare(struct api *a, struct api_call *c, struct err *e);
enum status followup_act_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* segment_templates.c */
enum status segment_templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* merges.c */
enum status lead_merge_prepare(struct api *a, struct api_call *c, struct err *e);
enum status lead_unmerge_prepare(struct api *a, struct api_call *c, struct err *e);
enum status duplicate_merge_prepare(struct api *a, struct api_call *c, struct err *e);
void lead_merge_render(struct api *a, struct api_call *c);
void lead_unmerge_render(struct api *a, struct api_call *c);
/* live_get.c */
extern const char *const stream_parameters[];
enum status stream_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status stream_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* score.c */
extern const char *const score_parameters[];
enum status score_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status score_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* score_history.c */
extern const char *const score_history_parameters[];
enum status score_history_prepare(struct api *a, struct api_call *c, struct err *e);
enum status score_history_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* score_try.c */
enum status score_try_prepare(struct api *a, struct api_call *c, struct err *e);
enum status score_try_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* next.c */
extern const char *const next_parameters[];
enum status next_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status next_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* timeline.c */
extern const char *const timeline_parameters[];
enum status timeline_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status timeline_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* events.c */
enum status events_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status events_void_prepare(struct api *a, struct api_call *c, struct err *e);
void events_post_render(struct api *a, struct api_call *c);
/* track.c */
enum status track_prepare(struct api *a, struct api_call *c, struct err *e);
void track_render(struct api *a, struct api_call *c);
/* track_settings.c */
enum status track_settings_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_config_prepare(struct api *a, struct api_call *c, struct err *e);
/* import.c */
extern const char *const import_parameters[];
enum status import_prepare(struct api *a, struct api_call *c, struct err *e);
/* export.c */
extern const char *const export_parameters[];
enum status export_prepare(struct api *a, struct api_call *c, struct err *e);
enum status export_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status export_events_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status export_transitions_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* models.c */
extern const char *const model_list_parameters[];
enum status models_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status models_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* model_drafts.c */
enum status models_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status models_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* model_review.c */
extern const char *const model_dependents_parameters[], *const model_diff_parameters[];
enum status model_validate_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_validate_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_dependents_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_dependents_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_diff_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_diff_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* model_life.c */
enum status model_shadow_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_shadow_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_activate_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_activate_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_retire_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_retire_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status model_rollback_prepare(struct api *a, struct api_call *c, struct err *e);
enum status model_rollback_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* taxonomies.c */
extern const char *const taxonomy_put_parameters[];
enum status taxonomies_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status taxonomy_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status taxonomy_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status taxonomy_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status taxonomy_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status taxonomy_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status taxonomy_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* workspace.c */
extern const char *const workspace_patch_parameters[];
enum status workspace_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status workspace_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status workspace_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* templates.c */
enum status templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status template_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* handoffs.c */
extern const char *const handoff_list_parameters[];
enum status handoffs_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoffs_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status handoff_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* handoff_moves.c */
enum status handoff_assign_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_accept_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_respond_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_reject_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_convert_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_close_prepare(struct api *a, struct api_call *c, struct err *e);
enum status handoff_move_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* routing.c */
enum status routing_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status routing_put_prepare(struct api *a, struct api_call *c, struct err *e);
enum status routing_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* users.c */
extern const char *const user_list_parameters[];
enum status users_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status users_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status users_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status users_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status user_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status user_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status user_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status user_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status user_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status user_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* transitions.c */
extern const char *const transition_parameters[];
enum status transitions_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status transitions_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* held.c */
extern const char *const held_parameters[];
enum status held_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status held_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status held_release_prepare(struct api *a, struct api_call *c, struct err *e);
enum status held_release_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status held_discard_prepare(struct api *a, struct api_call *c, struct err *e);
enum status held_discard_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* jobs.c */
extern const char *const job_list_parameters[];
enum status jobs_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status jobs_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status job_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status job_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status job_cancel_prepare(struct api *a, struct api_call *c, struct err *e);
enum status job_cancel_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* keys.c */
enum status keys_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status keys_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status keys_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status key_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status key_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* forms.c */
enum status forms_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status forms_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status forms_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status form_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status form_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status form_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status form_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status form_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status form_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* form_post.c */
enum status form_post_prepare(struct api *a, struct api_call *c, struct err *e);
void form_post_render(struct api *a, struct api_call *c);
/* reports.c */
enum status report_sources_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* report_sla.c */
extern const char *const report_sla_parameters[];
enum status report_sla_prepare(struct api *a, struct api_call *c, struct err *e);
enum status report_sla_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* simulations.c */
enum status simulate_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status simulate_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status backtest_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status backtest_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status job_stream_prepare(struct api *a, struct api_call *c, struct err *e);
enum status job_stream_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* openapi.c */
enum status openapi_prepare(struct api *a, struct api_call *c, struct err *e);
/* sources.c */
enum status sources_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status sources_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status sources_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* source_presets.c */
enum status source_presets_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* source_requests.c */
extern const char *const source_request_parameters[];
enum status source_requests_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_request_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_replay_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_replays_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_requests_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_request_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_replay_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_replays_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* source_dry_run.c */
enum status source_dry_run_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_dry_run_new_prepare(struct api *a, struct api_call *c, struct err *e);
enum status source_dry_run_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status source_dry_run_new_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* source_in.c */
enum status source_in_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* webhooks.c */
enum status webhooks_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhooks_post_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhooks_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_get_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_secrets_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_secrets_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_patch_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_enable_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_enable_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_rotate_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_rotate_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_delete_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* webhook_deliveries.c */
extern const char *const delivery_parameters[];
enum status webhook_deliveries_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_deliveries_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_delivery_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_delivery_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_redeliver_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_redeliver_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_replay_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_replay_read(struct api *a, struct api_call *c, struct db *db, struct err *e);
enum status webhook_test_prepare(struct api *a, struct api_call *c, struct err *e);
enum status webhook_test_read(struct api *a, struct api_call *c, struct db *db, struct err *e);

#endif
