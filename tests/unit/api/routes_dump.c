/* Prints the route table, a JSON object a line, for tests/integration/openapi.test.mjs to compare with openapi.yaml. */
#include <stdio.h>

#include "api/route.h"
#include "base/buf.h"

static void put_roles(struct buf *b, unsigned roles)
{
	bool first = true;
	for (unsigned bit = ROLE_PUBLISH; bit <= ROLE_ADMIN; bit <<= 1) {
		if (!(roles & bit))
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		buf_json_str(b, role_name((enum role)bit));
	}
}

int main(void)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < api_route_total(); i++) {
		struct api_route_info r = api_route_at(i);
		buf_puts(&b, "{\"method\":");
		buf_json_str(&b, r.method);
		buf_puts(&b, ",\"pattern\":");
		buf_json_str(&b, r.pattern);
		buf_puts(&b, ",\"operation\":");
		buf_json_str(&b, r.operation);
		buf_puts(&b, ",\"roles\":[");
		put_roles(&b, r.roles);
		buf_printf(&b, "],\"max_body\":%zu,\"parameters\":[", r.max_body);
		for (size_t k = 0; r.parameters[k]; k++) {
			if (k)
				buf_putc(&b, ',');
			buf_json_str(&b, r.parameters[k]);
		}
		buf_puts(&b, "]}\n");
	}
	bool good = buf_ok(&b) && fwrite(b.data, 1, b.len, stdout) == b.len && fflush(stdout) == 0;
	buf_free(&b);
	return good ? 0 : 1;
}
