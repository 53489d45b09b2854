/* What the files of forms share. */
#ifndef API_FORMS_PRIV_H
#define API_FORMS_PRIV_H

#include "door_priv.h"
#include "ingest/form.h"

/* The door of submissions. (form_post.c) */
extern const struct door_type form_door;

/* Whether whoever posts is a person's browser and wants a page: its Accept names text/html, and the body is not JSON.
 * (form_page.c) */
bool form_wants_page(const struct api_call *c);
/* A small page in Chinese and English: thanks. (form_page.c) */
void form_page_thanks(struct api_call *c);
/* A problem that is to be told to a browser: 303 to the form's page for errors, or else a small page. (form_page.c) */
void form_page_problem(struct api_call *c, int status, const char *code, const char *detail, const struct err *e);

#endif
