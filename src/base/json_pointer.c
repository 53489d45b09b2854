/* JSON Pointers (RFC 6901): looking up, and building them for error messages. */
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Whether an escaped reference token spells key; a bad escape spells nothing. */
static bool token_is(const char *token, size_t n, const char *key, size_t key_len)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++, k++) {
		char c = token[i];
		if (c == '~') {
			if (i + 1 == n || (token[i + 1] != '0' && token[i + 1] != '1'))
				return false;
			c = token[++i] == '0' ? '~' : '/';
		}
		if (k == key_len || key[k] != c)
			return false;
	}
	return k == key_len;
}

static json_t *member(json_t *object, const char *token, size_t n)
{
	if (!memchr(token, '~', n))
		return json_object_getn(object, token, n);
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
		if (token_is(token, n, json_object_iter_key(it), json_object_iter_key_len(it)))
			return json_object_iter_value(it);
	return NULL;
}

static json_t *element(json_t *array, const char *token, size_t n)
{
	/* Digits without a leading zero; "-" names the element after the last, which is never there. */
	if (n == 0 || n > 9 || (n > 1 && token[0] == '0'))
		return NULL;
	size_t index = 0;
	for (size_t i = 0; i < n; i++) {
		if (token[i] < '0' || token[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(token[i] - '0');
	}
	return json_array_get(array, index);
}

json_t *json_pointer_get(json_t *root, const char *pointer)
{
	json_t *v = root;
	while (v && *pointer) {
		if (*pointer != '/')
			return NULL;
		const char *token = pointer + 1;
		size_t n = strcspn(token, "/");
		if (json_is_object(v))
			v = member(v, token, n);
		else if (json_is_array(v))
			v = element(v, token, n);
		else
			v = NULL;
		pointer = token + n;
	}
	return v;
}

/* Copies pointer into out, which it may be, and adds the slash. Returns the length; ERR_POINTER_MAX when it is full. */
static size_t begin(char *out, const char *pointer)
{
	size_t n = strlen(pointer);
	bool full = n + 1 >= ERR_POINTER_MAX;
	if (n >= ERR_POINTER_MAX)
		n = utf8_cut(pointer, n, ERR_POINTER_MAX - 1);
	memmove(out, pointer, n);
	out[n] = '\0';
	if (full)
		return ERR_POINTER_MAX;
	out[n++] = '/';
	out[n] = '\0';
	return n;
}

void json_pointer_join(char *out, const char *pointer, const char *key)
{
	size_t at = begin(out, pointer);
	if (at == ERR_POINTER_MAX)
		return;
	size_t start = at;
	for (; *key; key++) {
		size_t need = *key == '~' || *key == '/' ? 2 : 1;
		if (at + need >= ERR_POINTER_MAX) {
			at = start + utf8_cut(out + start, at - start, at - start);
			break;
		}
		if (need == 2) {
			out[at++] = '~';
			out[at++] = *key == '~' ? '0' : '1';
		} else {
			out[at++] = *key;
		}
	}
	out[at] = '\0';
}

void json_pointer_index(char *out, const char *pointer, size_t index)
{
	char digits[24];
	snprintf(digits, sizeof(digits), "%zu", index);
	json_pointer_join(out, pointer, digits);
}
