/* Reading taxonomies: every spelling folded into a table, so that a look-up is one hash. */
#include "model_read_priv.h"

#include <string.h>

#include "base/ident.h"
#include "base/json.h"
#include "scoring/taxonomy.h"

struct taxonomy_reader {
	struct reader *r;
	struct taxonomy *t;
	struct arena *scratch; /* folded spellings, before they are known to be kept */
};

/* Takes a spelling of the value, or with value NULL the value itself. The text as it stands, NULL when it is none. */
static const char *add_spelling(struct taxonomy_reader *tr, const struct place *p, const char *value, uint32_t entry)
{
	struct reader *r = tr->r;
	const char *text = NULL;
	if (!read_text(r, p, MODEL_TEXT_MAX, &text))
		return NULL;
	const char *folded = taxonomy_fold(tr->scratch, text, strlen(text));
	if (!folded) {
		r->out_of_memory = true;
		return NULL;
	}
	if (*folded == '\0') {
		read_fault(r, "value_invalid", p->pointer, "Nothing is left of this text when it is folded.");
		return text;
	}
	uint64_t hash = hash64(folded, strlen(folded));
	struct spelling *s = taxonomy_place(tr->t, folded, hash);
	if (s->folded && s->entry != entry) {
		read_fault(r, "duplicate_spelling", p->pointer, "\"%.80s\" is spelled like \"%.80s\", another entry.",
		    text, s->value);
	} else if (!s->folded) {
		*s = (struct spelling){arena_strdup(r->m->memory, folded), hash, value ? value : text, entry};
		r->out_of_memory |= !s->folded;
	}
	arena_reset(tr->scratch);
	return text;
}

static void read_entry(struct taxonomy_reader *tr, const struct place *p, uint32_t entry)
{
	static const char *const known[] = {"value", "synonyms", NULL};
	struct reader *r = tr->r;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return;
	}
	read_object(r, p, known);
	struct place value = place_at(p, "value"), synonyms = place_at(p, "synonyms");
	const char *text = read_required(r, &value) ? add_spelling(tr, &value, NULL, entry) : NULL;
	for (size_t i = 0, n = read_list(r, &synonyms, TAXONOMY_SPELLINGS_MAX); i < n && !r->out_of_memory; i++) {
		struct place item = place_item(&synonyms, i);
		add_spelling(tr, &item, text ? text : "", entry);
	}
}

static void read_attribute(struct reader *r, const struct place *p, struct path *ret)
{
	const char *path = NULL;
	enum logic_name name;
	if (!read_required(r, p) || !read_text(r, p, MODEL_TEXT_MAX, &path))
		return;
	size_t root = strcspn(path, ".");
	if (!logic_name_parse(LOGIC_PROFILE, path, root, &name) || name == NAME_TAXONOMY)
		read_fault(r, "name_unavailable", p->pointer, "`%.*s` is not available here.", (int)root, path);
	if (!logic_path_split(r->m->memory, LOGIC_PROFILE, path, strlen(path), ret))
		r->out_of_memory = true;
}

static size_t count_spellings(const json_t *entries)
{
	size_t n = json_array_size(entries);
	for (size_t i = 0, entries_n = n; i < entries_n; i++)
		n += json_array_size(json_object_get(json_array_get(entries, i), "synonyms"));
	return n;
}

static void read_taxonomy(struct taxonomy_reader *tr, const struct place *p, size_t *left)
{
	static const char *const known[] = {"attribute", "entries", NULL};
	struct reader *r = tr->r;
	struct taxonomy *t = tr->t;
	struct place attribute = place_at(p, "attribute"), entries = place_at(p, "entries");
	size_t spellings = count_spellings(entries.v), places = 16;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		spellings = 0;
	} else if (spellings > *left) {
		read_fault(r, "limit_exceeded", entries.pointer, "The taxonomies hold more than %d spellings.",
		    TAXONOMY_SPELLINGS_MAX);
		spellings = 0;
	}
	*left -= spellings;
	while (places < spellings * 2)
		places *= 2;
	t->table = read_array(r, places, sizeof(*t->table));
	t->mask = places - 1;
	if (r->out_of_memory || !json_is_object(p->v))
		return;
	read_object(r, p, known);
	read_attribute(r, &attribute, &t->attribute);
	if (!read_required(r, &entries) || (json_is_array(entries.v) && !spellings))
		return;
	for (size_t i = 0, n = read_list(r, &entries, TAXONOMY_SPELLINGS_MAX); i < n && !r->out_of_memory; i++) {
		struct place item = place_item(&entries, i);
		read_entry(tr, &item, (uint32_t)i);
	}
}

void read_taxonomies(struct reader *r, const struct place *p)
{
	size_t left = TAXONOMY_SPELLINGS_MAX;
	if (!p->v)
		return;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object of taxonomies by name.");
		return;
	}
	if (json_object_size(p->v) > TAXONOMIES_MAX) {
		read_fault(r, "limit_exceeded", p->pointer, "At most %d taxonomies are allowed.", TAXONOMIES_MAX);
		return;
	}
	struct model *m = r->m;
	m->taxonomies = read_array(r, json_object_size(p->v), sizeof(*m->taxonomies));
	struct arena *scratch = arena_new(0);
	r->out_of_memory |= !scratch;
	json_t *object = (json_t *)(uintptr_t)p->v;
	for (void *it = json_object_iter(object); it && !r->out_of_memory; it = json_object_iter_next(object, it)) {
		const char *name = json_object_iter_key(it);
		struct place at = place_at(p, name);
		struct taxonomy_reader tr = {r, &m->taxonomies[m->n_taxonomies], scratch};
		tr.t->name = arena_strdup(m->memory, name);
		if (!tr.t->name) {
			r->out_of_memory = true;
			break;
		}
		m->n_taxonomies++;
		if (*name == '\0' || strlen(name) > MODEL_TEXT_MAX || strchr(name, '.'))
			read_fault(r, "value_invalid", at.pointer, "A taxonomy's name is 1 to %d bytes without a dot.",
			    MODEL_TEXT_MAX);
		read_taxonomy(&tr, &at, &left);
	}
	arena_free(&scratch);
}
