/* What tracked events are called here. Names are compared in snake_case, so that "Order Completed", "order_completed"
 * and "orderCompleted" are one. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ingest/track.h"
#include "profile_priv.h"

/* Segment's semantic events (e-commerce, e-mail, live chat, B2B) and what pages like to call the rest of our well-known
 * types; by name. */
static const struct name {
	const char *name, *type;
} names[] = {
    {"call_completed", "call"},
    {"case_study_downloaded", "content_download"},
    {"content_downloaded", "content_download"},
    {"demo_requested", "demo_request"},
    {"ebook_downloaded", "content_download"},
    {"email_bounced", "email_bounce"},
    {"email_clicked", "email_click"},
    {"email_delivered", "email_sent"},
    {"email_link_clicked", "email_click"},
    {"email_opened", "email_open"},
    {"email_unsubscribed", "email_unsubscribe"},
    {"event_attended", "event_attend"},
    {"form_submitted", "form_submit"},
    {"live_chat_conversation_started", "message"},
    {"live_chat_message_sent", "message"},
    {"loaded_a_page", "page_view"},
    {"loaded_a_screen", "screen_view"},
    {"meeting_booked", "meeting"},
    {"meeting_scheduled", "meeting"},
    {"message_sent", "message"},
    {"order_completed", "purchase"},
    {"page_viewed", "page_view"},
    {"quote_requested", "quote_request"},
    {"screen_viewed", "screen_view"},
    {"trial_started", "trial_start"},
    {"unsubscribed", "email_unsubscribe"},
    {"viewed_page", "page_view"},
    {"webinar_attended", "webinar_attend"},
    {"white_paper_downloaded", "content_download"},
    {"whitepaper_downloaded", "content_download"},
};

#define OWN_MAX 500
#define PREFIX "custom_"

struct track_names {
	atomic_uint refs;
	size_t n;
	struct name own[]; /* by name; owned texts */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static const char *look_up(const struct name *in, size_t n, const char *name)
{
	const struct name *found = n ? bsearch(&(struct name){name, NULL}, in, n, sizeof *in, by_name) : NULL;
	return found ? found->type : NULL;
}

/* Letters and digits in lower case, an underscore for what is between them and where a word begins with a capital.
 * False: the name is not ASCII, is too long, or has neither. */
static bool snake(const char *name, char *out, size_t max)
{
	size_t n = 0;
	bool whole = true, gap = false;
	char before = '\0';
	for (; *name && whole; name++) {
		char c = *name;
		bool upper = c >= 'A' && c <= 'Z', lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		whole = (unsigned char)c < 0x80 && ((!upper && !lower) || n + 2 <= max);
		gap = gap || (!upper && !lower) ||
		      (upper && ((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9')));
		before = c;
		if (!whole || (!upper && !lower))
			continue;
		if (gap && n)
			out[n++] = '_';
		gap = false;
		out[n++] = upper ? (char)(c | 0x20) : c;
	}
	out[n] = '\0';
	return whole && n;
}

#define SNAKE_MAX (TRACK_TYPE_MAX - sizeof PREFIX)

bool track_event_type(const struct track_names *own, const char *name, bool public, char *out)
{
	bool whole = snake(name, out, SNAKE_MAX);
	const char *known = own ? look_up(own->own, own->n, whole ? out : name) : NULL;
	if (!known && whole)
		known = look_up(names, sizeof names / sizeof *names, out);
	if (!known && !whole)
		known = "custom_event";
	if (known)
		strcpy(out, known);
	/* What the service itself makes; and from a page, what would move its lead to the end of the line. */
	bool ends = !strcmp(out, "won") || !strcmp(out, "lost");
	if (scoring_event_type_reserved(out) || !strcmp(out, "profile_updated") || (public && ends)) {
		memmove(out + sizeof PREFIX - 1, out, strlen(out) + 1);
		memcpy(out, PREFIX, sizeof PREFIX - 1);
	}
	return whole;
}

static bool type_good(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-");
	return n && !s[n] && n <= SNAKE_MAX;
}

enum status track_names_validate(const json_t *doc, struct err *e)
{
	struct place root = {NULL, "", 0};
	if (!doc || json_is_null(doc))
		return ST_OK;
	if (!json_is_object(doc) || json_object_size(doc) > OWN_MAX)
		return type_fault(&root, e, "an object of at most 500 names of events and their types");
	json_t *v = (json_t *)(uintptr_t)doc;
	for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
		const char *name = json_object_iter_key(it), *type = json_string_value(json_object_iter_value(it));
		struct place at = {&root, name, 0};
		if (!*name || strlen(name) > TEXT_MAX)
			return place_fault(
			    &at, e, *name ? "field_too_long" : "field_empty", "A name has 1 to %d bytes.", TEXT_MAX);
		if (!type)
			return type_fault(&at, e, "the type of an event");
		if (!type_good(type))
			return place_fault(&at, e, "type_invalid",
			    "A type has 1 to %zu letters, digits, underscores, dots, colons and hyphens.", SNAKE_MAX);
		if (scoring_event_type_reserved(type) || !strcmp(type, "profile_updated"))
			return place_fault(&at, e, "type_reserved", "The service itself makes events of this type.");
	}
	return ST_OK;
}

static enum status nomem(struct track_names *t, json_t *doc, struct err *e)
{
	track_names_unref(&t);
	json_decref(doc);
	return adapter_nomem(e);
}

enum status track_names_read(const char *text, struct track_names **ret, struct err *e)
{
	json_t *doc = text ? json_loads(text, 0, NULL) : NULL;
	if (text && !json_is_object(doc)) {
		json_decref(doc);
		return err_set(e, ST_INTERNAL, "event_types", "The stored names of events cannot be read.");
	}
	struct track_names *t = doc ? calloc(1, sizeof *t + json_object_size(doc) * sizeof t->own[0]) : NULL;
	if (doc && !t)
		return nomem(t, doc, e);
	if (t)
		atomic_init(&t->refs, 1);
	for (void *it = json_object_iter(doc); it; it = json_object_iter_next(doc, it)) {
		char plain[TRACK_TYPE_MAX];
		const char *name = json_object_iter_key(it), *type = json_string_value(json_object_iter_value(it));
		struct name *own = &t->own[t->n++];
		own->name = strdup(snake(name, plain, SNAKE_MAX) ? plain : name);
		own->type = strdup(type ? type : "");
		if (!own->name || !own->type)
			return nomem(t, doc, e);
	}
	if (t)
		qsort(t->own, t->n, sizeof t->own[0], by_name);
	json_decref(doc);
	*ret = t;
	return ST_OK;
}

struct track_names *track_names_ref(struct track_names *t)
{
	if (t)
		atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void track_names_unref(struct track_names **tp)
{
	struct track_names *t = tp ? *tp : NULL;
	if (tp)
		*tp = NULL;
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free((char *)(uintptr_t)t->own[i].name);
		free((char *)(uintptr_t)t->own[i].type);
	}
	free(t);
}
