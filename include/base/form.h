/* What HTML forms send: application/x-www-form-urlencoded and multipart/form-data (RFC 7578), read into a list of names and
 * values in their order. Pure and bounded; not what the fields mean, and not a place to keep files.
 *
 * Strict where a lenient reading could mean two things. Text is UTF-8 without NUL: a page in another encoding is told so with
 * the field's name, never guessed at (its form needs accept-charset="utf-8"). Urlencoded: a percent sign has two hexadecimal
 * digits behind it, + is a space, empty pieces between ampersands are skipped. Multipart: lines end in CRLF (with bare line feeds nobody
 * could say whether a CR before a boundary belongs to the value, so they are refused); what stands before the first boundary and behind
 * the closing one is ignored; the closing one must be there. Names: quoted pairs, and the %22, %0D and %0A that browsers write. Any thread. */
#ifndef BASE_FORM_H
#define BASE_FORM_H

#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"

#define FORM_BOUNDARY_MAX 70 /* RFC 2046, 5.1.1 */

enum form_encoding { FORM_NONE, FORM_URLENCODED, FORM_MULTIPART };

struct form_type {
	enum form_encoding encoding;
	char boundary[FORM_BOUNDARY_MAX + 1]; /* of FORM_MULTIPART */
};
/* What a Content-Type (NULL: none given) says; FORM_NONE: neither of the two. Errors: ST_INVALID "content_type_unsupported" for a charset other than
 * UTF-8, "form_malformed" for a multipart without a good boundary. */
enum status form_type_read(const char *content_type, struct form_type *ret, struct err *e);

enum form_kind {
	FORM_TEXT,
	FORM_FILE,   /* has a filename: only its name and size are kept. An input in which nothing was chosen has filename "" and size 0 */
	FORM_NESTED, /* a multipart of its own, never read */
};

struct form_entry {
	enum form_kind kind;
	const char *name;     /* arena-owned, as all; may be "" */
	const char *value;    /* of FORM_TEXT, NUL-terminated; else "" */
	const char *filename; /* of FORM_FILE; else NULL */
	size_t size;          /* bytes of the value, or of what was not kept */
};

struct form {
	const struct form_entry *entries; /* arena-owned */
	size_t n;
};

struct form_limits {
	size_t entries; /* 0: 500 */
	size_t name;    /* bytes; 0: 255 */
	size_t value;   /* bytes; 0: as long as the body */
};

/* type: one of the two. limits NULL: the defaults. Errors, with the field's name as pointer where it is known: ST_INVALID "form_malformed", "form_encoding";
 * ST_TOO_LARGE "form_too_large"; ST_NOMEM. */
enum status form_read(const struct form_type *type, const char *body, size_t n, const struct form_limits *limits,
    struct arena *arena, struct form *ret, struct err *e);

/* The texts as an object: a name that occurs once has a string, one that occurs more often an array of them, in order. New reference; NULL: out of memory. */
json_t *form_object(const struct form *f);

#endif
