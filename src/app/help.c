/* What --help prints, and the configuration table for the README. */
#include <stdio.h>
#include <string.h>

#include "subcommand.h"

#define WIDTH 100
#define INDENT 32

/* The text in lines behind a left column. */
static void put_entry(FILE *f, const char *left, const char *text)
{
	int at = fprintf(f, "  %s", left);
	if (at > INDENT - 2) {
		fputc('\n', f);
		at = 0;
	}
	at += fprintf(f, "%*s", INDENT - at, "");
	while (*text) {
		size_t word = strcspn(text, " ");
		if (at > INDENT && at + 1 + (int)word > WIDTH) {
			at = fprintf(f, "\n%*s", INDENT, "") - 1;
		} else if (at > INDENT) {
			at += fprintf(f, " ");
		}
		at += fprintf(f, "%.*s", (int)word, text);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

void help_overview(bool to_stderr)
{
	FILE *f = to_stderr ? stderr : stdout;
	fprintf(f, "leadscore scores leads: events and profiles in over HTTP, tiers, stages and transitions "
		   "out.\n\nCommands:\n");
	for (const struct subcommand *c = subcommands; c->name; c++) {
		char left[80];
		snprintf(left, sizeof left, "%s%s%s", c->name, *c->operands ? " " : "", c->operands);
		put_entry(f, left, c->summary);
	}
	fprintf(f, "\nEach command has --help. The database is named by DATABASE_URL.\n"
		   "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 exists already or not found.\n");
}

static void put_setting(const struct setting *row)
{
	char left[80], text[400];
	snprintf(left, sizeof left, "%s %s", row->flag, row->value);
	snprintf(text, sizeof text, "%s%s%s%s [%s]", row->help, row->fallback ? " (" : "",
	    row->fallback ? row->fallback : "", row->fallback ? ")" : "", row->name);
	put_entry(stdout, left, text);
}

void help_command(const struct subcommand *c)
{
	printf("usage: leadscore %s%s%s [options]\n\n%s\n", c->name, *c->operands ? " " : "", c->operands, c->summary);
	printf("\nOptions:\n");
	for (const struct option *o = c->options; o && o->name; o++) {
		char left[80];
		snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		put_entry(stdout, left, o->help);
	}
	for (size_t i = 0; i < settings_count; i++)
		if (settings_table[i].groups & c->groups)
			put_setting(&settings_table[i]);
	if (c->groups)
		put_entry(stdout, "--config FILE",
		    "KEY=VALUE lines named as the variables in brackets; flags win over the environment, which wins "
		    "over the file");
	put_entry(stdout, "--help", "this");
	if (c->notes)
		printf("\n%s\n", c->notes);
	printf("\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 exists already or not found.\n");
}

/* In a table a bar ends the cell. */
static void put_cell(const char *s)
{
	for (; *s; s++)
		printf(*s == '|' ? "\\|" : "%c", *s);
}

void help_markdown(void)
{
	printf("| variable | flag | default | range | meaning |\n| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings_table[i];
		printf("| `%s` | `%s` | %s%s%s | ", row->name, row->flag, row->fallback ? "`" : "",
		    row->fallback ? row->fallback : "", row->fallback ? "`" : "");
		if (row->kind == SETTING_NUMBER)
			printf("%u to %u", row->min, row->max);
		else if (row->kind == SETTING_SWITCH)
			printf("on, off");
		printf(" | ");
		put_cell(row->help);
		printf(" |\n");
	}
}
