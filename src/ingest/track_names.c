/* What tracked events are called here. Names are compared in snake_case, so that "Order Completed", "order_completed"
 * and "orderCompleted" are one. */
#include <stdlib.h>
#include <string.h>

#include "ingest/track.h"

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

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct name *)row)->name);
}

/* Letters and digits in lower case, an underscore for what is between them and where a word begins with a capital. */
static bool snake(const char *name, char *out, size_t max)
{
	size_t n = 0;
	bool whole = true, gap = false;
	char before = '\0';
	for (; *name && whole; name++) {
		char c = *name;
		bool upper = c >= 'A' && c <= 'Z', lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		whole = (unsigned char)c < 0x80;
		if (upper && ((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9')))
			gap = true;
		if (upper || lower) {
			if (n + 2 > max) {
				whole = false;
				break;
			}
			if (gap && n)
				out[n++] = '_';
			gap = false;
			out[n++] = upper ? (char)(c | 0x20) : c;
		} else {
			gap = true;
		}
		before = c;
	}
	out[n] = '\0';
	return whole && n;
}

bool track_event_type(const char *name, bool public, char *out)
{
	static const char prefix[] = "custom_";
	if (!snake(name, out, TRACK_TYPE_MAX - sizeof prefix)) {
		strcpy(out, "custom_event");
		return false;
	}
	const struct name *known = bsearch(out, names, sizeof names / sizeof *names, sizeof *names, by_name);
	if (known)
		strcpy(out, known->type);
	/* What the service itself makes; and from a page, what would move its lead to the end of the line. */
	bool ends = !strcmp(out, "won") || !strcmp(out, "lost");
	if (scoring_event_type_reserved(out) || !strcmp(out, "profile_updated") || (public && ends)) {
		memmove(out + sizeof prefix - 1, out, strlen(out) + 1);
		memcpy(out, prefix, sizeof prefix - 1);
	}
	return true;
}
