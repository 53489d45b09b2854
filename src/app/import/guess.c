/* From bytes to a guess: delimiter, header, then column by column. */
#include "guess.h"

#include <string.h>

#include "base/text.h"
#include "guess_fields.h"
#include "ingest/csv.h"

static const char *const time_formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y.%m.%d",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y",
    "%d-%m-%Y", "%Y%m%d"};
#define N_TIME_FORMATS (sizeof time_formats / sizeof time_formats[0])

struct sample {
	const char **cell; /* rows * width */
	size_t rows, width;
};

static const char *cell_at(const struct sample *s, size_t row, size_t column)
{
	return s->cell[row * s->width + column];
}

static const char *trimmed(struct arena *arena, const struct csv_field *f)
{
	const char *s = f->s;
	size_t n = f->n;
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return arena_strndup(arena, s, n);
}

/* The first rows under one delimiter; how many of them are as wide as the first. */
static enum status read_sample(
    struct decode *d, char delimiter, struct arena *arena, struct sample *ret, size_t *ret_even, struct err *e)
{
	struct csv *csv = NULL;
	struct csv_row row;
	enum status s = decode_seek(d, 0, e);
	if (s == ST_OK)
		s = csv_new(&(struct csv_config){.read = decode_read, .ctx = d, .delimiter = delimiter}, &csv, e);
	*ret = (struct sample){0};
	*ret_even = 0;
	enum csv_outcome o = CSV_FAULT;
	while (s == ST_OK && ret->rows <= GUESS_ROWS && (o = csv_next(csv, &row, e)) != CSV_END && o != CSV_BROKEN) {
		if (o == CSV_FAULT)
			continue;
		if (!ret->width) {
			ret->width = row.n < GUESS_COLUMNS ? row.n : GUESS_COLUMNS;
			ret->cell = arena_array(arena, (GUESS_ROWS + 1) * ret->width, sizeof *ret->cell);
			s = ret->cell ? ST_OK : err_set(e, ST_NOMEM, NULL, "out of memory");
		}
		*ret_even += row.n == ret->width;
		for (size_t i = 0; s == ST_OK && i < ret->width; i++) {
			const struct csv_field *f = &row.fields[i];
			/* The first row may be the header: a mapping names columns as they are spelled. */
			const char *text = i >= row.n  ? ""
					   : ret->rows ? text_clean(arena, f->s, f->n)
						       : trimmed(arena, f);
			ret->cell[ret->rows * ret->width + i] = text ? text : "";
		}
		ret->rows++;
	}
	if (o == CSV_BROKEN && s == ST_OK)
		s = e->status;
	csv_free(&csv);
	return s;
}

/* The delimiter under which the rows are alike, and wide. */
static enum status find_delimiter(
    struct decode *d, char given, struct arena *arena, struct sample *ret, char *ret_delimiter, struct err *e)
{
	static const char candidates[] = ",;\t|";
	double best = -1;
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < (given ? 1 : 4); i++) {
		struct sample one;
		size_t even;
		char delimiter = given ? given : candidates[i];
		s = read_sample(d, delimiter, arena, &one, &even, e);
		double width = one.width > 1 ? 1 + (double)(one.width < 20 ? one.width : 20) / 20 : 0.5;
		double worth = s == ST_OK && one.rows ? width * (double)even / (double)one.rows : -1;
		if (s == ST_OK && worth > best) {
			best = worth;
			*ret = one;
			*ret_delimiter = delimiter;
		}
	}
	if (s == ST_OK && best < 0)
		s = err_set(e, ST_INVALID, NULL, "the file is empty: there is nothing to guess from");
	return s;
}

/* A column's name as the table has it: folded, without spaces and punctuation, without what stands in brackets. */
static const char *plain(struct arena *arena, const char *name)
{
	char *s = text_fold(arena, name, strlen(name)), *to = s;
	if (!s)
		return "";
	s[strcspn(s, "([")] = '\0';
	for (const char *from = s; *from; from++)
		if (!strchr(" _-./:*#\"'?", *from))
			*to++ = *from;
	*to = '\0';
	return s;
}

/* exact: the whole name; else a part of it. */
static bool is_called(const struct guess_field *f, const char *name, bool exact)
{
	for (const char *at = f->names; *(at + 1); at += 1 + strcspn(at + 1, "|")) {
		const char *word = at + 1;
		bool inside = *word == '/';
		word += inside;
		size_t n = strcspn(word, "|");
		if (n && exact && strlen(name) == n && !strncmp(name, word, n))
			return true;
		char text[64];
		if (exact || !inside || n >= sizeof text)
			continue;
		memcpy(text, word, n);
		text[n] = '\0';
		if (strstr(name, text))
			return true;
	}
	return false;
}

static bool looks(enum looks what, const char *s, const char *country, struct arena *arena, char group)
{
	struct err ignored;
	char *out;
	json_t *v;
	switch (what) {
	case LOOKS_EMAIL:
		return strchr(s, '@') && email_normalise(arena, s, strlen(s), &out, &ignored) == ST_OK;
	case LOOKS_PHONE:
		return phone_normalise(arena, s, strlen(s), country, &out, &ignored) == ST_OK;
	case LOOKS_NUMBER:
		v = cell_value(
		    &(struct cell_form){.type = CELL_NUMBER, .decimal_mark = '.', .group_mark = group}, s, strlen(s));
		json_decref(v);
		return v != NULL;
	case LOOKS_TIME:
	case LOOKS_ANY:
		break;
	}
	return true;
}

static bool fits_time(const char *format, const char *s)
{
	struct cell_form f = {.type = CELL_TIME, .time_zone = "Z", .formats = {format}, .n_formats = format != NULL};
	json_t *v = cell_value(&f, s, strlen(s));
	json_decref(v);
	return v != NULL;
}

/* The one or two formats by which all times are read; days before months unless it is written in America. */
static bool find_formats(struct guess_column *c, size_t rows, const char *country)
{
	bool done[GUESS_ROWS + 1] = {false};
	size_t left = 0, all = 0;
	for (size_t i = 0; i < rows; i++)
		left += !(done[i] = !*c->cells[i]);
	all = left;
	for (size_t k = 0; k < 2 && left; k++) {
		const char *best = NULL;
		size_t most = 0;
		for (size_t f = 0; f < N_TIME_FORMATS; f++) {
			size_t n = 0;
			for (size_t i = 0; i < rows; i++)
				n += !done[i] && fits_time(time_formats[f], c->cells[i]);
			bool american = !strcmp(country, "US") && !strncmp(time_formats[f], "%m/", 3);
			if (n > most || (n && n == most && american)) {
				most = n;
				best = time_formats[f];
			}
		}
		if (!best)
			break;
		c->formats[k] = best;
		for (size_t i = 0; i < rows; i++)
			if (!done[i] && fits_time(best, c->cells[i])) {
				done[i] = true;
				left--;
			}
	}
	return all && left * 20 <= all;
}

/* Whether most of the values are what they should be. */
static bool values_fit(
    struct guess_column *c, enum looks what, size_t rows, const char *country, struct arena *arena, unsigned percent)
{
	size_t all = 0, good = 0;
	bool marks = false;
	for (size_t i = 0; i < rows; i++)
		marks = marks || strchr(c->cells[i], ',');
	c->group_mark = what == LOOKS_NUMBER && marks ? ',' : '\0';
	if (what == LOOKS_TIME)
		return find_formats(c, rows, country);
	for (size_t i = 0; i < rows; i++) {
		if (!*c->cells[i])
			continue;
		all++;
		good += looks(what, c->cells[i], country, arena, c->group_mark);
	}
	return what == LOOKS_ANY || (all && good * 100 >= all * percent);
}

/* A column that no other is called like: a mapping could not tell which. */
static bool alone(const struct guess *g, size_t column)
{
	size_t n = 0;
	for (size_t i = 0; i < g->n; i++)
		n += !strcmp(g->columns[i].name, g->columns[column].name);
	return n == 1 && *g->columns[column].name;
}

static bool taken(const struct guess *g, const char *path)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->columns[i].path && !strcmp(g->columns[i].path, path))
			return true;
	return (!strcmp(path, "first") && g->first) || (!strcmp(path, "last") && g->last);
}

static void take(struct guess *g, struct guess_column *c, const struct guess_field *f, enum guess_by by)
{
	c->by = by;
	c->as = f->as;
	if (!strcmp(f->path, "first")) {
		g->first = c->name;
		c->path = "lead.name";
	} else if (!strcmp(f->path, "last")) {
		g->last = c->name;
		g->joined = (unsigned char)c->name[0] >= 0x80;
		c->path = "lead.name";
	} else {
		c->path = f->path;
	}
}

static void by_header(struct guess *g, const char *country, struct arena *arena)
{
	for (int exact = 1; exact >= 0; exact--)
		for (size_t f = 0; f < N_GUESS_FIELDS; f++)
			for (size_t i = 0; i < g->n; i++) {
				struct guess_column *c = &g->columns[i];
				const struct guess_field *field = &guess_fields[f];
				if (!c->path && alone(g, i) && !taken(g, field->path) &&
				    is_called(field, plain(arena, c->name), exact) &&
				    values_fit(c, field->looks, g->n_rows, country, arena, 60))
					take(g, c, field, GUESS_BY_HEADER);
			}
}

static void by_values(struct guess *g, const char *country, struct arena *arena)
{
	for (size_t f = 0; f < N_GUESS_FIELDS; f++) {
		const struct guess_field *field = &guess_fields[f];
		bool telling = field->looks == LOOKS_EMAIL || field->looks == LOOKS_PHONE ||
			       (field->looks == LOOKS_TIME && g->events);
		for (size_t i = 0; telling && i < g->n; i++) {
			struct guess_column *c = &g->columns[i];
			if (!c->path && alone(g, i) && !taken(g, field->path) &&
			    values_fit(c, field->looks, g->n_rows, country, arena, 80))
				take(g, c, field, GUESS_BY_VALUES);
		}
	}
}

/* Everything else is kept under its own name. */
static void rest(struct guess *g, const char *country, struct arena *arena)
{
	for (size_t i = 0; i < g->n; i++) {
		struct guess_column *c = &g->columns[i];
		if (c->path || !alone(g, i))
			continue;
		bool number = *c->sample && values_fit(c, LOOKS_NUMBER, g->n_rows, country, arena, 100);
		/* What begins with a nought is no number, and a long one is an id. */
		for (size_t k = 0; number && k < g->n_rows; k++)
			number = strlen(c->cells[k]) < 12 && (c->cells[k][0] != '0' || strlen(c->cells[k]) < 2);
		c->by = GUESS_BY_NOTHING;
		c->as = number ? CELL_NUMBER : CELL_TEXT;
		c->path = arena_printf(arena, "%s.%s", g->events ? "properties" : "lead.attributes", c->name);
	}
}

static bool header_like(const struct sample *s, const char *country, struct arena *arena)
{
	for (size_t i = 0; i < s->width; i++) {
		const char *first = cell_at(s, 0, i);
		for (size_t f = 0; f < N_GUESS_FIELDS; f++)
			if (is_called(&guess_fields[f], plain(arena, first), true))
				return true;
	}
	for (size_t i = 0; i < s->width; i++) {
		const char *first = cell_at(s, 0, i);
		if (looks(LOOKS_EMAIL, first, country, arena, 0) ||
		    (*first && looks(LOOKS_PHONE, first, country, arena, 0)) ||
		    (*first && looks(LOOKS_NUMBER, first, country, arena, ',')))
			return false;
	}
	return true;
}

static enum status lay_out(struct guess *g, const struct sample *s, struct arena *arena, struct err *e)
{
	g->n = s->width;
	g->n_rows = s->rows - g->header;
	for (size_t i = 0; i < g->n; i++) {
		struct guess_column *c = &g->columns[i];
		const char **cells = arena_array(arena, g->n_rows + 1, sizeof *cells);
		c->name = g->header ? cell_at(s, 0, i) : arena_printf(arena, "column %zu", i + 1);
		if (!cells || !c->name)
			return err_set(e, ST_NOMEM, NULL, "out of memory");
		c->sample = "";
		for (size_t k = 0; k < g->n_rows; k++) {
			cells[k] = cell_at(s, k + g->header, i);
			if (!*c->sample)
				c->sample = cells[k];
		}
		c->cells = cells;
	}
	return ST_OK;
}

enum status guess_file(
    struct decode *d, char delimiter, const char *country, struct arena *arena, struct guess **ret, struct err *e)
{
	struct sample s = {0};
	struct guess *g = arena_zalloc(arena, sizeof *g);
	enum status st =
	    g ? find_delimiter(d, delimiter, arena, &s, &g->delimiter, e) : err_set(e, ST_NOMEM, NULL, "out of memory");
	if (st != ST_OK)
		return st;
	g->header = header_like(&s, country, arena);
	st = lay_out(g, &s, arena, e);
	if (st != ST_OK)
		return st;
	by_header(g, country, arena);
	g->events = taken(g, "type");
	by_values(g, country, arena);
	rest(g, country, arena);
	guess_check(g);
	*ret = g;
	return ST_OK;
}

void guess_check(struct guess *g)
{
	static const char *const names[] = {"lead.email", "lead.phone", "lead.external_id", "lead.anonymous_id"};
	g->named = false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		g->named = g->named || taken(g, names[i]);
}

bool guess_put(struct guess *g, size_t column, const char *path, struct arena *arena)
{
	struct guess_column *c = &g->columns[column];
	const struct guess_field *found = NULL;
	bool free_place = !strncmp(path, "lead.attributes.", 16) || !strncmp(path, "properties.", 11);
	for (size_t f = 0; f < N_GUESS_FIELDS && !found; f++)
		if (strchr(guess_fields[f].path, '.') || !strcmp(guess_fields[f].path, "type") ||
		    !strcmp(guess_fields[f].path, "event_id") || !strcmp(guess_fields[f].path, "occurred_at"))
			found = !strcmp(guess_fields[f].path, path) ? &guess_fields[f] : NULL;
	if (strcmp(path, "-") != 0 && !found && !free_place)
		return false;
	if (g->first == c->name)
		g->first = NULL;
	if (g->last == c->name)
		g->last = NULL;
	c->by = GUESS_BY_HAND;
	c->path = found ? found->path : free_place ? arena_strdup(arena, path) : NULL;
	c->as = found ? found->as : CELL_TEXT;
	c->formats[0] = c->formats[1] = NULL;
	if (found)
		(void)values_fit(c, found->looks, g->n_rows, "", arena, 0);
	g->events = taken(g, "type");
	guess_check(g);
	return true;
}
