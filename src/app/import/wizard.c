#include "wizard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "guess.h"
#include "preview.h"

static const char *delimiter_name(char c)
{
	return c == ',' ? "commas" : c == ';' ? "semicolons" : c == '\t' ? "tabs" : c == '|' ? "bars" : "a delimiter";
}

static void show_columns(const struct guess *g, const char *path, const char *encoding)
{
	static const char *const by[] = {"header", "values", "", "you"};
	fprintf(stderr, "%s: %s, %s between, %zu columns; a row says %s\n\n", path, encoding,
	    delimiter_name(g->delimiter), g->n, g->events ? "what a lead did" : "what a lead is");
	preview_cells(
	    stderr, (const char *[]){"#", "column", "becomes", "by", "such as"}, (const int[]){4, 22, 34, 8, 30}, 5);
	for (size_t i = 0; i < g->n; i++) {
		const struct guess_column *c = &g->columns[i];
		char number[24], becomes[200];
		snprintf(number, sizeof number, "%zu", i + 1);
		snprintf(becomes, sizeof becomes, "%s%s%s", c->path ? c->path : "(left out)",
		    c->formats[0]          ? " "
		    : c->as == CELL_NUMBER ? " (number)"
					   : "",
		    c->formats[0] ? c->formats[0] : "");
		preview_cells(stderr, (const char *[]){number, c->name, becomes, by[c->by], c->sample},
		    (const int[]){4, 22, 34, 8, 30}, 5);
	}
}

/* "customers 2024.csv" -> "customers 2024" */
static void file_name(const char *path, char out[65])
{
	const char *slash = strrchr(path, '/'), *s = slash ? slash + 1 : path, *dot = strrchr(s, '.');
	size_t n = dot && dot > s ? (size_t)(dot - s) : strlen(s);
	n = utf8_valid(s, n) ? utf8_cut(s, n, 64) : 0;
	memcpy(out, n ? s : "import", n ? n : 6);
	out[n ? n : 6] = '\0';
}

/* A fixed offset stands for the zone of the country's people. */
static const char *zone_of(const char *country)
{
	static const char *const east_eight[] = {"CN", "HK", "MO", "TW", "SG", "MY", NULL};
	for (size_t i = 0; east_eight[i]; i++)
		if (!strcmp(country, east_eight[i]))
			return "+08:00";
	return "UTC";
}

static int to_text(json_t *document, char **ret, size_t *ret_n)
{
	char *text = document ? json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
	json_decref(document);
	if (!text) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	size_t n = strlen(text);
	char *line = realloc(text, n + 2);
	if (!line) {
		free(text);
		return EXIT_FAILED;
	}
	memcpy(line + n, "\n", 2);
	*ret = line;
	*ret_n = n + 1;
	return EXIT_OK;
}

enum answer { ANSWER_YES, ANSWER_NO, ANSWER_PRINT, ANSWER_CHANGED, ANSWER_ODD };

/* "3 lead.title": column 3 is put there. */
static enum answer take_answer(struct guess *g, char *line, struct arena *arena)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (!strcmp(line, "y") || !strcmp(line, "yes"))
		return ANSWER_YES;
	if (!strcmp(line, "n") || !strcmp(line, "no") || !strcmp(line, "q"))
		return ANSWER_NO;
	if (!strcmp(line, "p"))
		return ANSWER_PRINT;
	char *path;
	unsigned long column = strtoul(line, &path, 10);
	path += strspn(path, " ");
	if (column < 1 || column > g->n || !*path)
		return ANSWER_ODD;
	return guess_put(g, column - 1, path, arena) ? ANSWER_CHANGED : ANSWER_ODD;
}

/* Until it is yes or no. */
static int ask(
    struct guess *g, const char *path, const char *name, const char *country, struct decode *file, struct arena *arena)
{
	char line[400];
	for (;;) {
		char *text = NULL;
		size_t n = 0;
		fprintf(stderr, "\nImport it like this? y: yes; n: no; p: print the mapping; or a column's number and "
				"where it goes "
				"(3 lead.title, 3 -): ");
		if (!fgets(line, sizeof line, stdin))
			return EXIT_STATE;
		switch (take_answer(g, line, arena)) {
		case ANSWER_YES:
			if (g->named)
				return EXIT_OK;
			fprintf(stderr,
			    "no column says whose row it is: put one to lead.email, lead.phone or lead.external_id\n");
			break;
		case ANSWER_NO:
			return EXIT_STATE;
		case ANSWER_PRINT:
			if (to_text(guess_mapping(g, name, zone_of(country)), &text, &n) == EXIT_OK)
				fputs(text, stderr);
			break;
		case ANSWER_CHANGED:
			show_columns(g, path, decode_encoding(file));
			if (to_text(guess_mapping(g, name, zone_of(country)), &text, &n) == EXIT_OK)
				preview_leads(text, n, file, country);
			break;
		case ANSWER_ODD:
			fprintf(stderr,
			    "places are lead.email, lead.phone, lead.name, lead.title, lead.company.name, ..., "
			    "lead.attributes.ANYTHING, properties.ANYTHING, source.name, occurred_at, type and "
			    "event_id\n");
			break;
		}
		free(text);
	}
}

static int show_and_ask(
    const struct invocation *in, struct guess *g, struct decode *file, const char *country, struct arena *arena)
{
	const char *path = in->operand[0];
	char name[65], *text = NULL;
	size_t n = 0;
	file_name(path, name);
	show_columns(g, path, decode_encoding(file));
	int code = to_text(guess_mapping(g, name, zone_of(country)), &text, &n);
	if (code == EXIT_OK)
		preview_leads(text, n, file, country);
	free(text);
	if (code != EXIT_OK || invocation_value(in, "--yes"))
		return code;
	if (isatty(STDIN_FILENO))
		return ask(g, path, name, country, file, arena);
	complain(
	    "what do the columns mean? Add --yes to take this guess, --print-mapping to keep and correct it, or --map "
	    "MAP.json");
	return EXIT_USAGE;
}

static int run(const struct invocation *in, struct decode *file, const char *country, struct arena *arena, char **ret,
    size_t *ret_n)
{
	struct guess *g = NULL;
	struct err e = {0};
	char name[65];
	if (guess_file(file, '\0', country, arena, &g, &e) != ST_OK)
		return fail(&e);
	json_t *export = guess_export(g);
	if (export)
		return to_text(export, ret, ret_n);
	bool print = invocation_value(in, "--print-mapping") != NULL;
	int code = print ? EXIT_OK : show_and_ask(in, g, file, country, arena);
	if (code == EXIT_OK && !g->named && !print) {
		complain("no column says whose row it is; add --map MAP.json");
		code = EXIT_USAGE;
	}
	file_name(in->operand[0], name);
	return code == EXIT_OK ? to_text(guess_mapping(g, name, zone_of(country)), ret, ret_n) : code;
}

int wizard_run(const struct invocation *in, struct decode *file, const char *country, char **ret, size_t *ret_n)
{
	struct arena *arena = arena_new(0);
	if (!arena) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	int code = run(in, file, country && *country ? country : "CN", arena, ret, ret_n);
	arena_free(&arena);
	return code;
}
