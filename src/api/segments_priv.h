/* What the files of segments share. */
#ifndef API_SEGMENTS_PRIV_H
#define API_SEGMENTS_PRIV_H

#include <jansson.h>

#include "api_priv.h"
#include "store/segment.h"

/* Ready-made conditions (segment_templates.c). */
struct segment_template {
	const char *name, *title, *title_zh, *description, *condition; /* JSON text */
};
const struct segment_template *segment_template_find(const char *name);

/* The condition under the workspace's own model; its faults become the call's, each behind `pointer`, that of the
 * condition. */
enum status segment_check(struct api_call *c, struct db *db, const char *condition, const char *pointer, struct err *e);
/* Whether each of these conditions does not compile under the model that leads have now; *ret: of n, false. */
enum status segments_broken(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *ids, size_t n, bool *ret, struct err *e);
/* One segment, counted now, as the whole reply. */
enum status segment_reply(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e);

#endif
