// The socket of a channel below TLS: bytes as they are on the wire. For the files of this room only.
#ifndef SOCKSPEC_WIRE_RAW_H
#define SOCKSPEC_WIRE_RAW_H

#include <sys/types.h>

#include "wire/channel.h"

// Writes what the kernel takes now. Returns the count, 0 when it takes nothing, or a negative errno.
ssize_t raw_write_some(struct channel *channel, const unsigned char *bytes, size_t length);

// Writes all of it, reading meanwhile. The results of channel_send().
int raw_write(struct channel *channel, const unsigned char *bytes, size_t length, int64_t deadline);

// Takes what the kernel has. Returns the count; 0 with `end` set to CHANNEL_FIN or CHANNEL_RST when the stream has
// ended; -ETIMEDOUT when there is nothing; another negative errno.
ssize_t raw_read(struct channel *channel, unsigned char *bytes, size_t size);

#endif
