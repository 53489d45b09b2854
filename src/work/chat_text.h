/* A chat robot's settings, and the text of what it says. Pure; any thread. */
#ifndef WORK_CHAT_TEXT_H
#define WORK_CHAT_TEXT_H

#include "chat.h"
#include "webhook_priv.h"

/* What a kind of robot takes. */
struct chat_robot {
	const char *const *formats; /* NULL-terminated, the usual one first */
	bool signs;                 /* it may have a secret */
	const char *language;       /* the usual one */
};
/* Members: language, format, secret, link, templates {type or family: {title, text}}. */
enum status chat_settings_check(const struct chat_robot *r, const json_t *settings, struct err *e);
const char *chat_format(const struct chat_robot *r, const json_t *settings);

/* Where a text stands, and how large it may be. */
struct chat_place {
	enum template_escape title, text; /* how values are escaped in it */
	size_t max;                       /* of the text */
	enum chat_measure measure;
	enum chat_markup { CHAT_PLAIN, CHAT_MARKDOWN, CHAT_SLACK } markup; /* of links */
};
struct chat_text {
	struct buf title, text, link; /* link: empty if there is none */
	const char *look;             /* what the button says that leads there */
};
/* Of several messages a line each. Errors: ST_NOMEM. */
enum status chat_text_make(const struct chat_robot *r, const json_t *settings, const struct webhook_message *m,
    size_t n, const struct chat_place *place, struct chat_text *ret, struct err *e);
void chat_text_free(struct chat_text *t);
/* A link as it stands in a text. */
void chat_put_link(enum chat_markup markup, const char *link, const char *said, struct buf *out);
/* Whom a message calls (chat_team.c): in a handoff that was given to somebody, or is late, the one who has it, if that user has such an id (a member of users) for this chat. The ids
 * of several messages, each once and fit to stand in markup; new reference, NULL: out of memory. What a lead or anybody else is called calls nobody: values are escaped. */
#define CHAT_CALLED_MAX 5
json_t *chat_called(const struct webhook_message *m, size_t n, const char *member);
void chat_put_called(const json_t *list, const char *before, const char *after, struct buf *out);
/* On a line of its own behind the text, for which the caller has left room. */
void chat_call(struct chat_text *t, const struct buf *called);
/* Times at the top of a document and of its data, by the clock of the workspace; without one they stay as they are. */
void chat_localize(json_t *doc, const char *team);
/* Steals v, which may be NULL: the body of a request. */
enum status chat_put_body(json_t *v, struct buf *out, struct err *e);

/* The document that templates are filled from: {id, type, timestamp, data, lead}. New reference; NULL: out of memory.
 */
json_t *chat_document(const struct webhook_message *m);
extern const char *const chat_roots[]; /* its members */

/* Replies (chat_judge.c): robots say in the body what became of a message. */
struct chat_code {
	json_int_t code;
	enum webhook_verdict verdict;
	const char *with; /* only when the message has this in it; NULL: always */
};
/* The body is JSON with one of the members `names` (NULL-terminated): 0 means that it arrived, what others mean says
 * the table; what it does not say means WEBHOOK_AGAIN. message: the member with a sentence. */
struct chat_codes {
	const char *const *names, *message;
	const struct chat_code *codes;
	size_t n;
};
enum webhook_verdict chat_judge(const struct chat_codes *c, const struct webhook_reply *r, char *why, size_t why_cap);

#endif
