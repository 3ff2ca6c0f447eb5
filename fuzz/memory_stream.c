#include "memory_stream.h"

#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "lib/random.h"
#include "lib/server.h"
#include "lib/stream.h"

static struct {
    const uint8_t *bytes;
    size_t left;
    struct cuts cuts;
    bool silent, stopping;
    struct buffer written;
} memory;

void memory_stream_begin(const uint8_t *bytes, size_t size, struct cuts cuts, bool silent, bool stopping)
{
    memory.bytes = bytes;
    memory.left = size;
    memory.cuts = cuts;
    memory.silent = silent;
    memory.stopping = stopping;
    buffer_shorten(&memory.written, 0);
}

const uint8_t *memory_stream_written(size_t *size)
{
    *size = memory.written.length;
    return memory.written.data;
}

ssize_t stream_read(struct stream *stream, void *buffer, size_t size, int64_t deadline)
{
    (void)stream;
    (void)deadline;
    require(size > 0);
    if (memory.left == 0)
        return memory.silent ? -ETIMEDOUT : 0;
    size_t more = 0;
    while (more == 0)
        more = cuts_next(&memory.cuts, memory.left < size ? memory.left : size);
    memcpy(buffer, memory.bytes, more);
    memory.bytes += more;
    memory.left -= more;
    return (ssize_t)more;
}

int stream_write(struct stream *stream, const void *bytes, size_t size, int64_t deadline)
{
    (void)stream;
    (void)deadline;
    if (size)
        buffer_append(&memory.written, bytes, size);
    return 0;
}

void stream_end(struct stream *stream)
{
    (void)stream;
}

int stream_accept_tls(struct stream *stream, SSL_CTX *context, int64_t deadline)
{
    (void)stream;
    (void)context;
    (void)deadline;
    return -EPROTO;
}

int stream_connect_tls(struct stream *stream, SSL_CTX *context, const char *host, int64_t deadline,
                       struct failure *failure)
{
    (void)stream;
    (void)context;
    (void)host;
    (void)deadline;
    return failure_set(failure, EPROTO, "memory");
}

bool server_is_stopping(const struct server *server)
{
    (void)server;
    return memory.stopping;
}

void random_bytes(void *bytes, size_t size)
{
    uint8_t *byte = bytes;
    for (size_t i = 0; i < size; i++)
        byte[i] = (uint8_t)('A' + i);
}
