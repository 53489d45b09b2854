/* What a webhook is, for those who deliver and those who let people manage them: kinds, types, secrets, addresses.
 *
 * A kind says how a message becomes a request, and whether the reply means that it arrived. To add one: a file
 * src/work/webhook_NAME.c, its declaration in webhook_priv.h and a row in the table of webhook.c. The functions of a
 * kind are pure: any thread, no I/O. */
#ifndef WORK_WEBHOOK_H
#define WORK_WEBHOOK_H

#include <jansson.h>

#include "base/buf.h"
#include "base/ident.h"
#include "base/instant.h"
#include "base/status.h"

#define WEBHOOK_BODY_MAX ((size_t)20000) /* bytes of a standard message */
#define WEBHOOK_SECRETS_MAX 2
#define WEBHOOK_URL_MAX 2048

/* Where webhooks may go, as the instance is configured. */
struct webhook_policy {
	bool http;         /* not only https */
	const char *allow; /* networks that are reached though they are private: "10.0.0.0/8, ::1"; NULL: none */
};

struct webhook_secret {
	char text[100];     /* whsec_... */
	int64_t expires_at; /* INSTANT_NEVER: it does not */
};

/* An endpoint as its kind sees it. */
struct webhook_endpoint {
	const char *url;
	struct webhook_secret secrets[WEBHOOK_SECRETS_MAX]; /* the newest first; those that have expired are left out */
	size_t n_secrets;
	const json_t *settings; /* checked by the kind; an object */
};

struct webhook_message {
	char id[40]; /* msg_..., the same in every attempt and for every endpoint */
	const char *type;
	int64_t at;       /* when it became true */
	const char *data; /* JSON text, an object */
	const char *lead; /* JSON text: the lead as it is now, for kinds that want it; NULL: there is none */
	const char *team; /* JSON text, for the same: {"zone": of the workspace, "assignee": the user who has the handoff, or null}; NULL: not known */
};

/* What is sent; buffers are the caller's, empty. */
struct webhook_request {
	const char *method; /* a literal; "POST" unless the kind says otherwise */
	struct buf url;     /* empty: the endpoint's own */
	struct buf headers; /* "Name: value" lines, each ended by \n, beside Content-Type: application/json */
	struct buf body;
};

/* What came back: a reply with a status. The body is cut at 64 KiB. */
struct webhook_reply {
	long status;
	const char *body;
	size_t body_n;
};

enum webhook_verdict {
	WEBHOOK_ARRIVED,
	WEBHOOK_AGAIN, /* it is tried again by the schedule */
	WEBHOOK_BUSY,  /* too much was sent: it is tried again, and the endpoint gets nothing for a while */
	WEBHOOK_NEVER, /* no attempt will be better: this message has failed */
	WEBHOOK_GONE,  /* nobody is there any more: the endpoint is disabled */
};

struct webhook_kind {
	const char *name;
	bool has_secrets; /* it signs by the Standard Webhooks specification */
	/* Unless the endpoint's settings say otherwise: requests in so many seconds (rate 0: no limit), and of them at
	 * most so many at once (burst 0: all); requests under way at once (concurrency 0: as usual). */
	unsigned rate, rate_seconds, burst, concurrency;
	unsigned busy_seconds; /* how long nothing is sent after WEBHOOK_BUSY, unless the reply says when */
	/* Messages in one request, once requests are short: the last that may be sent for now takes what else is there.
	 * 0: one. */
	unsigned several;
	bool wants_lead;
	const char *const
	    *sealed; /* members of `settings` that are secrets: never shown again. NULL-terminated, or NULL */
	/* The members of `settings` that are the kind's own; refuses others. Pointers begin with /settings. NULL: there
	 * are none. */
	enum status (*check)(const json_t *settings, struct err *e);
	/* n: 1, or up to `several`. now: of this attempt. Errors: ST_NOMEM; ST_INVALID: this message cannot be sent,
	 * the sentence says why. */
	enum status (*write)(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n, int64_t now,
	    struct webhook_request *ret, struct err *e);
	/* Of any reply; `why` gets a sentence unless it arrived. NULL: webhook_judge. */
	enum webhook_verdict (*judge)(const struct webhook_reply *r, char *why, size_t why_cap);
};
extern const struct webhook_kind webhook_kinds[];
extern const size_t webhook_kinds_n;
/* NULL: there is no such kind. */
const struct webhook_kind *webhook_kind_find(const char *name);

/* Members of `settings` that every kind has: {"concurrency": 1-32, "rate": {"messages", "seconds"}}. The kind's check
 * sees the rest. */
enum status webhook_settings_check(const struct webhook_kind *k, const json_t *settings, struct err *e);
struct webhook_pace {
	unsigned concurrency, rate, rate_seconds, burst; /* rate 0: no limit */
};
struct webhook_pace webhook_pace_of(const struct webhook_kind *k, const json_t *settings);

/* By its status alone: 2xx arrived, 410 is gone. */
enum webhook_verdict webhook_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* Secrets among settings. Sealing puts WEBHOOK_SEALED in the place of each, for those who look. Unsealing takes such
 * places out of a merge patch, so that what was read can be sent back. Moving to the URL of another host takes the secrets
 * away: they were given for the one that they went to, and somebody who cannot read them shall not be able to have them sent elsewhere. */
#define WEBHOOK_SEALED "********"
json_t *webhook_settings_seal(
    const struct webhook_kind *k, const json_t *settings); /* new reference; NULL: out of memory */
void webhook_settings_unseal(const struct webhook_kind *k, json_t *patch);
void webhook_settings_move(const struct webhook_kind *k, const char *from, const char *to, json_t *settings);

/* Types that are told. `optional`: written only where an endpoint wants them. */
struct webhook_type {
	const char *name;
	bool optional;
};
extern const struct webhook_type webhook_types[];
extern const size_t webhook_types_n;
#define WEBHOOK_OPTIONAL_MAX 16
/* The names of the optional ones; room for WEBHOOK_OPTIONAL_MAX. */
size_t webhook_optional(const char *names[WEBHOOK_OPTIONAL_MAX]);
/* Whether a filter ("*", "handoff.*", "stage.mql") fits a type. */
bool webhook_type_fits(const char *filter, const char *type);
/* Whether it fits any type that there is. */
bool webhook_filter_known(const char *filter);

/* Secrets: "whsec_" and 24 to 64 bytes in base64. */
bool webhook_secret_make(struct webhook_secret *ret); /* false: no randomness */
bool webhook_secret_valid(const char *text);
/* Those of the stored JSON that are live at `now`, the newest first. False: out of memory, or it is no such JSON. */
bool webhook_secrets_live(const char *json, int64_t now, struct webhook_secret ret[WEBHOOK_SECRETS_MAX], size_t *ret_n);
/* "v1,<base64>" of id.timestamp.body. False: out of memory, or the secret is none. */
bool webhook_sign(const char *secret, const char *id, int64_t timestamp_s, const char *body, size_t n, struct buf *out);

/* ST_INVALID "url_invalid" or "url_refused" at /url. Only the address that is connected to decides in the end. */
enum status webhook_url_check(const struct webhook_policy *p, const char *url, struct err *e);
/* Errors: ST_INVALID: `text` is no list of networks. */
enum status webhook_allow_check(const char *text, struct err *e);
/* The same of pauses between attempts (work.h). */
enum status webhook_retries_check(const char *text, struct err *e);
struct sockaddr;
/* Whether an address may be connected to: public ones, and those of the policy. */
bool webhook_address_allowed(const struct webhook_policy *p, const struct sockaddr *address);

#endif
