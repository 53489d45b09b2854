/* What chat robots have in common: texts of messages, signatures, sizes. Pure; any thread. */
#ifndef WORK_CHAT_H
#define WORK_CHAT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/status.h"
#include "template.h"

/* Signatures (chat_sign.c). False: out of memory.
 * Feishu: base64 of HMAC-SHA256 of nothing, with the time in seconds, a line's end and the secret as the key. */
bool chat_sign_feishu(const char *secret, int64_t timestamp_s, struct buf *out);
/* DingTalk: base64 of HMAC-SHA256, with the secret as the key, of the time in milliseconds, a line's end and the
 * secret; percent-encoded, as it stands in the URL. */
bool chat_sign_dingtalk(const char *secret, int64_t timestamp_ms, struct buf *out);

/* How a size is counted (chat_cut.c). */
enum chat_measure {
	CHAT_BYTES,      /* of UTF-8 */
	CHAT_CHARACTERS, /* code points */
	CHAT_JSON,       /* bytes as they stand in a JSON text */
};
size_t chat_size(const char *s, size_t n, enum chat_measure measure);
/* Cuts what is larger than `max` (at least that of the mark), between two characters as people see them and not within
 * an entity; an ellipsis says so. */
void chat_cut(struct buf *text, size_t max, enum chat_measure measure);

/* What is said of a type of message (chat_words.c). */
struct chat_words {
	const char *title, *text; /* templates */
};
/* language: "zh-CN" or "en". Of a type without words of its own those of its family, then those of any. */
struct chat_words chat_words(const char *language, const char *type);
/* "12 messages", of a digest. */
void chat_words_digest(const char *language, size_t n, struct buf *out);

#endif
