/* SPDX-License-Identifier: MIT */
#include "src/run/frame.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 5 /* u32 length of type and payload, u8 type */
#define READ_SIZE ((size_t)64 << 10)
#define COMPACT_SIZE ((size_t)1 << 20)

void
frame_io_init(struct frame_io *io, int fd)
{
	*io = (struct frame_io){ .fd = fd };
	io->in.ceiling = FRAME_MAX + HEADER;
	io->out.ceiling = 2 * FRAME_MAX;
}

/* Requests carry secrets: nothing of them stays in freed memory. */
static void
wipe(struct buf *b, size_t most)
{
	if (b->p)
		explicit_bzero(b->p, most < b->cap ? most : b->cap);
	buf_fini(b);
}

void
frame_io_fini(struct frame_io *io)
{
	wipe(&io->in, io->in_most);
	wipe(&io->out, io->out_most);
}

void
frame_put_u32(struct buf *to, uint32_t v)
{
	char bytes[4] = { (char)(v & 0xFF), (char)(v >> 8 & 0xFF), (char)(v >> 16 & 0xFF),
		(char)(v >> 24 & 0xFF) };

	buf_add(to, bytes, 4);
}

static uint32_t
read_u32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

bool
frame_take_u32(struct str *from, uint32_t *v)
{
	if (from->len < 4)
		return false;
	*v = read_u32(from->p);
	*from = str_slice(*from, 4, from->len);
	return true;
}

static void
note_out(struct frame_io *io)
{
	if (io->out.len > io->out_most)
		io->out_most = io->out.len;
	if (buf_is_over(&io->out))
		io->closed = true;
}

/* A frame but for its body. */
static void
queue_head(struct frame_io *io, enum frame_type type, struct str head, size_t body)
{
	frame_put_u32(&io->out, (uint32_t)(1 + head.len + body));
	buf_addc(&io->out, (char)type);
	buf_add_str(&io->out, head);
	note_out(io);
}

void
frame_queue(struct frame_io *io, enum frame_type type, struct str head, struct str body)
{
	queue_head(io, type, head, body.len);
	buf_add_str(&io->out, body);
	note_out(io);
}

/* Gives taken bytes back when that is cheap: all of them, or a lot. */
static void
compact(struct buf *b, size_t *pos)
{
	if (*pos == 0 || (*pos < b->len && *pos < COMPACT_SIZE))
		return;
	explicit_bzero(b->p, *pos);
	buf_consume(b, *pos);
	*pos = 0;
}

bool
frame_flush(struct frame_io *io)
{
	while (!io->closed && io->out_pos < io->out.len) {
		ssize_t n = send(io->fd, io->out.p + io->out_pos, io->out.len - io->out_pos,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			io->out_pos += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			break;
		else if (errno != EINTR)
			io->closed = true;
	}
	compact(&io->out, &io->out_pos);
	return !io->closed;
}

static void
wait_writable(int fd)
{
	struct pollfd p = { fd, POLLOUT, 0 };

	poll(&p, 1, -1);
}

bool
frame_flush_all(struct frame_io *io)
{
	while (frame_flush(io) && io->out_pos < io->out.len)
		wait_writable(io->fd);
	return !io->closed;
}

bool
frame_send(struct frame_io *io, enum frame_type type, struct str head, struct str body)
{
	queue_head(io, type, head, body.len);
	frame_flush_all(io);
	while (!io->closed && body.len) {
		ssize_t n = send(io->fd, body.p, body.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			body = str_slice(body, (size_t)n, body.len);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			wait_writable(io->fd);
		else if (errno != EINTR)
			io->closed = true;
	}
	return !io->closed;
}

/* What to ask for: the rest of a large frame and nothing behind it, so that it can be
 * taken with its buffer; 0 when one is there and has not been looked at. */
static size_t
read_size(const struct frame_io *io)
{
	size_t pos = io->in_pos, len;

	while (io->in.len - pos >= HEADER) {
		len = 4 + (size_t)read_u32(io->in.p + pos);
		if (len > FRAME_MAX)
			break;
		if (io->in.len - pos < len)
			return pos + len > io->in.len + READ_SIZE ? pos + len - io->in.len
								   : READ_SIZE;
		pos += len;
		if (len > READ_SIZE && pos == io->in.len)
			return 0;
	}
	return READ_SIZE;
}

bool
frame_fill(struct frame_io *io)
{
	for (;;) {
		size_t size = read_size(io);
		char *to = size ? buf_reserve(&io->in, size) : NULL;
		ssize_t n;

		if (size == 0)
			return true;
		if (!to) {
			io->closed = true;
			return false;
		}
		n = recv(io->fd, to, size, MSG_DONTWAIT);
		if (n > 0) {
			buf_commit(&io->in, (size_t)n);
			if (io->in.len > io->in_most)
				io->in_most = io->in.len;
			if ((size_t)n < size)
				return true;
			if (io->in.len > READ_SIZE * 16)
				return true;
		} else if (n == 0) {
			io->closed = true;
			return false;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return true;
		} else if (errno != EINTR) {
			io->closed = true;
			return false;
		}
	}
}

bool
frame_next(struct frame_io *io, enum frame_type *type, struct str *payload)
{
	const char *p;
	uint32_t len;

	if (io->in.len - io->in_pos < HEADER)
		return false;
	p = io->in.p + io->in_pos;
	len = read_u32(p);
	if (len == 0 || len > FRAME_MAX || (unsigned char)p[4] == 0 ||
		(unsigned char)p[4] >= FRAME_TYPE_COUNT) {
		io->closed = true;
		return false;
	}
	if (io->in.len - io->in_pos - 4 < len)
		return false;
	*type = (enum frame_type)p[4];
	*payload = (struct str){ p + HEADER, len - 1 };
	return true;
}

char *
frame_take(struct frame_io *io)
{
	size_t end = io->in_pos + 4 + read_u32(io->in.p + io->in_pos);

	if (end != io->in.len)
		return NULL;
	io->in_pos = 0;
	return buf_take(&io->in);
}

void
frame_drop(struct frame_io *io)
{
	if (io->in.len == 0) /* taken */
		return;
	io->in_pos += 4 + read_u32(io->in.p + io->in_pos);
	compact(&io->in, &io->in_pos);
}
