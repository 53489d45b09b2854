/* Each command's options, notes and function, for the table in main.c; one file a command. */
#ifndef APP_ENTRIES_H
#define APP_ENTRIES_H

#include "base/arena.h"
#include "subcommand.h"
#include "store/key.h"

extern const struct option serve_options[], migrate_options[], workspace_create_options[], key_create_options[],
    key_list_options[], key_revoke_options[], model_show_options[],
    model_list_options[], model_validate_options[], model_create_options[], model_change_options[],
    model_activate_options[], model_rollback_options[], model_diff_options[], model_simulate_options[],
    model_backtest_options[], import_options[], export_options[], rescore_options[], healthcheck_options[];
extern const char serve_notes[], migrate_notes[], workspace_create_notes[], key_create_notes[], import_notes[], export_notes[],
    model_preview_notes[], rescore_notes[], healthcheck_notes[];

int serve_run(const struct invocation *in);
int migrate_run(const struct invocation *in);
int workspace_create_run(const struct invocation *in);
int workspace_list_run(const struct invocation *in);
int key_create_run(const struct invocation *in);
int key_list_run(const struct invocation *in);
int key_revoke_run(const struct invocation *in);
int model_show_run(const struct invocation *in);
int model_default_run(const struct invocation *in);
int model_check_run(const struct invocation *in);
int model_template_run(const struct invocation *in);
int model_list_run(const struct invocation *in);
int model_validate_run(const struct invocation *in);
int model_create_run(const struct invocation *in);
int model_shadow_run(const struct invocation *in);
int model_activate_run(const struct invocation *in);
int model_retire_run(const struct invocation *in);
int model_rollback_run(const struct invocation *in);
int model_diff_run(const struct invocation *in);
int model_simulate_run(const struct invocation *in);
int model_backtest_run(const struct invocation *in);
int import_run(const struct invocation *in);
int export_command_run(const struct invocation *in);
int rescore_command_run(const struct invocation *in);
int doctor_run(const struct invocation *in);
int healthcheck_run(const struct invocation *in);
int version_run(const struct invocation *in);

/* What several commands do. Each returns EXIT_OK or, after saying why, another code. */
int open_database(const struct invocation *in, struct db **ret);
/* The workspace that --workspace NAME names. */
int find_workspace(const struct invocation *in, struct db *db, struct workspace_row *ret);
/* The same, or the only one there is when none is named. */
int find_workspace_or_only(const struct invocation *in, struct db *db, struct workspace_row *ret);
/* The bytes of a file, NUL-terminated and owned; "-" is standard input. */
int read_whole_file(const char *path, size_t max, char **ret, size_t *ret_n);

#endif
