/* The secrets of webhooks: taken, made, shown, rotated. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "models_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "webhooks_priv.h"

#define OVERLAP_MS MS_DAY
#define OVERLAP_MAX_MS (30 * MS_DAY)

enum status webhook_take_secret(struct api_call *c, const json_t *body, const char **ret, struct err *e)
{
	enum status s = body_text(c, body, "secret", ret, e);
	if (s == ST_OK && *ret && !webhook_secret_valid(*ret))
		return err_at(
		    e, ST_INVALID, "secret_invalid", "/secret", "It must be \"whsec_\" and 24 to 64 bytes in base64.");
	return s;
}

/* The chosen secret, or a new one. */
enum status webhook_new_secret(const struct webhook_input *in, struct webhook_secret *ret, struct err *e)
{
	ret->expires_at = INSTANT_NEVER;
	if (in->secret)
		snprintf(ret->text, sizeof ret->text, "%s", in->secret);
	else if (!webhook_secret_make(ret))
		return err_set(e, ST_INTERNAL, NULL, "no randomness to be had");
	return ST_OK;
}

/* Consumers are often set up by somebody who was not there when it was made. */
enum status webhook_secrets_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return webhook_get_prepare(a, c, e);
}

enum status webhook_secrets_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct webhook_secret live[WEBHOOK_SECRETS_MAX];
	struct webhook_row w;
	const char *text;
	size_t n;
	enum status s = webhook_read_it(c, db, &w, e);
	if (s == ST_OK && !webhook_secrets_live(w.secrets, clock_now(a->config.clock), live, &n))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = webhook_secrets_text(c, live, n, &text, e);
	if (s == ST_OK)
		buf_printf(reply_json(c, 200), "{\"secrets\":%s}", text);
	return s;
}

/* The newest of the secrets before stays good for a while, so that whoever verifies can change at leisure. */
static enum status by_rotating(
    struct api *a, struct api_call *c, const struct webhook_input *in, struct webhook_row *w, struct err *e)
{
	struct webhook_secret list[WEBHOOK_SECRETS_MAX], fresh;
	int64_t now = clock_now(a->config.clock), until = now + in->overlap_ms;
	size_t n = 0;
	if (!webhook_kind_find(w->kind) || !webhook_kind_find(w->kind)->has_secrets)
		return err_set(e, ST_CONFLICT, "no_secret", "This kind of webhook has no secret to rotate.");
	enum status s = webhook_new_secret(in, &fresh, e);
	if (s == ST_OK && !webhook_secrets_live(w->secrets, now, list, &n))
		s = out_of_memory(e);
	if (s != ST_OK)
		return s;
	if (n) {
		list[1] = list[0];
		if (until < list[1].expires_at)
			list[1].expires_at = until;
	}
	list[0] = fresh;
	return webhook_secrets_text(c, list, n && in->overlap_ms ? 2 : 1, &w->secrets, e);
}

enum status webhook_rotate_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {"secret", "overlap", NULL};
	enum status s = webhook_enable_prepare(a, c, e);
	struct webhook_input *in = call_state(c)->input;
	const char *overlap = NULL;
	json_t *body = NULL;
	if (s == ST_OK)
		s = body_read_optional(c, &body, e);
	if (s != ST_OK)
		return s;
	in->overlap_ms = OVERLAP_MS;
	if (body) {
		s = body_object(body, known, e);
		if (s == ST_OK)
			s = webhook_take_secret(c, body, &in->secret, e);
		if (s == ST_OK)
			s = body_text(c, body, "overlap", &overlap, e);
		if (s == ST_OK && overlap && strcmp(overlap, "PT0S") == 0)
			in->overlap_ms = 0;
		else if (s == ST_OK && overlap &&
			 (!duration_parse(overlap, strlen(overlap), &in->overlap_ms) ||
			     in->overlap_ms > OVERLAP_MAX_MS))
			s = err_at(e, ST_INVALID, "field_invalid", "/overlap",
			    "It must be an ISO 8601 duration of at most 30 days, such as PT24H, or PT0S.");
		json_decref(body);
	}
	return s;
}

enum status webhook_rotate_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct webhook_row w;
	enum status s = webhook_change(a, c, db, by_rotating, &w, e);
	if (s == ST_OK)
		webhook_reply(c, 200, &w, w.secrets);
	return s;
}
