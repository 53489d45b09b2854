/* Cleaning what people typed, and the record of it: what stands in the profile is clean, and what was given can be had back.
 *
 * The steps that are always taken make identities comparable (e-mail, phone, codes, what is never seen); a workspace may leave out those of
 * clean_step (workspaces.cleaning). A change is noted with its place in what was posted; nothing is noted, and nothing allocated, while all is clean. */
#ifndef INGEST_CLEAN_PRIV_H
#define INGEST_CLEAN_PRIV_H

#include "ingest/clean.h"
#include "profile_priv.h"

/* Why a value was changed; the first three are those of base/text.h. */
enum {
	CLEAN_INVISIBLE = 1,
	CLEAN_FORMS = 2,
	CLEAN_SPACES = 4,
	CLEAN_NAME = 8,      /* spaces between the characters of a Chinese name */
	CLEAN_WRAPPING = 16, /* "mailto:", "tel:", "<...>" around an address or number */
	CLEAN_CASE = 32,
	CLEAN_FORMAT = 64,   /* E.164, IDNA, RFC 3339 in UTC, a tag's spelling */
};

struct clean_note {
	struct clean_note *next;
	const char *field; /* JSON Pointer into what was posted */
	const char *from, *to;
	unsigned why;
};

/* Cleans the texts of one command. Made on the stack; all it keeps is the arena's. */
struct cleaner {
	struct arena *arena;
	unsigned without;          /* steps that the workspace leaves out */
	struct clean_note **notes; /* the newest first; NULL: nothing is noted */
};

/* Whether cleaning leaves this as it is, told at a glance: printable ASCII without spaces at an end or two together. */
bool clean_at_a_glance(const char *s, size_t n);
/* The text cleaned, the arena's; NULL when out of memory. Adds to *why. */
const char *clean_words(const struct cleaner *k, const char *s, size_t n, unsigned *why);
/* A person's name, clean already: "张 三" is "张三". Only names of two to six Chinese characters and nothing else. */
const char *clean_name(const struct cleaner *k, const char *s, unsigned *why);
/* What an address or number is wrapped in comes off: s itself when it is not wrapped. Of "Li Wei <li@example.com>" the name is left out too. */
const char *clean_unwrap(const struct cleaner *k, const char *s, size_t *n, bool phone, unsigned *why);

/* text_check that tells what cleaning did, by the steps that k takes; nothing is noted. */
enum status clean_check(const struct cleaner *k, const json_t *v, const struct place *at, const char **ret_text, unsigned *ret_why, struct err *e);
/* The same as a value, noted; *ret is a new reference. */
enum status clean_value(const struct cleaner *k, json_t *v, const struct place *at, json_t **ret, struct err *e);
/* Notes that a text was changed. False: out of memory. */
bool clean_note(const struct cleaner *k, const struct place *at, const char *from, const char *to, unsigned why);
/* The notes as compact JSON [{"field","from","to","why"}], the oldest first; NULL without notes. The arena's. At most CLEAN_BYTES_MAX; what goes beyond
 * is left out, and a last {"field":"","why":["more"]} says so. False: out of memory. */
#define CLEAN_BYTES_MAX 32768
bool clean_text_of(struct arena *arena, const struct clean_note *notes, const char **ret);

#endif
