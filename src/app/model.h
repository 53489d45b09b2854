/* Model documents on the command line. */
#ifndef APP_MODEL_H
#define APP_MODEL_H

#include <stddef.h>

#include "scoring/model.h"

#define MODEL_FILE_MAX (1024 * 1024)

/* Reads and compiles a document; says every fault on standard error, each with `name` and its place. Exit codes as
 * everywhere. */
int model_load(const char *text, size_t n, const char *name, struct model **ret);

#endif
