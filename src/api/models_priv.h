/* What the files of models share. */
#ifndef API_MODELS_PRIV_H
#define API_MODELS_PRIV_H

#include <jansson.h>

#include "body_priv.h"
#include "store/model.h"

/* The version that a path names: ST_NOT_FOUND "model_not_found" when it is no number. */
enum status path_version(const struct api_call *c, const char *name, int64_t *ret, struct err *e);
/* The members of a model; more may follow before the closing brace. */
void put_model_members(struct buf *b, const struct model_row *m);
/* The reply to a write: the model, with Location when it is new. */
void reply_model(struct api_call *c, int status, const struct model_row *m);

/* `transitions` of an activation; "raise" when absent. */
enum status body_transitions(const json_t *body, const char **ret, struct err *e);
/* Several faults: the reply that the next problem becomes lists them all, each pointer behind `prefix`. */
struct model_faults;
enum status keep_faults(struct api_call *c, const struct model_faults *faults, const char *prefix, struct err *e);

#endif
