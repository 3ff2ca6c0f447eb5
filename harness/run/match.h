// Does what has arrived satisfy what is expected? Pure functions on bytes; the waiting is script.c's.
#ifndef SOCKSPEC_RUN_MATCH_H
#define SOCKSPEC_RUN_MATCH_H

#include "suite/matcher.h"
#include "wire/channel.h"

struct match_input {
    const unsigned char *bytes;
    size_t length;
    bool whole;                       // a datagram: the match must take all of it
    enum channel_end end;             // CHANNEL_OPEN: more may come
    bool final;                       // nothing more comes: the end, or the deadline
    bool exited;                      // of standard output and error: the end is that of the program
    int64_t waiting_ns;               // how long ago the program may have been asked: a time may be as old
    const char *key;                  // the Sec-WebSocket-Key that was sent
    bool from_client;                 // frames come from a client, so they are masked
    const struct ws_deflate *deflate; // of the connection, or NULL
};

enum match_answer { MATCH_YES, MATCH_NO, MATCH_MORE };

struct match {
    const struct matcher *by; // the alternative that decided
    size_t consumed;
    bool extendable;                     // more bytes could belong to it
    bool opened;                         // a 101 was accepted: from here on it is a WebSocket
    struct ws_deflate_agreement deflate; // of the 101
    bool closing;                        // a close frame
    unsigned char code[2];               // its code
    bool has_code;
    const char *sample; // where `number` belongs, or NULL
    long long number;
    char key[WS_KEY_LENGTH + 1]; // of an opening handshake, or empty
    char *detail;                // why not, or NULL; the caller frees it
};

// `match` must be zeroed.
enum match_answer match_bytes(const struct matcher *matcher, const struct match_input *input, struct match *match);

// The kinds that have files of their own.
enum match_answer match_request(const struct matcher *matcher, const struct match_input *input, struct match *match);
enum match_answer match_response(const struct matcher *matcher, const struct match_input *input, struct match *match);
enum match_answer match_frame(const struct matcher *matcher, const struct match_input *input, struct match *match);
enum match_answer match_message(const struct matcher *matcher, const struct match_input *input, struct match *match);
enum match_answer match_pongs(const struct matcher *matcher, const struct match_input *input, struct match *match);
enum match_answer match_close(const struct matcher *matcher, const struct match_input *input, struct match *match);

// True when the text, which has the form that the matcher's kind demands, is a time within its skew of the span from
// `waiting_ns` ago to now. Fills `detail` otherwise.
bool match_time(const struct matcher *matcher, const char *text, int64_t waiting_ns, char **detail);

// Records why something does not match, unless a reason is there.
enum match_answer match_refuse(struct match *match, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
