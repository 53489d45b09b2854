/* A model's document as somebody gives it: completed with what the workspace knows, compiled, and then text to be stored.
 *
 * Used by every way in (HTTP and the command line), so that both say the same of the same document. Not the life of models (store/model.h). */
#ifndef INGEST_MODEL_DOCUMENT_H
#define INGEST_MODEL_DOCUMENT_H

#include <jansson.h>

#include "scoring/model.h"
#include "store/workspace.h"

struct model_document {
	json_t *doc;        /* owned: the document, completed */
	const char *text;   /* arena-owned: the same as JSON text */
	const char *name;   /* arena-owned */
	bool for_all;       /* every lead is its */
};

/* given (borrowed, not changed): without a `time_zone` it gets the workspace's, `taxonomies` that it only names get their bodies. ret is filled whenever
 * it could be completed, valid or not, so that it can be looked through; release it in any case. Errors: ST_INVALID "model_invalid" with all faults (pointers
 * into the document), and the database's. */
enum status model_document_take(struct db *db, const struct uuid *workspace, const json_t *given, struct arena *arena, struct model_document *ret,
	struct model_faults *faults, struct err *e);
void model_document_release(struct model_document *d);

/* What a stored document may be: a little more than a body brings in, because taxonomies are copied into it. */
#define MODEL_DOCUMENT_MAX ((size_t)2 * 1024 * 1024)

#endif
