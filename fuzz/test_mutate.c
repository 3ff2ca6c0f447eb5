// The mutators keep to their room, are the same for the same seed, and make what they promise: mostly legal input.
#include "mutate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/http_head.h"
#include "ws/frame.h"

enum { ROUNDS = 20000, MOST = 300 };

static const uint8_t frames[] = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x89\x80\0\0\0\0\x82\x81\0\0\0\0x";
static const char head[] = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n";

// Stands in for libFuzzer's own mutations.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
    if (size < most)
        data[size++] = '!';
    return size;
}

static size_t apply(mutation *mutate, const void *from, size_t size, uint8_t bytes[MOST + 1], unsigned seed)
{
    memcpy(bytes, from, size);
    bytes[MOST] = 0xa5;
    size = mutate(bytes, size, MOST, seed);
    assert_true(size <= MOST && bytes[MOST] == 0xa5);
    return size;
}

static void test_the_same_seed_makes_the_same(void **state)
{
    uint8_t once[MOST + 1] = {0}, again[MOST + 1] = {0};
    (void)state;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        size_t size = apply(mutate_frames, frames, sizeof frames - 1, once, seed);
        assert_int_equal(apply(mutate_frames, frames, sizeof frames - 1, again, seed), size);
        assert_memory_equal(once, again, size);
    }
}

static size_t legal_frames(const uint8_t *bytes, size_t size)
{
    struct ws_frame frame;
    size_t count = 0, header;
    while ((header = ws_frame_decode(bytes, size, &frame)) > 0 && frame.length <= size - header &&
           !ws_frame_fault(&frame, false)) {
        bytes += header + frame.length;
        size -= header + (size_t)frame.length;
        count++;
    }
    return size == 0 ? count : 0;
}

static void test_frames_stay_frames_and_become_more_and_fewer(void **state)
{
    uint8_t bytes[MOST + 1] = {0};
    unsigned legal = 0, fewer = 0, more = 0;
    (void)state;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        size_t count = legal_frames(bytes, apply(mutate_frames, frames, sizeof frames - 1, bytes, seed));
        legal += count > 0;
        fewer += count == 2;
        more += count > 3;
    }
    assert_in_range(legal, ROUNDS * 3 / 4, ROUNDS - ROUNDS / 50); // and some are illegal
    assert_in_range(fewer, ROUNDS / 50, ROUNDS);
    assert_in_range(more, ROUNDS / 4, ROUNDS);
}

static void test_heads_mostly_stay_heads(void **state)
{
    uint8_t bytes[MOST + 1] = {0};
    unsigned legal = 0, broken = 0;
    (void)state;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        struct message_head parsed = {0};
        size_t size = apply(mutate_head, head, sizeof head - 1, bytes, seed);
        int result = request_head_parse(&parsed, (const char *)bytes, size);
        legal += result > 0;
        broken += result == -EBADMSG;
    }
    assert_in_range(legal, ROUNDS / 4, ROUNDS);
    assert_in_range(broken, ROUNDS / 20, ROUNDS);
}

static void test_connections_keep_what_is_before_and_behind(void **state)
{
    uint8_t connection[sizeof head + sizeof frames + 2], bytes[MOST + 1] = {0};
    unsigned same_head = 0, same_frames = 0;
    size_t size = sizeof connection;
    (void)state;
    memset(connection, 0, 4);
    memcpy(connection + 4, head, sizeof head - 1);
    memcpy(connection + 4 + sizeof head - 1, frames, sizeof frames - 1);
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        memcpy(bytes, connection, size);
        size_t changed = mutate_behind(4, mutate_connection, bytes, size, MOST, seed);
        assert_true(changed <= MOST);
        same_head += changed >= 4 + sizeof head - 1 && memcmp(bytes + 4, head, sizeof head - 1) == 0;
        same_frames += changed >= sizeof frames - 1 &&
                       memcmp(bytes + changed - (sizeof frames - 1), frames, sizeof frames - 1) == 0;
    }
    assert_in_range(same_head, ROUNDS / 2, ROUNDS - ROUNDS / 10);
    assert_in_range(same_frames, ROUNDS / 10, ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_seed_makes_the_same),
        cmocka_unit_test(test_frames_stay_frames_and_become_more_and_fewer),
        cmocka_unit_test(test_heads_mostly_stay_heads),
        cmocka_unit_test(test_connections_keep_what_is_before_and_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
