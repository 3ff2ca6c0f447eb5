// Reaches request_head_parse and the field and list functions of impl/lib/http_head.c.
//
// The first four bytes cut the rest, which is a request.
//
// Oracles:
// - the harness's parser of heads: what ours takes it takes, with the same method, target, version and fields; and what
//   it takes ours takes, unless the target has a character that no URI has;
// - a head parsed whole and cut gives the same result; a short one also byte by byte and cut in two at every place (all of
//   them when seeds are replayed);
// - nothing is read past a piece; a head that was taken ends with its blank line, has no control character in a line, and
//   its fields and their elements lie inside it.
#include "head_check.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "mutate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(CUTS, mutate_head, data, size, most, seed);
}

// Whether the target of a request line that the harness takes is one that ours refuses: printable ASCII without the
// characters that RFC 3986 has nowhere and that could end it in a log or a page.
static bool target_is_refused(const char *target)
{
    for (; *target; target++)
        if (*target <= ' ' || *target > '~' || strchr("\"#<>", *target))
            return true;
    return false;
}

static void compare(const struct message_head *ours, int length, const char *text, size_t size)
{
    struct http_head theirs;
    const char *fault;
    // An empty line before the request is the server's to skip (RFC 9112 section 2.2); the harness does not.
    size_t skipped = size >= 2 && memcmp(text, "\r\n", 2) == 0 ? 2 : 0;
    int their_length = http_request_decode((const unsigned char *)text + skipped, size - skipped, &theirs, &fault);
    if (length > 0 && ours->major == 1)
        require(their_length + (int)skipped == length);
    if (their_length <= 0) {
        require(their_length == 0 || length <= 0 || ours->major != 1);
        return;
    }
    if (length < 0) {
        require(target_is_refused(theirs.target) || (size_t)their_length + skipped > MESSAGE_HEAD_MAX);
    } else {
        require(length > 0 && span_equals(ours->method, theirs.method) && span_equals(ours->target, theirs.target));
        require(ours->major == 1 && ours->minor == (unsigned)(theirs.version[7] - '0'));
        head_require_same_fields(ours, &theirs);
    }
    http_head_free(&theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CUTS)
        return 0;
    size -= CUTS;
    const char *text = edge_copy(0, data + CUTS, size);
    struct message_head head = {0};
    int length = request_head_parse(&head, text, size);
    require(length > 0 || length == 0 || length == -EBADMSG || length == -EMSGSIZE || length == -ENAMETOOLONG);
    head_require_same_when_cut(request_head_parse, length, data, text, size);
    if (length > 0) {
        require((size_t)length <= size);
        head_require_whole(&head, text, (size_t)length);
        require(span_is_token(head.method) && head.target.length > 0);
    }
    compare(&head, length, text, size);
    return 0;
}
