#include "lib/ws_deflate.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

enum {
    MEMORY_LEVEL = 8,     /* zlib's default: 128 KiB beside the window */
    NARROWEST_WINDOW = 9, /* bits that zlib can deflate with */
    AT_BLOCK_END = 128,   /* of data_type: between two blocks, with no bit left of the last byte */
};

const unsigned char deflate_tail[4] = {0x00, 0x00, 0xff, 0xff};

/* Lets zlib see the run, which may be longer than it can count. */
static void stream_load(z_stream *stream, const struct deflate_run *run)
{
    stream->next_in = (unsigned char *)(size_t)run->input; /* zlib's API knows no const; it only reads */
    stream->avail_in = run->input_size < UINT_MAX ? (uInt)run->input_size : UINT_MAX;
    stream->next_out = run->output;
    stream->avail_out = run->output_room < UINT_MAX ? (uInt)run->output_room : UINT_MAX;
}

/* Moves the run on. Returns by how many bytes. */
static size_t stream_store(const z_stream *stream, struct deflate_run *run)
{
    size_t used = (size_t)(stream->next_in - run->input);
    size_t made = (size_t)(stream->next_out - run->output);
    run->input += used;
    run->input_size -= used;
    run->output += made;
    run->output_room -= made;
    return used + made;
}

static int inflater_begin(struct inflater *inflater)
{
    if (inflater->begun)
        return 0;
    memset(&inflater->stream, 0, sizeof inflater->stream);
    if (inflateInit2(&inflater->stream, -inflater->window_bits) != Z_OK)
        return -ENOMEM;
    inflater->begun = true;
    return 0;
}

int inflater_run(struct inflater *inflater, struct deflate_run *run)
{
    int result = inflater_begin(inflater);
    while (result == 0 && run->output_room > 0) {
        stream_load(&inflater->stream, run);
        int status = inflate(&inflater->stream, Z_SYNC_FLUSH);
        size_t moved = stream_store(&inflater->stream, run);
        if (moved > 0) /* a call that can do nothing forgets it */
            inflater->between_blocks = inflater->stream.data_type == AT_BLOCK_END;
        switch (status) {
        case Z_STREAM_END:
            /* BFINAL was set, but a message need not end there. The window stays; inflateReset would clear
             * it. */
            inflateResetKeep(&inflater->stream);
            break;
        case Z_OK:
        case Z_BUF_ERROR: /* it could do nothing, and that is no error */
            break;
        case Z_MEM_ERROR:
            return -ENOMEM;
        default:
            return -EBADMSG;
        }
        if (moved == 0 || (status != Z_STREAM_END && run->input_size == 0))
            break;
    }
    return result;
}

int inflater_message_end(struct inflater *inflater)
{
    if (!inflater->between_blocks)
        return -EBADMSG;
    if (inflater->no_context_takeover)
        inflateReset(&inflater->stream);
    return 0;
}

void inflater_end(struct inflater *inflater)
{
    if (inflater->begun)
        inflateEnd(&inflater->stream);
    inflater->begun = false;
}

static int deflater_begin(struct deflater *deflater)
{
    if (deflater->begun)
        return 0;
    bool narrow = deflater->window_bits < NARROWEST_WINDOW;
    memset(&deflater->stream, 0, sizeof deflater->stream);
    if (deflateInit2(&deflater->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                     narrow ? -NARROWEST_WINDOW : -deflater->window_bits, MEMORY_LEVEL,
                     narrow ? Z_RLE : Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    deflater->begun = true;
    return 0;
}

int deflater_run(struct deflater *deflater, struct deflate_run *run)
{
    int result = deflater_begin(deflater);
    size_t moved = 1;
    while (result == 0 && moved > 0 && run->output_room > 0) {
        stream_load(&deflater->stream, run);
        bool last = deflater->stream.avail_in == run->input_size;
        deflate(&deflater->stream, last ? Z_SYNC_FLUSH : Z_NO_FLUSH); /* fails only when nothing can move */
        moved = stream_store(&deflater->stream, run);
    }
    return result;
}

void deflater_message_end(struct deflater *deflater)
{
    if (deflater->begun && deflater->no_context_takeover)
        deflateReset(&deflater->stream);
}

size_t deflater_room(size_t length)
{
    return length + length / 1000 + 64;
}

void deflater_end(struct deflater *deflater)
{
    if (deflater->begun)
        deflateEnd(&deflater->stream);
    deflater->begun = false;
}
