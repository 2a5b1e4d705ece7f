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
wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_fini(b);
}

void
frame_io_fini(struct frame_io *io)
{
	wipe(&io->in);
	wipe(&io->out);
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

void
frame_queue(struct frame_io *io, enum frame_type type, struct str head, struct str body)
{
	frame_put_u32(&io->out, (uint32_t)(1 + head.len + body.len));
	buf_addc(&io->out, (char)type);
	buf_add_str(&io->out, head);
	buf_add_str(&io->out, body);
	if (buf_is_over(&io->out))
		io->closed = true;
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

bool
frame_flush_all(struct frame_io *io)
{
	while (frame_flush(io) && io->out_pos < io->out.len) {
		struct pollfd p = { io->fd, POLLOUT, 0 };

		poll(&p, 1, -1);
	}
	return !io->closed;
}

bool
frame_fill(struct frame_io *io)
{
	for (;;) {
		char *to = buf_reserve(&io->in, READ_SIZE);
		ssize_t n;

		if (!to) {
			io->closed = true;
			return false;
		}
		n = recv(io->fd, to, READ_SIZE, MSG_DONTWAIT);
		if (n > 0) {
			buf_commit(&io->in, (size_t)n);
			if ((size_t)n < READ_SIZE)
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

void
frame_drop(struct frame_io *io)
{
	io->in_pos += 4 + read_u32(io->in.p + io->in_pos);
	compact(&io->in, &io->in_pos);
}
