/* What the kinds have in common that write into a CRM: where, and as whom. Pure; any thread. */
#ifndef WORK_WRITEBACK_H
#define WORK_WRITEBACK_H

#include "chat_text.h"

/* Checks of settings' members; absent ones are fine unless `required`. */
enum status writeback_text_check(const json_t *settings, const char *name, bool required, struct err *e);
enum status writeback_template_check(const json_t *settings, const char *name, bool required, struct err *e);
enum status writeback_object_check(const json_t *settings, const char *name, bool required, struct err *e);
enum status writeback_strangers(const json_t *settings, const char *const *known, struct err *e);
/* Of a value for a header: visible ASCII and spaces. */
bool writeback_header_valid(const char *value);
/* A name in a path, as contacts or Lead_Score__c: letters, digits, _ and -. */
enum status writeback_name_check(const json_t *settings, const char *name, struct err *e);

const char *writeback_text(const json_t *settings, const char *name, const char *otherwise);
/* A template's text with values as they stand in a URL. ST_INVALID: the message has nothing there, or only dots. */
enum status writeback_fill(const char *template, json_t *doc, struct buf *out, struct err *e);
/* The endpoint's URL without its last slash. ST_INVALID: it has a query, and a path cannot follow. */
enum status writeback_base(const char *url, struct buf *out, struct err *e);
void writeback_bearer(const json_t *settings, struct buf *headers);
/* ST_NOMEM when a buffer has failed. */
enum status writeback_ok(const struct webhook_request *r, struct err *e);

#endif
