/* What keys and workspaces both ask of a person's short texts. */
#ifndef STORE_KEY_PRIV_H
#define STORE_KEY_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* UTF-8 of one line: no control characters. */
bool store_label_valid(const char *s, size_t n);

/* "name_invalid", "country_invalid". (workspace.c) */
enum status store_workspace_valid(const char *name, const char *country, struct err *e);

#endif
