/* Templates: text or JSON with places that are filled from a document.
 *
 *   {{/data/score/total}}          the value at a JSON Pointer
 *   {{/lead/name|nobody}}          the same, and a text for where there is none
 *   {{?/lead/email}} ... {{end}}   left out where there is none; may stand in one another
 *
 * There is none where the pointer leads nowhere, to null, to "" or to []. Of an array its members stand, with commas;
 * of an object its JSON. In a JSON template places stand within texts: one that is the whole text becomes the value
 * itself, whatever its type, and where there is none (and no text for that) the member or element is left out. Nothing
 * else is understood: no conditions, no sums. Pure; any thread. */
#ifndef WORK_TEMPLATE_H
#define WORK_TEMPLATE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/status.h"

/* What a value is made into, so that it can do no more than be read where it stands. The template's own text stays as
 * it is. */
enum template_escape {
	TEMPLATE_PLAIN,    /* as it is: JSON is escaped by whoever writes it */
	TEMPLATE_URL,      /* percent-encoded, but letters, digits and -._~ */
	TEMPLATE_HEADER,   /* of a request: control characters become spaces */
	TEMPLATE_LINE,     /* a line of a chat: the same, and < and > are wide, so that nobody is called by it */
	TEMPLATE_MARKDOWN, /* of WeCom and DingTalk: and so are other signs that mean something */
	TEMPLATE_LARK,     /* of Feishu's cards: such signs become numbered entities */
	TEMPLATE_SLACK,    /* & < > become entities */
};

/* ST_INVALID "template_invalid" at `pointer` (where the template stands). roots: the members that the document has,
 * NULL-terminated. */
enum status template_check(const char *text, const char *const *roots, const char *pointer, struct err *e);
/* The same of every text in a JSON template; its keys are not filled. */
enum status template_check_json(const json_t *t, const char *const *roots, const char *pointer, struct err *e);

/* Of a template that was checked. missing (ERR_POINTER_MAX bytes, or NULL): the first pointer that led to nothing where
 * there was no text for that, outside of what is left out; else untouched. Failure is out's. */
void template_text(const char *text, json_t *doc, enum template_escape escape, struct buf *out, char *missing);
/* New reference, which shares values with doc. NULL: out of memory. */
json_t *template_json(const json_t *t, json_t *doc);
/* One value. */
void template_put(const json_t *v, enum template_escape escape, struct buf *out);

#endif
