/* Guards of the request head.
 *
 * libmicrohttpd 0.9.75 parses in place and hides what it glossed over: it ends every string at the first NUL, takes a
 * bare line feed for the end of a line, and glues a folded line to the *name* of its header ("Transfer-: chunked", "
 * Encoding" becomes Transfer-Encoding). But it tells the size of the head in bytes, and its strings lie where they were
 * received. So the size of what it shows us, spelled with single spaces and CRLF, must be that size, and each value
 * must follow its name. From 1.0 on it refuses all of these itself at its strictness level 1, and lays out memory
 * differently; then the sum is not made. */
#include "guard_priv.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

struct walk {
	struct api_call *c;
	struct head *head;
	bool summed;
	size_t size;  /* of the head as shown so far */
	bool trimmed; /* the header at hand had spaces before its end */
	unsigned n;
	const char *content_length;
	const char *transfer_encoding;
	const char *expect;
	const char *content_encoding;
	enum refusal fault;
};

static bool head_summed(void)
{
	return MHD_VERSION < 0x01000000 && strncmp(MHD_get_version(), "0.", 2) == 0;
}

static const unsigned char token_table[256] = {
    ['!'] = 1,
    ['#'] = 1,
    ['$'] = 1,
    ['%'] = 1,
    ['&'] = 1,
    ['\''] = 1,
    ['*'] = 1,
    ['+'] = 1,
    ['-'] = 1,
    ['.'] = 1,
    ['^'] = 1,
    ['_'] = 1,
    ['`'] = 1,
    ['|'] = 1,
    ['~'] = 1,
    ['0' ... '9'] = 1,
    ['A' ... 'Z'] = 1,
    ['a' ... 'z'] = 1,
};

static bool token(const char *s, size_t n)
{
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!token_table[(unsigned char)s[i]])
			return false;
	return true;
}

/* Adds one line to the sum: the name, whatever is between it and the value (a colon and spaces), the value, CRLF. */
static bool line_add(struct walk *w, const char *name, size_t name_len, const char *value, size_t value_len)
{
	uintptr_t gap = (uintptr_t)value - (uintptr_t)name - name_len;
	w->size += name_len + gap + value_len + 2;
	return gap >= 1 && gap <= 4096;
}

/* One that may occur once; remembers it in *slot. */
static void once(struct walk *w, const char **slot, const char *value)
{
	if (*slot)
		w->fault = REFUSE_HEADER_DUPLICATE;
	*slot = value;
}

/* One whose text goes on to api: valid UTF-8 and no duplicates. */
static void pass(struct walk *w, const char **slot, const char *value, size_t len, bool ascii)
{
	if (!ascii && !utf8_valid(value, len))
		w->fault = REFUSE_UTF8;
	else
		once(w, slot, value);
}

/* A list, so it may come on several lines. */
static void add_accept(struct walk *w, const char *value, size_t len, bool ascii)
{
	const char *before = w->c->accept;
	w->c->accept = NULL;
	pass(w, &w->c->accept, value, len, ascii);
	if (before && !w->fault && !(w->c->accept = arena_printf(w->c->arena, "%s, %s", before, value)))
		w->fault = REFUSE_MEMORY;
}

static bool is(const char *name, size_t len, const char *word, size_t word_len)
{
	return len == word_len && strncasecmp(name, word, len) == 0;
}
#define IS(word) is(name, name_len, (word), sizeof(word) - 1)

static void sort_header(struct walk *w, const char *name, size_t name_len, const char *value, size_t len, bool ascii)
{
	struct api_call *c = w->c;
	switch (name_len) {
	case 4:
		if (IS("Host"))
			pass(w, &c->host, value, len, ascii);
		break;
	case 6:
		if (IS("Origin"))
			pass(w, &c->origin, value, len, ascii);
		else if (IS("Expect"))
			once(w, &w->expect, value);
		else if (IS("Accept"))
			add_accept(w, value, len, ascii);
		break;
	case 8:
		if (IS("If-Match"))
			pass(w, &c->if_match, value, len, ascii);
		break;
	case 11:
		if (IS("Traceparent"))
			pass(w, &c->traceparent, value, len, ascii);
		break;
	case 12:
		if (IS("Content-Type"))
			pass(w, &c->content_type, value, len, ascii);
		break;
	case 13:
		if (IS("Authorization"))
			pass(w, &c->authorization, value, len, ascii);
		else if (IS("Last-Event-ID"))
			pass(w, &c->last_event_id, value, len, ascii);
		else if (IS("If-None-Match"))
			pass(w, &c->if_none_match, value, len, ascii);
		break;
	case 14:
		if (IS("Content-Length")) {
			if (w->content_length)
				w->fault = REFUSE_LENGTH;
			w->content_length = value;
		} else if (IS("ce-specversion")) {
			c->cloudevent = true;
		}
		break;
	case 15:
		if (IS("Idempotency-Key"))
			pass(w, &c->idempotency_key, value, len, ascii);
		break;
	case 16:
		if (IS("Content-Encoding"))
			once(w, &w->content_encoding, value);
		break;
	case 17:
		if (IS("Transfer-Encoding")) {
			/* The library compares the untrimmed value: "chunked " would be read until the connection
			 * closes. */
			if (w->transfer_encoding || w->trimmed)
				w->fault = REFUSE_CODING;
			w->transfer_encoding = value;
		}
		break;
	case 29:
		if (IS("Access-Control-Request-Method"))
			once(w, &w->head->request_method, value);
		break;
	case 30:
		if (IS("Access-Control-Request-Headers"))
			once(w, &w->head->request_headers, value);
		break;
	default:
		break;
	}
}

static enum MHD_Result on_header(
    void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value, size_t len)
{
	struct walk *w = cls;
	(void)kind;
	if (!value) {
		value = "";
		len = 0;
	}
	if (++w->n > GUARD_HEADERS_MAX)
		w->fault = REFUSE_HEADER_COUNT;
	else if (!token(name, name_len) || (w->summed && !line_add(w, name, name_len, value, len)))
		w->fault = REFUSE_HEADER;
	unsigned high = 0;
	for (size_t i = 0; i < len && !w->fault; i++) {
		unsigned char ch = (unsigned char)value[i];
		high |= ch;
		if ((ch < 0x20 && ch != '\t') || ch == 0x7F)
			w->fault = REFUSE_CONTROL;
	}
	if (w->fault)
		return MHD_NO;
	/* 0.9.75 leaves spaces before the end of the line in the value; they are not part of it (RFC 9110, 5.5). */
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	w->trimmed = value[len] != '\0';
	if (w->trimmed) {
		value = arena_strndup(w->c->arena, value, len);
		if (!value)
			w->fault = REFUSE_MEMORY;
	}
	if (!w->fault)
		sort_header(w, name, name_len, value, len, high < 0x80);
	return w->fault ? MHD_NO : MHD_YES;
}

static bool plain_number(const char *s, uint64_t *ret)
{
	uint64_t v = 0;
	if (*s == '\0')
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*ret = v;
	return true;
}

/* A name or an address, and perhaps a port: enough to be sure that it is nothing else. */
static bool host_plain(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:[]";
	size_t n = strlen(s);
	return n > 0 && n <= 255 && strspn(s, allowed) == n;
}

static enum refusal framing(const struct walk *w, bool http_1_0)
{
	if (w->transfer_encoding && w->content_length)
		return REFUSE_LENGTH_AND_CODING;
	if (w->transfer_encoding) {
		if (http_1_0 || strcasecmp(w->transfer_encoding, "chunked") != 0)
			return REFUSE_CODING;
		w->head->chunked = true;
	}
	if (w->content_length) {
		if (!plain_number(w->content_length, &w->head->length))
			return REFUSE_LENGTH;
		w->head->has_length = true;
	}
	return REFUSE_NONE;
}

enum refusal guard_head(struct MHD_Connection *mhd, const char *method, size_t seen, const char *version,
    struct api_call *c, struct head *ret)
{
	struct walk w = {.c = c, .head = ret, .summed = head_summed()};
	bool http_1_0 = strcmp(version, "HTTP/1.0") == 0;
	if (!http_1_0 && strcmp(version, "HTTP/1.1") != 0)
		return REFUSE_VERSION;
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &w);
	if (w.fault)
		return w.fault;
	if (w.summed) {
		const union MHD_ConnectionInfo *info =
		    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
		w.size += strlen(method) + 1 + seen + 1 + strlen(version) + 2 + 2;
		if (!info || info->header_size != w.size)
			return REFUSE_HEADER;
	}
	enum refusal f = framing(&w, http_1_0);
	if (f)
		return f;
	if (c->host ? !host_plain(c->host) : !http_1_0)
		return REFUSE_HOST;
	if (w.expect && strcasecmp(w.expect, "100-continue") != 0)
		return REFUSE_EXPECT;
	ret->expect_continue = w.expect && !http_1_0;
	ret->encoded = w.content_encoding && strcasecmp(w.content_encoding, "identity") != 0;
	ret->gzip = ret->encoded &&
		    (strcasecmp(w.content_encoding, "gzip") == 0 || strcasecmp(w.content_encoding, "x-gzip") == 0);
	return REFUSE_NONE;
}
