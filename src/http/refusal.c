/* The table of refusals. */
#include "refusal_priv.h"

#include <stddef.h>

static const struct refusal_words table[REFUSE_COUNT] = {
    [REFUSE_NONE] = {500, "internal", "The server refused the request without a reason; this is a defect.", 0},
    [REFUSE_SYNTAX] = {400, "request_malformed", "The request is not well-formed HTTP/1.1.", 0},
    [REFUSE_VERSION] = {505, "http_version_unsupported", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", 0},
    [REFUSE_TARGET] = {400, "target_invalid", "The request target is neither a path nor a URL of this host.", 0},
    [REFUSE_ESCAPE] = {400, "target_escape_invalid",
	"The request target has a percent sign without two hexadecimal digits, or an escaped slash in its path.", 0},
    [REFUSE_UTF8] = {400, "encoding_invalid", "The request target or a header is not valid UTF-8.", 0},
    [REFUSE_CONTROL] = {400, "control_character", "The request has a control character where none is allowed.", 0},
    [REFUSE_PATH] = {400, "path_invalid", "The path has an empty or a dot segment, or a backslash.", 0},
    [REFUSE_TARGET_LENGTH] = {414, "target_too_long", "The path may have 2,048 bytes, the query 4,096.", 0},
    [REFUSE_QUERY_COUNT] = {400, "query_too_many", "A query may have 32 parameters.", 0},
    [REFUSE_QUERY_DUPLICATE] = {400, "query_duplicate", "A query parameter is named more than once.", 0},
    [REFUSE_QUERY_NAME] = {400, "query_name_missing", "A query parameter has no name.", 0},
    [REFUSE_HOST] = {400, "host_invalid", "A request needs exactly one Host header with a host name or address.", 0},
    [REFUSE_HEADER] = {400, "header_invalid",
	"A header line is malformed: a bad name, a space before the colon, a folded line, or a bare line feed.", 0},
    [REFUSE_HEADER_DUPLICATE] = {400, "header_duplicate", "A header that may occur once occurs more than once.", 0},
    [REFUSE_HEADER_COUNT] = {431, "headers_too_large", "The headers are too many or too large.", 0},
    [REFUSE_LENGTH] = {400, "content_length_invalid", "Content-Length is not one plain decimal number.", 0},
    [REFUSE_LENGTH_AND_CODING] = {400, "length_and_coding",
	"Content-Length and Transfer-Encoding must not occur together.", 0},
    [REFUSE_CODING] = {400, "transfer_encoding_invalid",
	"The only Transfer-Encoding understood is chunked, in HTTP/1.1.", 0},
    [REFUSE_EXPECT] = {417, "expectation_unknown", "The only expectation understood is 100-continue.", 0},
    [REFUSE_CONTENT_ENCODING] = {415, "content_encoding_unsupported",
	"This body cannot come with this Content-Encoding.", 0},
    [REFUSE_BODY_UNEXPECTED] = {400, "body_unexpected", "GET, HEAD and OPTIONS take no body here.", 0},
    [REFUSE_BODY_SIZE] = {413, "body_too_large", "The body is larger than this route allows.", 0},
    [REFUSE_BODY_RATIO] = {413, "body_inflates_too_much",
	"The gzipped body becomes more than a hundred times as large.", 0},
    [REFUSE_CODED_BODY] = {400, "body_coding_invalid",
	"The body is not one whole gzip member, or there is more behind it.", 0},
    [REFUSE_BODY_TIME] = {408, "body_timeout", "The body did not arrive in time.", 0},
    [REFUSE_BODY_MEMORY] = {503, "bodies_too_many", "Too many large bodies are on their way in; try again.", 1},
    [REFUSE_HEAD_TIME] = {408, "head_timeout", "The request line and headers did not arrive in time.", 0},
    [REFUSE_METHOD] = {501, "method_unknown", "This method is not implemented.", 0},
    [REFUSE_METHOD_HERE] = {405, "method_not_allowed", "This path does not answer to this method.", 0},
    [REFUSE_RATE] = {429, "rate_limited", "Too many requests with this key; slow down.", 1},
    [REFUSE_DRAINING] = {503, "shutting_down", "The server is shutting down; try again.", 1},
    [REFUSE_MEMORY] = {503, "out_of_memory", "The server is short of memory; try again.", 1},
};

const struct refusal_words *refusal_words(enum refusal f)
{
	return &table[(size_t)f < REFUSE_COUNT ? f : REFUSE_NONE];
}
