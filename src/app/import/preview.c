#include "preview.h"

#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "base/json.h"
#include "rows.h"

#define SHOWN 5
#define LOOKED_AT 200
#define FAULTS_SHOWN 5

void preview_cells(FILE *f, const char *const *cells, const int *widths, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *s = cells[i] ? cells[i] : "";
		int left = widths[i];
		while (*s) {
			ucs4_t c;
			int len = u8_mbtouc(&c, (const uint8_t *)s, strlen(s)), width = uc_width(c, "UTF-8");
			if (width < 0 || c < 0x20) {
				c = ' ';
				width = 1;
			}
			if (width >= left)
				break;
			if (c == ' ')
				fputc(' ', f);
			else
				fwrite(s, 1, (size_t)len, f);
			s += len;
			left -= width;
		}
		if (i + 1 < n)
			fprintf(f, "%*s", left, "");
	}
	fputc('\n', f);
}

static const char *text_at(const json_t *patch, const char *key)
{
	const char *s = json_string_value(json_object_get(patch, key));
	return s ? s : "";
}

static const int widths[] = {6, 30, 14, 24, 20, 60};

static void show(const struct bulk_row *row, const struct command *c, const struct err *why)
{
	char line[24], fault[700] = "";
	const char *whose = "";
	snprintf(line, sizeof line, "%llu", (unsigned long long)row->line);
	if (why)
		snprintf(fault, sizeof fault, "%s%s%s", why->pointer, *why->pointer ? ": " : "", why->detail);
	else if (c->n_identities)
		whose = c->email ? c->email : c->phone ? c->phone : c->identities[0].value;
	const json_t *patch = why ? NULL : c->patch;
	preview_cells(stderr,
	    (const char *[]){line, whose, text_at(patch, "name"), text_at(json_object_get(patch, "company"), "name"),
		why || row->lead ? text_at(patch, "title") : c->type, fault},
	    widths, 6);
}

static void look(struct rows *rows, struct arena *arena, const char *country)
{
	const struct bulk_source source = rows_source(rows);
	size_t n = 0, bad = 0;
	for (; n < LOOKED_AT; n++) {
		struct adapter_context x = {.arena = arena, .country = country, .now = clock_now(&clock_system)};
		struct bulk_row row = {0};
		struct command c = {0};
		struct err why = {0};
		enum bulk_outcome o = source.next(source.ctx, &x, &row, &c, &why);
		if (o == BULK_END || o == BULK_BROKEN)
			break;
		bool fault = o == BULK_FAULT;
		bad += fault;
		if (n < SHOWN || (fault && bad <= FAULTS_SHOWN))
			show(&row, &c, fault ? &why : NULL);
		if (!fault)
			command_release(&c);
		arena_reset(arena);
	}
	fprintf(stderr, "\nof the first %zu rows, %zu would be refused\n", n, bad);
}

void preview_leads(const char *mapping, size_t n, struct decode *file, const char *country)
{
	struct mapping *m = NULL;
	struct rows *rows = NULL;
	struct csv_row header;
	struct err e = {0};
	struct arena *arena = arena_new(0);
	enum status s = arena ? mapping_parse(mapping, n, &m, &e) : ST_NOMEM;
	if (s == ST_OK)
		s = rows_open(file, m, 0, 0, &rows, &e);
	bool has_header = s == ST_OK && mapping_has_header(m);
	if (has_header && rows_header(rows, &header, &e) != CSV_ROW)
		s = ST_INVALID;
	if (s == ST_OK)
		s = mapping_bind(m, has_header ? &header : NULL, &e);
	fputc('\n', stderr);
	if (s == ST_OK) {
		preview_cells(stderr,
		    (const char *[]){"line", "whose", "name", "company", "title or event", "what is wrong"}, widths, 6);
		look(rows, arena, country);
	} else {
		fprintf(stderr, "%s%s%s\n", e.pointer, *e.pointer ? ": " : "", e.detail);
	}
	rows_close(&rows);
	mapping_free(&m);
	arena_free(&arena);
}
