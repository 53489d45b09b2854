/* The command line: what commands there are, what each takes, and one parsed call of one of them.
 *
 * Exit codes: EXIT_OK done; EXIT_FAILED it did not work; EXIT_USAGE the command line or configuration is wrong, nothing
 * was tried; EXIT_STATE what was to be made exists already, or what was asked for does not exist. */
#ifndef APP_SUBCOMMAND_H
#define APP_SUBCOMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "settings.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_STATE = 3 };

struct option {
	const char *name;  /* "--label" */
	const char *value; /* what stands for its value in help; NULL: a switch */
	const char *help;
	bool many; /* may be given several times */
};

struct invocation;
struct subcommand {
	const char *name;     /* "workspace create" */
	const char *operands; /* "NAME"; "" */
	int min_operands, max_operands;
	const char *summary;
	const struct option *options; /* ends with a NULL name; NULL: none */
	unsigned groups;              /* of settings.h: which settings it takes */
	const char *notes;            /* more for --help; NULL */
	int (*run)(const struct invocation *in);
};

#define OPERANDS_MAX 2
#define OPTIONS_GIVEN_MAX 64
struct invocation {
	const struct subcommand *command;
	struct settings settings;
	const char *operand[OPERANDS_MAX];
	int n_operands;
	struct {
		const struct option *option;
		const char *value;
	} given[OPTIONS_GIVEN_MAX];
	size_t n_given;
	const char *flag_values[SETTINGS_MAX]; /* of settings, as typed; NULL: not given */
	const char *config;                    /* --config FILE */
	bool help, help_markdown;
};

/* The value of an option that was given, "" for a switch; NULL: not given. */
const char *invocation_value(const struct invocation *in, const char *name);
/* All values of a repeatable option, in order; at most max. */
size_t invocation_values(const struct invocation *in, const char *name, const char **ret, size_t max);

/* Parses argv behind the command's words, then environment and configuration file. EXIT_OK, or EXIT_USAGE after saying
 * why. The caller ends it with settings_free. */
int invocation_parse(const struct subcommand *c, int argc, char **argv, struct invocation *ret);

/* The commands, ending with a NULL name. */
extern const struct subcommand subcommands[];

/* Help, on standard output or error. */
void help_overview(bool to_stderr);
void help_command(const struct subcommand *c);
void help_markdown(void);

/* One of `words` (NULL-terminated) that the mistyped one may have meant; NULL: none is near. */
const char *nearest_word(const char *typed, const char *const *words);

/* "leadscore: ..." on standard error. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says what went wrong; the exit code that fits it. */
int fail(const struct err *e);

#endif
