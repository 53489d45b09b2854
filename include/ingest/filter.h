/* What of a workspace's events no person did: crawlers, mail scanners, whole networks.
 *
 * Kept as workspaces.filters, a JSON object of which every member may be left out (then it is as by default) or be null (then nothing is looked for):
 *   agents      patterns (PCRE2, found anywhere in properties.user_agent, whatever the case): flag "bot_agent"
 *   networks    addresses "192.0.2.0/24", "2001:db8::/32" that properties.ip may lie in: flag "bot_network"; none by default
 *   bursts      {on: types, at_least: N, within: D}: N events of these types lie within D, in the lead's own time: flag "scanner_burst" for all of them
 *   after_sent  {within: D}: a click or an opening less than D after the e-mail (of the same properties.message_id, if both have one) was sent: flag "scanner_prompt"
 *   action      "flag": they are marked; "void": and count nowhere. By default what agents and bursts catch is voided, the rest marked
 * Bursts and prompt clicks look at the events that a lead has, in whatever order they came: what is flagged in the end depends on the events alone.
 *
 * A compiled filter is used by one thread at a time. */
#ifndef INGEST_FILTER_H
#define INGEST_FILTER_H

#include <jansson.h>

#include "base/arena.h"
#include "base/ident.h"
#include "base/status.h"

/* Whether the document (borrowed; NULL or null: the defaults) is a filter; else ST_INVALID with a pointer into it. */
enum status filter_validate(const json_t *doc, struct err *e);

struct filter;
enum status filter_compile(const json_t *doc, struct filter **ret, struct err *e);
void filter_free(struct filter **f); /* accepts NULL and *NULL */

/* What an event is taken for by itself: a flag (static), or NULL. */
const char *filter_event(struct filter *f, const json_t *properties);
bool filter_voids(const struct filter *f, const char *flag);

/* Whether an event of this type can make another or itself part of a burst, or a prompt click; and how far from it those may lie. */
bool filter_looks_around(const struct filter *f, const char *type);
int64_t filter_reach(const struct filter *f);
/* Those types; borrowed. */
size_t filter_types(const struct filter *f, const char **ret, size_t max);

/* An event among those around it, in order of time. */
struct filter_event {
	struct uuid key;
	int64_t at;
	const char *type, *message_id; /* message_id: NULL: none */
	const char *flag;              /* out: what it is taken for, or NULL; given, it is kept */
};
/* Flags what lies among n events of one lead, sorted by instant; all that can matter to one of them that is to be judged must be there. */
void filter_around(const struct filter *f, struct filter_event *events, size_t n);

#endif
