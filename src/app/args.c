/* argv to an invocation. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "subcommand.h"

const char *invocation_value(const struct invocation *in, const char *name)
{
	const char *value = NULL;
	for (size_t i = 0; i < in->n_given; i++)
		if (!strcmp(in->given[i].option->name, name))
			value = in->given[i].value;
	return value;
}

size_t invocation_values(const struct invocation *in, const char *name, const char **ret, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < in->n_given && n < max; i++)
		if (!strcmp(in->given[i].option->name, name))
			ret[n++] = in->given[i].value;
	return n;
}

void complain(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("leadscore: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

int fail(const struct err *e)
{
	size_t n = strlen(e->detail);
	while (n && (e->detail[n - 1] == '\n' || e->detail[n - 1] == ' '))
		n--;
	complain("%.*s", n ? (int)n : (int)strlen(status_name(e->status)), n ? e->detail : status_name(e->status));
	switch (e->status) {
	case ST_INVALID:
	case ST_TOO_LARGE:
		return EXIT_USAGE;
	case ST_NOT_FOUND:
	case ST_CONFLICT:
		return EXIT_STATE;
	default:
		return EXIT_FAILED;
	}
}

/* Optimal string alignment distance, given up beyond 3. */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 48 };
	size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    two_before[j - 2] + 1 < best)
				best = two_before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[n % 3][m];
}

const char *nearest_word(const char *typed, const char *const *words)
{
	const char *best = NULL;
	size_t best_distance = 4;
	for (; *words; words++) {
		size_t d = strlen(typed) >= 4 && !strncmp(*words, typed, strlen(typed)) ? 1 : distance(typed, *words);
		if (d < best_distance && d * 2 < strlen(*words)) {
			best = *words;
			best_distance = d;
		}
	}
	return best;
}

static int unknown_option(const struct subcommand *c, const char *typed)
{
	const char *words[SETTINGS_MAX + 40] = {NULL};
	size_t n = 0;
	for (const struct option *o = c->options; o && o->name && n < 32; o++)
		words[n++] = o->name;
	for (size_t i = 0; i < settings_count; i++)
		if (settings_table[i].groups & c->groups)
			words[n++] = settings_table[i].flag;
	if (c->groups)
		words[n++] = "--config";
	words[n++] = "--help";
	const char *near = nearest_word(typed, words);
	if (near)
		complain("there is no option %s; did you mean %s?", typed, near);
	else
		complain("there is no option %s; see leadscore %s --help", typed, c->name);
	return EXIT_USAGE;
}

struct scan {
	const struct subcommand *command;
	struct invocation *in;
	int argc, at;
	char **argv;
};

/* Whether arg is `name` or `name=value`; ret_inline: the value behind =, or NULL. */
static bool is_option(const char *arg, const char *name, const char **ret_inline)
{
	size_t n = strlen(name);
	if (strncmp(arg, name, n) != 0 || (arg[n] != '\0' && arg[n] != '='))
		return false;
	*ret_inline = arg[n] == '=' ? arg + n + 1 : NULL;
	return true;
}

static bool take_value(struct scan *x, const char *name, const char *inline_value, const char **ret)
{
	if (inline_value) {
		*ret = inline_value;
		return true;
	}
	if (x->at + 1 >= x->argc) {
		complain("%s needs a value", name);
		return false;
	}
	*ret = x->argv[++x->at];
	return true;
}

static bool take_own_option(struct scan *x, const struct option *o, const char *inline_value)
{
	struct invocation *in = x->in;
	const char *value = "";
	if (o->value ? !take_value(x, o->name, inline_value, &value) : inline_value != NULL) {
		if (!o->value)
			complain("%s takes no value", o->name);
		return false;
	}
	if (!o->many && invocation_value(in, o->name)) {
		complain("%s is given twice", o->name);
		return false;
	}
	if (in->n_given == OPTIONS_GIVEN_MAX) {
		complain("too many options");
		return false;
	}
	in->given[in->n_given].option = o;
	in->given[in->n_given++].value = value;
	return true;
}

static int take_option(struct scan *x)
{
	const char *arg = x->argv[x->at], *inline_value = NULL;
	if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
		x->in->help = true;
		return EXIT_OK;
	}
	if (!strcmp(arg, "--help-markdown")) {
		x->in->help_markdown = true;
		return EXIT_OK;
	}
	if (x->command->groups && is_option(arg, "--config", &inline_value))
		return take_value(x, "--config", inline_value, &x->in->config) ? EXIT_OK : EXIT_USAGE;
	for (const struct option *o = x->command->options; o && o->name; o++)
		if (is_option(arg, o->name, &inline_value))
			return take_own_option(x, o, inline_value) ? EXIT_OK : EXIT_USAGE;
	for (size_t i = 0; i < settings_count; i++)
		if ((settings_table[i].groups & x->command->groups) &&
		    is_option(arg, settings_table[i].flag, &inline_value))
			return take_value(x, settings_table[i].flag, inline_value, &x->in->flag_values[i]) ? EXIT_OK
													   : EXIT_USAGE;
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(arg, "="), arg);
	return unknown_option(x->command, name);
}

int invocation_parse(const struct subcommand *c, int argc, char **argv, struct invocation *ret)
{
	struct scan x = {.command = c, .in = ret, .argc = argc, .argv = argv};
	memset(ret, 0, sizeof *ret);
	ret->command = c;
	bool only_operands = false;
	for (; x.at < argc; x.at++) {
		const char *arg = argv[x.at];
		if (!only_operands && !strcmp(arg, "--")) {
			only_operands = true;
		} else if (!only_operands && arg[0] == '-' && arg[1]) {
			int code = take_option(&x);
			if (code != EXIT_OK)
				return code;
		} else if (ret->n_operands == c->max_operands) {
			complain("leadscore %s: what is \"%s\" for? See leadscore %s --help", c->name, arg, c->name);
			return EXIT_USAGE;
		} else {
			ret->operand[ret->n_operands++] = arg;
		}
	}
	if (ret->help || ret->help_markdown)
		return EXIT_OK;
	if (ret->n_operands < c->min_operands) {
		complain("usage: leadscore %s %s; see leadscore %s --help", c->name, c->operands, c->name);
		return EXIT_USAGE;
	}
	return settings_load(&ret->settings, c->groups, ret->flag_values, ret->config) ? EXIT_OK : EXIT_USAGE;
}
