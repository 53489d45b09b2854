/* The checks that the parts of a mapping share. `at` is the place in the document; *at of faults is built on it. */
#ifndef INGEST_SOURCE_CHECK_PRIV_H
#define INGEST_SOURCE_CHECK_PRIV_H

#include "source_priv.h"

enum status source_fault(const char *at, struct err *e, const char *code, const char *detail);
/* An object with members of this NULL-terminated list only. */
enum status source_members(const json_t *object, const char *at, const char *const *known, struct err *e);
/* Member `name`, if there is one, is of these words. */
enum status source_word(
    const json_t *object, const char *at, const char *name, const char *const *words, struct err *e);
enum status source_string(
    const json_t *object, const char *at, const char *name, bool required, size_t max, struct err *e);
/* A JSON Pointer: "" or "/...". */
enum status source_pointer(const json_t *v, const char *at, struct err *e);
enum status source_expression(const json_t *x, const char *at, unsigned depth, struct err *e);
/* What of a mapping makes items, and of items events. */
enum status source_check_items(const json_t *mapping, struct err *e);

#endif
