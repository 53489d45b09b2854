/* Places in a document and the faults reported at them. */
#include "profile_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define NAME_LONGEST 32 /* longer names are near to none */

void place_spell(const struct place *at, char ret[ERR_POINTER_MAX])
{
	if (!at->up) {
		snprintf(ret, ERR_POINTER_MAX, "%s", at->key ? at->key : "");
		return;
	}
	place_spell(at->up, ret);
	if (at->key)
		json_pointer_join(ret, ret, at->key);
	else
		json_pointer_index(ret, ret, at->index);
}

enum status place_fault(const struct place *at, struct err *e, const char *code, const char *fmt, ...)
{
	if (!e)
		return ST_INVALID;
	char detail[ERR_DETAIL_MAX];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(detail))
		detail[utf8_cut(detail, sizeof(detail) - 1, sizeof(detail) - 1)] = '\0';
	char pointer[ERR_POINTER_MAX];
	place_spell(at, pointer);
	return err_at(e, ST_INVALID, code, pointer, "%s", detail);
}

enum status adapter_nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status type_fault(const struct place *at, struct err *e, const char *what)
{
	return place_fault(at, e, "field_type", "It must be %s.", what);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

/* Edit distance (Levenshtein) of two names of at most NAME_LONGEST bytes. */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
	size_t row[NAME_LONGEST + 1];
	for (size_t j = 0; j <= bn; j++)
		row[j] = j;
	for (size_t i = 1; i <= an; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			size_t above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[bn];
}

const char *nearest_name(const char *name, const char *const *known)
{
	char lower[NAME_LONGEST + 1];
	size_t n = strlen(name);
	if (n == 0 || n > NAME_LONGEST)
		return NULL;
	for (size_t i = 0; i <= n; i++)
		lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
	const char *best = NULL;
	size_t best_distance = 0;
	for (; *known; known++) {
		size_t kn = strlen(*known);
		/* "company_name" and "full_name" mean name, whatever the distance. */
		bool within = kn >= 4 && strstr(lower, *known);
		size_t d = within ? 1 : distance(lower, n, *known, kn);
		if (d <= (n < 4 ? 1 : n / 3 + 1) && d < kn && (!best || d < best_distance)) {
			best = *known;
			best_distance = d;
		}
	}
	return best;
}

enum status name_fault(
    const struct place *at, struct err *e, const char *name, const char *const *known, const char *hint)
{
	const char *near = nearest_name(name, known);
	if (near)
		return place_fault(at, e, "field_unknown", "No such field. Did you mean \"%s\"?%s", near, hint);
	return place_fault(at, e, "field_unknown", "No such field.%s", hint);
}
