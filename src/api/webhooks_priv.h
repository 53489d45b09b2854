/* What the files of webhooks share. */
#ifndef API_WEBHOOKS_PRIV_H
#define API_WEBHOOKS_PRIV_H

#include "api_priv.h"
#include "store/delivery.h"
#include "store/webhook.h"
#include "work/webhook.h"

#define WEBHOOK_FILTERS_MAX 50
#define WEBHOOK_DESCRIPTION_MAX 255

/* A webhook's document, from a body or from a row changed by one. */
struct webhook_input {
	struct uuid id;
	int64_t if_revision;
	struct webhook_row row; /* of a new one */
	const char *patch;      /* JSON text */
	const char *secret;     /* chosen by the caller, or NULL */
	int64_t overlap_ms;     /* how long the secret before stays good */
};
/* Takes {"kind", "url", "types", "description", "settings", "disabled"}, complete, into the row. */
enum status webhook_take(
    struct api *a, struct api_call *c, const json_t *doc, struct webhook_row *w, bool *ret_disabled, struct err *e);

/* Secrets as they are stored, and shown. */
enum status webhook_secrets_text(
    struct api_call *c, const struct webhook_secret *list, size_t n, const char **ret, struct err *e);

enum status webhook_take_secret(struct api_call *c, const json_t *body, const char **ret, struct err *e);
/* The chosen secret, or a new one. */
enum status webhook_new_secret(const struct webhook_input *in, struct webhook_secret *ret, struct err *e);

/* webhooks.c. secrets: JSON text to be shown, or NULL. */
void webhook_reply(struct api_call *c, int status, const struct webhook_row *w, const char *secrets);
enum status webhook_read_it(struct api_call *c, struct db *db, struct webhook_row *ret, struct err *e);
typedef enum status (*webhook_change_fn)(
    struct api *a, struct api_call *c, const struct webhook_input *in, struct webhook_row *w, struct err *e);
enum status webhook_change(
    struct api *a, struct api_call *c, struct db *db, webhook_change_fn fn, struct webhook_row *ret, struct err *e);
/* webhook_deliveries.c. Errors: ST_CONFLICT webhook_disabled. */
enum status webhook_in_use(const struct webhook_row *w, struct err *e);
enum status webhook_input_of(struct api_call *c, struct webhook_input **ret, struct err *e);

#endif
