/* SPDX-License-Identifier: MIT */
/* MaxCompute (ODPS) over its REST interface; facts in sources.md 1. maxcompute.c has
 * the verbs, maxcompute_job.c the life of an instance, maxcompute_http.c signs and sends,
 * maxcompute_xml.c writes and reads the XML around it, maxcompute_csv.c and
 * maxcompute_tunnel.c turn the two forms of results into rows. */
#ifndef DP_SOURCE_MAXCOMPUTE_H
#define DP_SOURCE_MAXCOMPUTE_H

#include <cjson/cJSON.h>

#include "src/base/buf.h"
#include "src/base/zone.h"
#include "src/net/net.h"
#include "src/source/driver.h"

struct mc {
	struct source base;
	struct settings settings;
	char *endpoint, *tunnel; /* URLs without a "/" at the end; tunnel NULL: not known yet */
	const struct zone *zone; /* in which instants are shown */
	int64_t skew_us;	 /* what the server's clock is ahead of ours */
	bool no_v4;		 /* this endpoint wants signatures of version 2 */
	struct buf hints;	 /* JSON members of SET statements so far, each with a comma */
	char version[80];
};

/* --- maxcompute_http.c */

struct mc_arg {
	const char *name, *value; /* value "": the name alone */
};

struct mc_request {
	const char *method;
	const char *base;  /* endpoint or tunnel */
	const char *path;  /* "/projects/P/instances", not encoded */
	const struct mc_arg *args;
	size_t arg_count;
	const char *content_type; /* NULL none */
	struct str body;
	const char *x_header; /* "x-odps-tunnel-version: 6"; NULL none */
	size_t max_answer;
	bool (*on_data)(void *context, struct str bytes, struct err *err);
	void *context;
};

/* True when the server answered with 2xx. False: err has its code and words.
 * Requests other than POST are repeated after 502, 503, 504. */
bool mc_send(struct mc *mc, const struct mc_request *request, const struct deadline *deadline,
	struct http_answer *answer, struct err *err);
/* The text that is signed, without curr_project added: for tests too. */
void mc_text_to_sign(struct buf *to, const struct mc_request *request, const char *date,
	const char *const *x_headers, size_t x_count);
/* The Authorization header's value. `region` empty: version 2. */
bool mc_authorization(struct buf *to, struct str text, const char *id, const char *key,
	const char *region, const char *day, struct err *err);
/* "ODPS-0130161:[1,17] Parse exception - …" as an error with its place in sql. */
bool mc_fail_task(struct err *err, struct str text, struct str sql);
void mc_sleep(const struct deadline *deadline, int64_t us);

/* --- maxcompute_xml.c */

struct xml_item {
	struct str path; /* "Instance/Tasks/Task/Result" */
	struct str text;
	struct str attributes; /* "Transform=Base64 Format=csv " */
};
/* Elements in the order they end; no DTDs, 16 levels and 4,096 elements at most. */
bool xml_read(struct arena *arena, struct str text, struct xml_item **items, size_t *count,
	struct err *err);
const struct xml_item *xml_find(const struct xml_item *items, size_t count, const char *path);
struct str xml_attribute(const struct xml_item *item, const char *name);
/* The Instance that runs `sql` with the hints; false: no random bytes. */
bool mc_add_job(struct buf *to, const struct mc *mc, struct str sql, bool is_script,
	struct err *err);

/* --- results */

struct mc_rows {
	struct mc *mc;
	struct row_sink *sink;
	struct query_end *end;
	int64_t max_rows;
	struct arena arena;   /* columns */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	size_t count;
};
void mc_rows_fini(struct mc_rows *rows);
/* Kind of "DECIMAL(10,2)", "array<bigint>" in either case. */
enum value_kind mc_kind_of_type(struct str type);
/* `csv` whole, types from the descriptor (JSON, may be empty). */
bool mc_take_csv(struct mc_rows *rows, struct str csv, struct str descriptor, struct err *err);
/* A result without columns: lines of text in one. */
bool mc_take_text(struct mc_rows *rows, struct str text, struct err *err);
/* The columns of a download session. */
bool mc_take_schema(struct mc_rows *rows, const cJSON *schema, struct err *err);

struct mc_stream {
	struct mc_rows *rows;
	struct buf pending;
	size_t retry_at;   /* bytes before trying an incomplete record again */
	uint32_t crc_of_crcs;
	int64_t records;
	bool is_complete;  /* count and checksum at the end were right */
	bool is_full;	   /* max_rows are given and one more came */
};
void mc_stream_init(struct mc_stream *s, struct mc_rows *rows);
void mc_stream_fini(struct mc_stream *s);
bool mc_stream_take(void *context, struct str bytes, struct err *err);
/* No more bytes come: false when the stream is not whole. */
bool mc_stream_end(struct mc_stream *s, struct err *err);

/* --- maxcompute_job.c */

/* One statement on its way to the sink. */
struct mc_query {
	struct mc *mc;
	struct str sql;
	struct deadline deadline;
	bool is_script;
	char instance[80];
	struct mc_rows rows;
};

/* mc_send within the query's deadline. */
bool mc_request_send(struct mc_query *q, struct mc_request *r, struct http_answer *answer,
	struct err *err);
/* "/projects/P" with more behind it, from the query's arena. */
char *mc_path(struct mc_query *q, const char *more);
/* Submits, waits, and gives the result to the sink. */
bool mc_run(struct mc_query *q, struct err *err);

#endif
