/* base/log: a line is one JSON object with what it was given. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/log.h"

static FILE *sink;
static int kept_stderr;

static void redirect(void)
{
	sink = tmpfile();
	ck_assert_ptr_nonnull(sink);
	fflush(stderr);
	kept_stderr = dup(STDERR_FILENO);
	dup2(fileno(sink), STDERR_FILENO);
}

/* What was logged since redirect; the caller frees it. */
static char *restore(void)
{
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	long n = lseek(fileno(sink), 0, SEEK_END);
	char *text = calloc(1, (size_t)n + 1);
	ck_assert_int_eq(pread(fileno(sink), text, (size_t)n, 0), n);
	fclose(sink);
	return text;
}

START_TEST(a_line_holds_its_fields)
{
	log_set_level(LOG_INFO);
	redirect();
	log_line(LOG_WARN, "queue full", log_str("workspace", "a\"b\n中"), log_int("depth", -5), log_bool("shed", true),
	    log_str("none", NULL), log_str("bad", "x\xFF"));
	char *text = restore();
	char *end = strchr(text, '\n');
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(end, "\n");
	json_t *v = NULL;
	struct err e;
	ck_assert_int_eq(json_read(text, (size_t)(end - text), NULL, &v, &e), ST_OK);
	int64_t at;
	const char *when = json_string_value(json_object_get(v, "at"));
	ck_assert(instant_parse(when, strlen(when), &at));
	ck_assert(llabs(at - clock_now(&clock_system)) < 60000);
	ck_assert_str_eq(json_string_value(json_object_get(v, "level")), "warn");
	ck_assert_str_eq(json_string_value(json_object_get(v, "event")), "queue full");
	ck_assert_str_eq(json_string_value(json_object_get(v, "workspace")), "a\"b\n中");
	ck_assert_int_eq(json_integer_value(json_object_get(v, "depth")), -5);
	ck_assert(json_is_true(json_object_get(v, "shed")));
	ck_assert(json_is_null(json_object_get(v, "none")));
	ck_assert_str_eq(json_string_value(json_object_get(v, "bad")), "x\xEF\xBF\xBD");
	ck_assert_uint_eq(json_object_size(v), 8);
	json_decref(v);
	free(text);
}
END_TEST

START_TEST(levels_filter)
{
	enum log_level level = LOG_ERROR;
	ck_assert(log_parse_level("debug", &level) && level == LOG_DEBUG);
	ck_assert(log_parse_level("info", &level) && level == LOG_INFO);
	ck_assert(log_parse_level("warn", &level) && level == LOG_WARN);
	ck_assert(log_parse_level("error", &level) && level == LOG_ERROR);
	ck_assert(!log_parse_level("INFO", &level) && !log_parse_level("", &level) && !log_parse_level(NULL, &level));
	ck_assert_int_eq(level, LOG_ERROR);
	redirect();
	for (int set = LOG_DEBUG; set <= LOG_ERROR; set++) {
		log_set_level((enum log_level)set);
		for (int l = LOG_DEBUG; l <= LOG_ERROR; l++) {
			ck_assert_int_eq(log_on((enum log_level)l), l >= set);
			log_line((enum log_level)l, "x");
		}
	}
	log_set_level(LOG_INFO);
	char *text = restore();
	int lines = 0;
	for (char *c = text; *c; c++)
		lines += *c == '\n';
	ck_assert_int_eq(lines, 4 + 3 + 2 + 1);
	free(text);
}
END_TEST

START_TEST(long_values_are_cut)
{
	char *value = malloc(100001);
	for (size_t i = 0; i < 100000; i++)
		value[i] = "中"[i % 3];
	value[100000] = '\0';
	redirect();
	log_line(LOG_ERROR, "long", log_str("value", value));
	char *text = restore();
	ck_assert_uint_lt(strlen(text), 2048);
	json_t *v = NULL;
	ck_assert_int_eq(json_read(text, strlen(text), NULL, &v, NULL), ST_OK);
	ck_assert_uint_ge(json_string_length(json_object_get(v, "value")), 1020);
	json_decref(v);
	free(text);
	free(value);
}
END_TEST

static void *shout(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_line(LOG_INFO, "thread", log_str("name", arg), log_int("i", i));
	return NULL;
}

START_TEST(lines_of_threads_do_not_mix)
{
	pthread_t threads[4];
	static char names[4][2] = {"a", "b", "c", "d"};
	log_set_level(LOG_INFO);
	redirect();
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, shout, names[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	char *text = restore();
	int lines = 0;
	for (char *line = text; *line; lines++) {
		char *end = strchr(line, '\n');
		ck_assert_ptr_nonnull(end);
		json_t *v = NULL;
		ck_assert_int_eq(json_read(line, (size_t)(end - line), NULL, &v, NULL), ST_OK);
		json_decref(v);
		line = end + 1;
	}
	ck_assert_int_eq(lines, 2000);
	free(text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/log");
	TCase *t = tcase_create("all");
	tcase_add_test(t, a_line_holds_its_fields);
	tcase_add_test(t, levels_filter);
	tcase_add_test(t, long_values_are_cut);
	tcase_add_test(t, lines_of_threads_do_not_mix);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
