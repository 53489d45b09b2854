/* Forms: the first line is the Content-Type, what follows it the body. What is read is text within the limits, and the same again when written anew in either encoding. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/text.h"

#define BOUNDARY "fuzz-boundary-9d1c4f0a7b"

static void put_escaped(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%%%02X", (unsigned char)s[i]);
}

static void write_urlencoded(const struct form *f, struct buf *b)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->entries[i].kind != FORM_TEXT)
			continue;
		put_escaped(b, f->entries[i].name, strlen(f->entries[i].name));
		buf_putc(b, '=');
		put_escaped(b, f->entries[i].value, f->entries[i].size);
		buf_putc(b, '&');
	}
}

static void put_quoted(struct buf *b, const char *s)
{
	for (; *s; s++)
		buf_puts(b, *s == '"' ? "%22" : *s == '\r' ? "%0D" : *s == '\n' ? "%0A" : *s == '\\' ? "\\\\" : (char[]){*s, '\0'});
}

/* A name with such an escape in its letters, or a value with the boundary in it, cannot be written so. */
static bool write_multipart(const struct form *f, struct buf *b)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct form_entry *x = &f->entries[i];
		if (x->kind != FORM_TEXT)
			continue;
		if (strstr(x->name, "%2") || strstr(x->name, "%0") || strstr(x->value, BOUNDARY))
			return false;
		buf_puts(b, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"");
		put_quoted(b, x->name);
		buf_puts(b, "\"\r\n\r\n");
		buf_put(b, x->value, x->size);
		buf_puts(b, "\r\n");
	}
	buf_puts(b, "--" BOUNDARY "--\r\n");
	return true;
}

static void expect_same(const struct form *f, enum form_encoding encoding, const struct buf *b)
{
	struct form_type type = {encoding, BOUNDARY};
	struct form again = {0};
	struct arena *arena = arena_new(0);
	struct err e;
	fuzz_expect(form_read(&type, b->data ? b->data : "", b->len, NULL, arena, &again, &e) == ST_OK, "what was read can be written and read");
	size_t at = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct form_entry *x = &f->entries[i];
		if (x->kind != FORM_TEXT)
			continue;
		fuzz_expect(at < again.n, "as many fields");
		const struct form_entry *y = &again.entries[at++];
		fuzz_expect(!strcmp(x->name, y->name) && x->size == y->size && !memcmp(x->value, y->value, x->size), "the same fields");
	}
	fuzz_expect(at == again.n, "no fields besides");
	arena_free(&arena);
}

static void expect_text(const struct form *f)
{
	size_t texts = 0, values = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct form_entry *x = &f->entries[i];
		fuzz_expect(utf8_valid(x->name, strlen(x->name)) && strlen(x->name) <= 255, "a name");
		fuzz_expect(x->kind == FORM_TEXT ? utf8_valid(x->value, x->size) && strlen(x->value) == x->size : !*x->value, "text, or nothing");
		fuzz_expect((x->kind == FORM_FILE) == (x->filename != NULL) || x->kind == FORM_NESTED, "a file has a name");
		texts += x->kind == FORM_TEXT;
	}
	json_t *object = form_object(f), *value;
	const char *key;
	json_object_foreach (object, key, value)
		values += json_is_array(value) ? json_array_size(value) : 1;
	fuzz_expect(object && values == texts, "an object of all of them");
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char content_type[256] = "";
	const uint8_t *stop = size ? memchr(data, '\n', size) : NULL;
	if (!stop || (size_t)(stop - data) >= sizeof content_type)
		return 0;
	memcpy(content_type, data, (size_t)(stop - data));
	size_t n = size - (size_t)(stop - data) - 1;
	char *body = malloc(n + 1); /* of just that size */
	struct arena *arena = arena_new(0);
	struct form_type type;
	struct form form;
	struct err e = {0};
	fuzz_expect(body && arena, "memory");
	memcpy(body, stop + 1, n);
	if (form_type_read(content_type, &type, &e) != ST_OK) {
		fuzz_expect(e.status == ST_INVALID && e.code[0] && e.detail[0], "a fault with a code and a sentence");
	} else if (type.encoding != FORM_NONE) {
		if (form_read(&type, body, n, NULL, arena, &form, &e) == ST_OK) {
			struct buf text = BUF_INIT;
			expect_text(&form);
			write_urlencoded(&form, &text);
			expect_same(&form, FORM_URLENCODED, &text);
			buf_clear(&text);
			if (write_multipart(&form, &text))
				expect_same(&form, FORM_MULTIPART, &text);
			buf_free(&text);
		} else {
			fuzz_expect((e.status == ST_INVALID || e.status == ST_TOO_LARGE) && e.code[0] && e.detail[0], "a fault with a code and a sentence");
		}
	}
	arena_free(&arena);
	free(body);
	return 0;
}
