/* What the files of forms share: where a field goes. */
#ifndef INGEST_FORM_PRIV_H
#define INGEST_FORM_PRIV_H

#include "ingest/form.h"
#include "profile_priv.h"

enum form_place {
	FORM_IDENTITY,  /* email, phone, anonymous_id: `key` */
	FORM_PROFILE,   /* `key`, or `key` of `group` */
	FORM_ATTRIBUTE, /* attributes.`key` */
	FORM_PROPERTY,  /* of the event */
};

struct form_target {
	enum form_place place;
	const char *group, *key; /* arena-owned, or part of the text; group NULL: none */
};
/* "company.name" and so on. Errors: ST_INVALID "target_unknown". */
enum status form_target_read(
    struct arena *arena, const char *text, const struct place *at, struct form_target *ret, struct err *e);

/* A field's value as a profile field takes it: the text itself, or a number, true or false, or a list made of it. *ret:
 * a new reference to the member of the profile (an object where there is a group), or NULL when none of them fits. */
enum status form_profile_value(
    const struct adapter_context *x, const struct form_target *t, const json_t *value, json_t **ret, struct err *e);
/* An e-mail address, a phone number, an anonymous id. *ret: a new reference. */
enum status form_identity_value(const struct adapter_context *x, const struct form_target *t, const json_t *value,
    const struct place *at, json_t **ret, struct err *e);
/* Nothing was filled in: null, blank text, or an array of those. */
bool form_blank(const json_t *value);
/* The (first) text of a value, or NULL. */
const char *form_text(const json_t *value);

#endif
