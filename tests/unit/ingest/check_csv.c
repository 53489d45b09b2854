/* CSV as people's spreadsheets write it, and as nobody should. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ingest/csv.h"

struct source {
	const char *data;
	size_t n, at, step; /* most bytes a read gives; 0: any */
	bool fails;
};

static ssize_t read_source(void *ctx, void *to, size_t n)
{
	struct source *s = ctx;
	size_t left = s->n - s->at;
	if (s->fails && left == 0)
		return -1;
	if (n > left)
		n = left;
	if (s->step && n > s->step)
		n = s->step;
	memcpy(to, s->data + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

/* All of it as text: fields in [], rows by "\n", faults as !code, each with its line: "1[a][b]\n". */
static char *told(const char *data, size_t n, struct csv_config config, size_t step)
{
	struct source source = {data, n, 0, step, false};
	struct csv *c;
	struct err e;
	struct csv_row row;
	struct buf out = BUF_INIT;
	uint64_t next = 0;
	config.read = read_source;
	config.ctx = &source;
	ck_assert_int_eq(csv_new(&config, &c, &e), ST_OK);
	for (;;) {
		enum csv_outcome o = csv_next(c, &row, &e);
		if (o == CSV_END)
			break;
		ck_assert_int_ne(o, CSV_BROKEN);
		buf_printf(&out, "%llu", (unsigned long long)row.line);
		if (o == CSV_FAULT)
			buf_printf(&out, "!%s", e.code);
		for (size_t i = 0; i < row.n; i++) {
			ck_assert_uint_eq(strlen(row.fields[i].s), row.fields[i].n);
			buf_printf(&out, "[%s]", row.fields[i].s);
		}
		buf_putc(&out, '\n');
		ck_assert_uint_gt(row.next_offset, next);
		next = row.next_offset;
	}
	ck_assert_uint_eq(csv_next(c, &row, &e), CSV_END);
	csv_free(&c);
	ck_assert(buf_ok(&out));
	buf_puts(&out, "");
	return buf_steal(&out);
}

static const struct {
	const char *in, *out;
	char delimiter;
} cases[] = {
    {"", "", 0},
    {"\n\r\n\r", "", 0},
    {"a", "1[a]\n", 0},
    {"a,b\r\nc,d\r\n", "1[a][b]\n2[c][d]\n", 0},
    {"a,b\nc,d", "1[a][b]\n2[c][d]\n", 0},
    {"a,b\rc,d\r", "1[a][b]\n2[c][d]\n", 0},
    {"a\r\rb\n\nc\r\n\r\nd", "1[a]\n3[b]\n5[c]\n7[d]\n", 0},
    {"\xef\xbb\xbf"
     "a,b\n1,2\n",
	"1[a][b]\n2[1][2]\n", 0},
    {"\xef\xbb\xbf\"a,b\",c", "1[a,b][c]\n", 0},
    {"a,\xef\xbb\xbf"
     "b",
	"1[a][\xef\xbb\xbf"
	"b]\n",
	0},
    {",", "1[][]\n", 0},
    {",\n", "1[][]\n", 0},
    {",,\r\n", "1[][][]\n", 0},
    {"a,", "1[a][]\n", 0},
    {"\"\"", "1[]\n", 0},
    {"\"\",\"\"\n", "1[][]\n", 0},
    {"\"a\"\"b\"", "1[a\"b]\n", 0},
    {"\"\"\"\"", "1[\"]\n", 0},
    {"\"a\nb\",c\nd,e", "1[a\nb][c]\n3[d][e]\n", 0},
    {"\"a\r\nb\r\n\",c\r\nd", "1[a\r\nb\r\n][c]\n4[d]\n", 0},
    {"\"a\rb\"\rc", "1[a\rb]\n3[c]\n", 0},
    {"a;b;\"c;d\"", "1[a][b][c;d]\n", ';'},
    {"a\tb,c\n", "1[a][b,c]\n", '\t'},
    {" a , \"b\"", "1!csv_quote\n", 0},
    {"a\"b,c\nd,e", "1!csv_quote\n2[d][e]\n", 0},
    {"\"a\"b,c\nd,e", "1!csv_quote\n2[d][e]\n", 0},
    {"\"a,b\nc,d\ne,f\n", "1!csv_quote\n2[c][d]\n3[e][f]\n", 0},
    {"x\n\"", "1[x]\n2!csv_quote\n", 0},
    {"a,\xff,b\nc\n", "1!csv_utf8\n2[c]\n", 0},
    {"\xed\xa0\x80\nc\n", "1!csv_utf8\n2[c]\n", 0},
    {"\xe6\x9e\x97\xe7\xbe\x8e,\xf0\x9f\x98\x80\n", "1[\xe6\x9e\x97\xe7\xbe\x8e][\xf0\x9f\x98\x80]\n", 0},
};

START_TEST(test_cases)
{
	const struct csv_config config = {.delimiter = cases[_i].delimiter};
	/* However the bytes arrive. */
	for (size_t step = 0; step <= 5; step++) {
		char *got = told(cases[_i].in, strlen(cases[_i].in), config, step);
		ck_assert_str_eq(got, cases[_i].out);
		free(got);
	}
}
END_TEST

START_TEST(test_nul)
{
	static const char in[] = "a,\0,b\nc\n";
	char *got = told(in, sizeof in - 1, (struct csv_config){0}, 0);
	ck_assert_str_eq(got, "1!csv_utf8\n2[c]\n");
	free(got);
}
END_TEST

START_TEST(test_limits)
{
	const struct csv_config config = {.max_field = 5, .max_row = 20, .max_fields = 3};
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"12345,b\n", "1[12345][b]\n"},
	    {"123456,b\nc", "1!csv_field_too_long\n2[c]\n"},
	    {"a,b,c\na,b,c,d\ne", "1[a][b][c]\n2!csv_too_many_fields\n3[e]\n"},
	    {"1234,1234,1234567890\nx", "1!csv_field_too_long\n2[x]\n"},
	    {"1234,1234,12345678901\nx", "1!csv_row_too_long\n2[x]\n"},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx",
		"1!csv_row_too_long\n2[x]\n"},
	    {"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\nx", "1!csv_row_too_long\n2[x]\n"},
	    {"\"a\nb,c\nd,e\nf,g\nh,i\nj,k\nl,m\nn,o",
		"1!csv_quote\n2[b][c]\n3[d][e]\n4[f][g]\n5[h][i]\n6[j][k]\n7[l][m]\n8[n][o]\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t step = 0; step < 4; step++) {
			char *got = told(rows[i].in, strlen(rows[i].in), config, step);
			ck_assert_str_eq(got, rows[i].out);
			free(got);
		}
}
END_TEST

/* A line of megabytes passes through the bounded buffer. */
START_TEST(test_huge_line)
{
	size_t n = 5u << 20;
	char *in = malloc(n + 8);
	memset(in, 'x', n);
	memcpy(in + n, "\r\na,b\r\n", 7);
	char *got = told(in, n + 7, (struct csv_config){0}, 0);
	ck_assert_str_eq(got, "1!csv_row_too_long\n2[a][b]\n");
	free(got);
	free(in);
}
END_TEST

START_TEST(test_refused_files)
{
	static const char utf16[] = "\xff\xfe"
				    "a\0,\0";
	struct source source = {utf16, sizeof utf16 - 1, 0, 0, false};
	struct csv *c;
	struct err e = {0};
	struct csv_row row;
	struct csv_config config = {.read = read_source, .ctx = &source};
	ck_assert_int_eq(csv_new(&config, &c, &e), ST_OK);
	ck_assert_int_eq(csv_next(c, &row, &e), CSV_BROKEN);
	ck_assert_str_eq(e.code, "csv_utf16");
	csv_free(&c);
	source = (struct source){"a,b\nc", 5, 0, 0, true};
	ck_assert_int_eq(csv_new(&config, &c, &e), ST_OK);
	ck_assert_int_eq(csv_next(c, &row, &e), CSV_ROW);
	ck_assert_int_eq(csv_next(c, &row, &e), CSV_BROKEN);
	csv_free(&c);
	csv_free(&c);
}
END_TEST

static unsigned next_random(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* What is written by the rules is read back the same; and reading may begin again behind any row. */
START_TEST(test_round_trip)
{
	static const char *const pieces[] = {
	    "a", "b c", ",", "\"", "\n", "\r\n", "\r", "\xe4\xb8\xad", "", " ", "x\ty"};
	static const char *const ends[] = {"\n", "\r\n", "\r"};
	unsigned seed = 7;
	for (int round = 0; round < 500; round++) {
		struct buf file = BUF_INIT, want = BUF_INIT;
		uint64_t offsets[16], lines[16], line = 1;
		size_t want_at[16], rows = 1 + next_random(&seed) % 15;
		const char *end = ends[next_random(&seed) % 3];
		for (size_t r = 0; r < rows; r++) {
			offsets[r] = file.len;
			lines[r] = line;
			want_at[r] = want.len;
			buf_printf(&want, "%llu", (unsigned long long)line);
			size_t fields = 1 + next_random(&seed) % 4;
			for (size_t f = 0; f < fields; f++) {
				buf_puts(&file, f ? ",\"" : "\"");
				buf_puts(&want, "[");
				for (size_t k = next_random(&seed) % 5; k > 0; k--) {
					const char *p = pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])];
					/* CR and LF of two pieces would be one break. */
					if (*p == '\n' && file.data[file.len - 1] == '\r')
						continue;
					line += *p == '\n' || *p == '\r';
					buf_puts(&file, *p == '"' ? "\"\"" : p);
					buf_puts(&want, p);
				}
				buf_puts(&file, "\"");
				buf_puts(&want, "]");
			}
			buf_puts(&file, end);
			buf_puts(&want, "\n");
			line++;
		}
		for (size_t r = 0; r < rows; r += 1 + next_random(&seed) % 5) {
			const struct csv_config config = {.offset = offsets[r], .line = lines[r]};
			char *got = told(file.data + offsets[r], file.len - offsets[r], config, next_random(&seed) % 9);
			ck_assert_str_eq(got, want.data + want_at[r]);
			free(got);
		}
		buf_free(&file);
		buf_free(&want);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("csv");
	TCase *t = tcase_create("csv");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_cases, 0, (int)(sizeof cases / sizeof cases[0]));
	tcase_add_test(t, test_nul);
	tcase_add_test(t, test_limits);
	tcase_add_test(t, test_huge_line);
	tcase_add_test(t, test_refused_files);
	tcase_add_test(t, test_round_trip);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
