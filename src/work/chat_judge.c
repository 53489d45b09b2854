#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "chat_text.h"

#define SAID_MAX 200 /* bytes of the robot's own sentence */

static enum webhook_verdict verdict_of(const struct chat_codes *c, json_int_t code, const char *said)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->codes[i].code == code && (!c->codes[i].with || strstr(said, c->codes[i].with)))
			return c->codes[i].verdict;
	return code ? WEBHOOK_AGAIN : WEBHOOK_ARRIVED;
}

enum webhook_verdict chat_judge(const struct chat_codes *c, const struct webhook_reply *r, char *why, size_t why_cap)
{
	json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *code = NULL;
	for (const char *const *name = c->names; !code && *name; name++)
		code = json_object_get(body, *name);
	enum webhook_verdict v = WEBHOOK_AGAIN;
	if (json_is_integer(code)) {
		const char *said = json_string_value(json_object_get(body, c->message));
		said = said ? said : "";
		v = verdict_of(c, json_integer_value(code), said);
		/* A code that says so does not make an error of the way arrive. */
		if (v == WEBHOOK_ARRIVED && (r->status < 200 || r->status > 299))
			v = WEBHOOK_AGAIN;
		if (v != WEBHOOK_ARRIVED)
			snprintf(why, why_cap, "Answered %ld, code %" JSON_INTEGER_FORMAT ": %.*s", r->status,
			    json_integer_value(code), (int)utf8_cut(said, strlen(said), SAID_MAX), said);
	} else if (r->status == 429) {
		v = WEBHOOK_BUSY;
		snprintf(why, why_cap, "Answered 429.");
	} else if (r->status >= 200 && r->status < 300) {
		snprintf(why, why_cap, "Answered %ld with a body that says nothing of the message.", r->status);
	} else {
		v = webhook_judge(r, why, why_cap);
	}
	json_decref(body);
	return v;
}
