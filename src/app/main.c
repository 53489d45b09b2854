/* The program: finds the command and runs it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "subcommand.h"
#include "entries.h"

static const struct option no_options[] = {{0}};

/* clang-format off */
const struct subcommand subcommands[] = {
	{"serve", "", 0, 0, "run the service", serve_options, GROUP_DATABASE | GROUP_SERVE | GROUP_INGEST | GROUP_LISTEN | GROUP_LOG, serve_notes, serve_run},
	{"migrate", "", 0, 0, "bring the database's schema up to date", migrate_options, GROUP_DATABASE, migrate_notes, migrate_run},
	{"workspace create", "NAME", 1, 1, "make a workspace; prints its id", workspace_create_options, GROUP_DATABASE, workspace_create_notes, workspace_create_run},
	{"workspace list", "", 0, 0, "list the workspaces: id, name, country, model version, made at (tabs between)", no_options, GROUP_DATABASE, NULL, workspace_list_run},
	{"key create", "", 0, 0, "make an API key; prints the key, which is shown this once", key_create_options, GROUP_DATABASE, key_create_notes, key_create_run},
	{"key list", "", 0, 0, "list a workspace's keys: id, role, hint, state, made at, expires at, origins, label (tabs between)", key_list_options, GROUP_DATABASE, NULL, key_list_run},
	{"key revoke", "ID", 1, 1, "end a key's life", key_revoke_options, GROUP_DATABASE, NULL, key_revoke_run},
	{"model list", "", 0, 0, "list the versions of models: version, line, state, name, made at (tabs between)", model_list_options, GROUP_DATABASE, NULL, model_list_run},
	{"model validate", "FILE", 1, 1, "check a document as a draft of the workspace: faults, and warnings of what is hardly meant", model_validate_options, GROUP_DATABASE, NULL, model_validate_run},
	{"model create", "FILE", 1, 1, "make a draft of a document; prints its version", model_create_options, GROUP_DATABASE, NULL, model_create_run},
	{"model shadow", "VERSION", 1, 1, "score leads by a version beside the active one, without effect", model_change_options, GROUP_DATABASE, NULL, model_shadow_run},
	{"model activate", "VERSION", 1, 1, "make a version its line's active one", model_activate_options, GROUP_DATABASE, NULL, model_activate_run},
	{"model retire", "VERSION", 1, 1, "score leads by a version no longer", model_change_options, GROUP_DATABASE, NULL, model_retire_run},
	{"model rollback", "", 0, 0, "go back to the version that was active before; prints it", model_rollback_options, GROUP_DATABASE, NULL, model_rollback_run},
	{"model diff", "VERSION VERSION", 2, 2, "say in words how two versions differ", model_diff_options, GROUP_DATABASE, NULL, model_diff_run},
	{"model show", "", 0, 0, "print a workspace's model as JSON", model_show_options, GROUP_DATABASE, NULL, model_show_run},
	{"model default", "", 0, 0, "print the model that new workspaces begin with, as JSON", no_options, 0, NULL, model_default_run},
	{"model template", "[NAME]", 0, 1, "print a ready-made model as JSON; without a name, the names", no_options, 0, NULL, model_template_run},
	{"model check", "FILE", 1, 1, "check a model's document; says everything that is wrong with it", no_options, 0, NULL, model_check_run},
	{"model simulate", "VERSION", 1, 1, "preview a version over the whole base, and write nothing; prints the job's id", model_simulate_options, GROUP_DATABASE, model_preview_notes, model_simulate_run},
	{"model backtest", "VERSION", 1, 1, "ask what a version would have said of leads whose end is known; prints the job's id", model_backtest_options, GROUP_DATABASE, model_preview_notes, model_backtest_run},
	{"import", "FILE", 1, 1, "import leads or events from a file: CSV, or lines of JSON", import_options, GROUP_DATABASE | GROUP_INGEST, import_notes, import_run},
	{"export", "WHAT", 1, 1, "write out all leads, events or transitions of a workspace: lines of JSON, or CSV", export_options, GROUP_DATABASE, export_notes, export_command_run},
	{"rescore", "", 0, 0, "bring every lead under its model, as after an activation; prints the job's id", rescore_options, GROUP_DATABASE, rescore_notes, rescore_command_run},
	{"doctor", "", 0, 0, "check the database: connection, version, schema, privileges, settings, clock", no_options, GROUP_DATABASE, NULL, doctor_run},
	{"healthcheck", "[URL]", 0, 1, "ask a running service whether it is ready (for containers)", healthcheck_options, GROUP_LISTEN, healthcheck_notes, healthcheck_run},
	{"version", "", 0, 0, "print the version", no_options, 0, NULL, version_run},
	{0},
};
/* clang-format on */

/* The command that argv begins with; ret_words: how many of its words belong to the name. */
static const struct subcommand *find(int argc, char **argv, int *ret_words)
{
	for (const struct subcommand *c = subcommands; c->name; c++) {
		const char *space = strchr(c->name, ' ');
		size_t n = space ? (size_t)(space - c->name) : strlen(c->name);
		if (strlen(argv[0]) != n || strncmp(argv[0], c->name, n) != 0)
			continue;
		if (space && (argc < 2 || strcmp(argv[1], space + 1) != 0))
			continue;
		*ret_words = space ? 2 : 1;
		return c;
	}
	return NULL;
}

/* "leadscore key" or "leadscore key lst": the commands that begin so. */
static int explain_group(const char *word, bool asked)
{
	size_t n = strlen(word), found = 0;
	const char *words[64] = {"workspace", "key", "model"};
	size_t n_words = 3;
	FILE *f = asked ? stdout : stderr;
	for (const struct subcommand *c = subcommands; c->name; c++) {
		if (!strncmp(c->name, word, n) && c->name[n] == ' ') {
			if (!found++)
				fprintf(f, "usage:\n");
			fprintf(f, "  leadscore %s%s%s\n", c->name, *c->operands ? " " : "", c->operands);
		}
		if (n_words < 63)
			words[n_words++] = c->name;
	}
	if (found)
		return asked ? EXIT_OK : EXIT_USAGE;
	const char *near = nearest_word(word, words);
	if (near)
		complain("there is no command %s; did you mean %s?", word, near);
	else
		complain("there is no command %s; see leadscore --help", word);
	return EXIT_USAGE;
}

static bool asks_help(const char *s)
{
	return !strcmp(s, "--help") || !strcmp(s, "-h") || !strcmp(s, "help");
}

static int run(int argc, char **argv)
{
	if (argc < 1) {
		help_overview(true);
		return EXIT_USAGE;
	}
	if (asks_help(argv[0])) {
		help_overview(false);
		return EXIT_OK;
	}
	if (!strcmp(argv[0], "--version")) {
		static char version[] = "version";
		argv[0] = version;
	}
	int words = 0;
	const struct subcommand *c = find(argc, argv, &words);
	if (!c)
		return explain_group(argv[0], argc > 1 && asks_help(argv[1]));
	struct invocation in;
	int code = invocation_parse(c, argc - words, argv + words, &in);
	if (code == EXIT_OK) {
		if (in.help)
			help_command(c);
		else if (in.help_markdown)
			help_markdown();
		else
			code = c->run(&in);
		settings_free(&in.settings);
	}
	return code;
}

int main(int argc, char **argv)
{
	/* A reader that went away is an error of write, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	int code = run(argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write to standard output: %s", strerror(errno));
		if (code == EXIT_OK)
			code = EXIT_FAILED;
	}
	return code;
}
