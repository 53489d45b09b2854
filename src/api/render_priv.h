/* The JSON of the things that several routes show. */
#ifndef API_RENDER_PRIV_H
#define API_RENDER_PRIV_H

#include "base/buf.h"
#include "ingest/command.h"
#include "store/feed.h"
#include "store/lead.h"

/* {"total","fit","engagement","offset","as_of","model_version"}: shown points. offset NULL: left out. */
void render_score(struct buf *b, int32_t total, int32_t fit, int32_t engagement, const int32_t *offset, int64_t as_of,
    int64_t model_version);
/* A lead as DESIGN 7 shows it. The stored profile is one compact object; its members become members of the lead without
 * being parsed. */
void render_lead(struct buf *b, const struct lead_row *l);
/* The same with what only the page of one lead shows: its scores under other models, what names it. */
void render_lead_detail(struct buf *b, const struct lead_detail *d); /* without the closing brace: its quality follows */
/* What the address and the number tell, by the lead's model (NULL: by the built-in lists alone). */
void render_quality(struct buf *b, const struct model *m, const json_t *profile);
/* A move as the feed and the list of held ones show it. */
void render_transition(struct buf *b, const struct transition_row *t);
/* The reply to one event that was taken. */
void render_event_result(struct buf *b, const struct command *c);
/* An instant, or null for INSTANT_NEVER. */
void render_time(struct buf *b, int64_t ms);
/* `,"key":` and the text or null; and the instant or null. */
void render_member(struct buf *b, const char *key, const char *text);
void render_member_time(struct buf *b, const char *key, int64_t ms);
/* JSON text as it is, or `otherwise` when it is NULL. */
void render_text(struct buf *b, const char *json, const char *otherwise);
/* An event's id: as the client gave it, or else the key. */
void render_event_id(struct buf *b, const char *event_id, const struct uuid *key);

#endif
