#include "ingest/taxonomy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "ingest/csv.h"
#include "scoring/taxonomy.h"

bool taxonomy_name_valid(const char *name)
{
	size_t n = strlen(name);
	return n >= 1 && n <= TAXONOMY_NAME_MAX &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

struct spelling {
	const char *folded;
	uint64_t line;
	json_t *entry; /* borrowed from the list */
	UT_hash_handle hh;
};

struct table {
	const char *text;
	size_t n, at;
	struct arena *arena;
	struct spelling *spellings;
	json_t *entries;
	size_t synonym, value; /* columns */
	bool begun;
	struct model_faults *faults;
};

static ssize_t give(void *ctx, void *to, size_t n)
{
	struct table *t = ctx;
	if (n > t->n - t->at)
		n = t->n - t->at;
	memcpy(to, t->text + t->at, n);
	t->at += n;
	return (ssize_t)n;
}

static void fault(struct table *t, uint64_t line, const char *code, const char *detail)
{
	char at[24];
	if (t->faults->count++ >= MODEL_FAULTS_MAX)
		return;
	snprintf(at, sizeof at, "/%llu", (unsigned long long)line);
	err_at(&t->faults->fault[t->faults->count - 1], ST_INVALID, code, at, "Row %llu: %s", (unsigned long long)line,
	    detail);
}

static bool is_word(const struct csv_field *f, const char *word)
{
	return f->n == strlen(word) && !strncasecmp(f->s, word, f->n);
}

/* A head line says which column is which. */
static bool take_head(struct table *t, const struct csv_row *row)
{
	if (t->begun || row->n != 2)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (is_word(&row->fields[i], "synonym") && is_word(&row->fields[1 - i], "value")) {
			t->synonym = i;
			t->value = 1 - i;
			return true;
		}
	return false;
}

static struct spelling *find(struct table *t, const char *s, size_t n, const char **ret_folded)
{
	struct spelling *known = NULL;
	*ret_folded = taxonomy_fold(t->arena, s, n);
	if (*ret_folded)
		HASH_FIND_STR(t->spellings, *ret_folded, known);
	return known;
}

static bool keep(struct table *t, const char *folded, uint64_t line, json_t *entry)
{
	struct spelling *s = arena_zalloc(t->arena, sizeof *s);
	if (!s)
		return false;
	*s = (struct spelling){.folded = folded, .line = line, .entry = entry};
	HASH_ADD_KEYPTR(hh, t->spellings, s->folded, strlen(s->folded), s);
	return true;
}

static const char *value_of(const struct spelling *s)
{
	return json_string_value(json_object_get(s->entry, "value"));
}

/* The entry of a value, made when it is new; NULL after a fault, or without memory (ret_nomem). */
static json_t *entry_of(struct table *t, const struct csv_row *row, const struct csv_field *f, bool *ret_nomem)
{
	const char *folded;
	struct spelling *known = find(t, f->s, f->n, &folded);
	*ret_nomem = !folded;
	if (!folded)
		return NULL;
	if (!*folded) {
		fault(t, row->line, "value_invalid", "nothing is left of the value when it is folded.");
		return NULL;
	}
	if (known && strcmp(value_of(known), f->s) != 0) {
		char detail[300];
		snprintf(detail, sizeof detail, "\"%.60s\" is a spelling of \"%.60s\" since row %llu.", f->s,
		    value_of(known), (unsigned long long)known->line);
		fault(t, row->line, "duplicate_spelling", detail);
		return NULL;
	}
	if (known)
		return known->entry;
	json_t *entry = json_pack("{s:s#, s:[]}", "value", f->s, (int)f->n, "synonyms");
	*ret_nomem = !entry || json_array_append_new(t->entries, entry) != 0 || !keep(t, folded, row->line, entry);
	return *ret_nomem ? NULL : entry;
}

static bool add_synonym(struct table *t, const struct csv_row *row, const struct csv_field *f, json_t *entry)
{
	const char *folded;
	struct spelling *known = find(t, f->s, f->n, &folded);
	if (!folded)
		return false;
	if (!*folded) {
		fault(t, row->line, "value_invalid", "nothing is left of the synonym when it is folded.");
		return true;
	}
	if (known && known->entry != entry) {
		char detail[300];
		snprintf(detail, sizeof detail, "\"%.60s\" is a spelling of \"%.60s\" since row %llu.", f->s,
		    value_of(known), (unsigned long long)known->line);
		fault(t, row->line, "duplicate_spelling", detail);
		return true;
	}
	return known || (keep(t, folded, row->line, entry) &&
			    !json_array_append_new(json_object_get(entry, "synonyms"), json_stringn(f->s, f->n)));
}

static bool take_row(struct table *t, const struct csv_row *row)
{
	static const struct csv_field empty = {.s = "", .n = 0};
	if (take_head(t, row)) {
		t->begun = true;
		return true;
	}
	t->begun = true;
	if (row->n > 2) {
		fault(
		    t, row->line, "columns_wrong", "a synonym and a value are two columns; quote a comma inside them.");
		return true;
	}
	const struct csv_field *value = row->n == 2 ? &row->fields[t->value] : &row->fields[0],
			       *synonym = row->n == 2 ? &row->fields[t->synonym] : &empty;
	bool nomem;
	json_t *entry = entry_of(t, row, value, &nomem);
	if (!entry)
		return !nomem;
	return !synonym->n || add_synonym(t, row, synonym, entry);
}

static enum status no_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, "out_of_memory", "Out of memory.");
}

static enum status say(const struct model_faults *faults, struct err *e)
{
	if (!faults->count)
		return ST_OK;
	return err_at(e, ST_INVALID, "taxonomy_invalid", faults->fault[0].pointer,
	    "The taxonomy has %zu fault%s. The first: %s", faults->count, faults->count == 1 ? "" : "s",
	    faults->fault[0].detail);
}

static enum status read_rows(struct table *t, struct csv *csv, struct err *e)
{
	for (;;) {
		struct csv_row row;
		struct err why = {0};
		switch (csv_next(csv, &row, &why)) {
		case CSV_ROW:
			if (!take_row(t, &row))
				return no_memory(e);
			break;
		case CSV_FAULT:
			fault(t, row.line, why.code, why.detail);
			break;
		case CSV_BROKEN:
			*e = why;
			return why.status;
		case CSV_END:
			if (!t->faults->count && !json_array_size(t->entries))
				fault(t, 1, "entries_missing", "there is no synonym and no value.");
			return say(t->faults, e);
		}
	}
}

enum status taxonomy_read_csv(const char *text, size_t n, json_t **ret, struct model_faults *faults, struct err *e)
{
	struct table t = {.text = text, .n = n, .value = 1, .faults = faults};
	struct csv_config config = {.read = give, .ctx = &t, .max_field = 1024, .max_row = 4096, .max_fields = 8};
	struct csv *csv = NULL;
	faults->count = 0;
	t.arena = arena_new(0);
	t.entries = json_array();
	enum status s = t.arena && t.entries ? csv_new(&config, &csv, e) : no_memory(e);
	if (s == ST_OK)
		s = read_rows(&t, csv, e);
	csv_free(&csv);
	HASH_CLEAR(hh, t.spellings);
	arena_free(&t.arena);
	if (s == ST_OK)
		*ret = t.entries;
	else
		json_decref(t.entries);
	return s;
}

enum status taxonomy_check(const char *attribute, const json_t *entries, struct model_faults *faults, struct err *e)
{
	static const char prefix[] = "/taxonomies/t";
	struct model *m = NULL;
	json_t *doc = json_pack("{s:{s:{s:s, s:O}}}", "taxonomies", "t", "attribute", attribute, "entries", entries);
	if (!doc)
		return no_memory(e);
	enum status s = model_compile(doc, 1, &m, faults, e);
	json_decref(doc);
	model_unref(&m);
	if (s != ST_INVALID)
		return s;
	for (size_t i = 0; i < faults->count && i < MODEL_FAULTS_MAX; i++) {
		struct err was = faults->fault[i];
		if (!strncmp(was.pointer, prefix, strlen(prefix)))
			snprintf(faults->fault[i].pointer, sizeof faults->fault[i].pointer, "%.199s",
			    was.pointer + strlen(prefix));
	}
	return say(faults, e);
}
