#include "model/ws_shrink.h"

#include <string.h>

#include "model/shrink.h"

static bool still_fails(struct ws_shrinker *shrinker, const struct ws_sequence *sequence)
{
    if (shrinker->attempts == shrinker->budget)
        return false;
    shrinker->attempts++;
    return shrinker->fails(shrinker->context, sequence);
}

static struct ws_sequence copy(struct ws_shrinker *shrinker, const struct ws_sequence *sequence)
{
    struct ws_sequence other = {.count = sequence->count};
    other.moves = arena_allocate(shrinker->arena, sequence->count + 1, sizeof *other.moves);
    memcpy(other.moves, sequence->moves, sequence->count * sizeof *other.moves);
    return other;
}

// --- fewer frames ---

struct move_list {
    struct ws_shrinker *shrinker;
    const struct ws_sequence *whole;
    struct ws_sequence attempt; // with room for all
};

static void keep_moves(struct move_list *list, const size_t *kept, size_t count)
{
    for (size_t i = 0; i < count; i++)
        list->attempt.moves[i] = list->whole->moves[kept[i]];
    list->attempt.count = count;
}

static bool moves_fail(void *context, const size_t *kept, size_t count)
{
    struct move_list *list = context;
    keep_moves(list, kept, count);
    return count > 0 && still_fails(list->shrinker, &list->attempt);
}

static struct ws_sequence fewer_moves(struct ws_shrinker *shrinker, const struct ws_sequence *sequence)
{
    struct move_list list = {.shrinker = shrinker, .whole = sequence, .attempt = copy(shrinker, sequence)};
    size_t *kept = arena_allocate(shrinker->arena, sequence->count + 1, sizeof *kept);
    for (size_t i = 0; i < sequence->count; i++)
        kept[i] = i;
    size_t count = shrink_list(kept, sequence->count, moves_fail, &list);
    keep_moves(&list, kept, count);
    return list.attempt;
}

// --- plainer writes ---

// Tries one way for all writes: each frame in its own, waited for or not, or all in one.
static bool all_writes(struct ws_shrinker *shrinker, struct ws_sequence *sequence, bool joined, bool awaited)
{
    struct ws_sequence attempt = copy(shrinker, sequence);
    for (size_t i = 0; i < attempt.count; i++) {
        attempt.moves[i].joined = joined;
        attempt.moves[i].awaited = awaited;
        attempt.moves[i].segment = 0;
    }
    if (!still_fails(shrinker, &attempt))
        return false;
    *sequence = attempt;
    return true;
}

static void plainer_writes(struct ws_shrinker *shrinker, struct ws_sequence *sequence)
{
    if (all_writes(shrinker, sequence, false, true) || all_writes(shrinker, sequence, false, false) ||
        all_writes(shrinker, sequence, true, false))
        return;
    for (size_t i = 0; i < sequence->count; i++) {
        struct ws_move before = sequence->moves[i];
        if (!before.segment)
            continue;
        sequence->moves[i].segment = 0;
        if (!still_fails(shrinker, sequence))
            sequence->moves[i] = before;
    }
}

// --- plainer headers ---

static void try_move(struct ws_shrinker *shrinker, struct ws_sequence *sequence, size_t index, struct ws_move move)
{
    struct ws_move before = sequence->moves[index];
    sequence->moves[index] = move;
    if (!still_fails(shrinker, sequence))
        sequence->moves[index] = before;
}

// A length that lies is as well the least that is too long for a control frame, with its bytes.
static void honest_length(struct ws_shrinker *shrinker, struct ws_sequence *sequence, size_t index)
{
    struct ws_move move = sequence->moves[index];
    if (move.frame.length == move.length)
        return;
    unsigned char *bytes = arena_allocate(shrinker->arena, 126, 1);
    memset(bytes, 'a', 126);
    move.payload = bytes;
    move.length = 126;
    move.frame.length = 126;
    move.frame.length_form = WS_LENGTH_SHORTEST;
    try_move(shrinker, sequence, index, move);
}

static void plainer_header(struct ws_shrinker *shrinker, struct ws_sequence *sequence, size_t index)
{
    static const unsigned char plain_mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    struct ws_move move = sequence->moves[index];
    if (move.frame.masked && memcmp(move.frame.mask, plain_mask, sizeof plain_mask) != 0) {
        memcpy(move.frame.mask, plain_mask, sizeof plain_mask);
        try_move(shrinker, sequence, index, move);
    }
    move = sequence->moves[index];
    if (move.frame.rsv) {
        move.frame.rsv = 0;
        try_move(shrinker, sequence, index, move);
        move = sequence->moves[index];
    }
    for (unsigned rsv = 1; rsv < move.frame.rsv; rsv *= 2) {
        struct ws_move other = move;
        other.frame.rsv = rsv;
        try_move(shrinker, sequence, index, other);
        move = sequence->moves[index];
    }
    if (move.frame.length_form != WS_LENGTH_SHORTEST && move.frame.length == move.length) {
        move.frame.length_form = WS_LENGTH_SHORTEST;
        try_move(shrinker, sequence, index, move);
    }
}

// --- smaller payloads ---

struct byte_list {
    struct ws_shrinker *shrinker;
    struct ws_sequence *sequence;
    size_t index;
    struct ws_move whole;
    unsigned char *bytes; // room for all
};

static void keep_bytes(struct byte_list *list, const size_t *kept, size_t count)
{
    struct ws_move *move = &list->sequence->moves[list->index];
    for (size_t i = 0; i < count; i++)
        list->bytes[i] = list->whole.payload[kept[i]];
    move->payload = list->bytes;
    move->length = count;
    if (list->whole.frame.length == list->whole.length)
        move->frame.length = count;
}

static bool bytes_fail(void *context, const size_t *kept, size_t count)
{
    struct byte_list *list = context;
    keep_bytes(list, kept, count);
    return still_fails(list->shrinker, list->sequence);
}

static void smaller_payload(struct ws_shrinker *shrinker, struct ws_sequence *sequence, size_t index)
{
    struct ws_move move = sequence->moves[index];
    if (move.length == 0)
        return;
    struct byte_list list = {.shrinker = shrinker, .sequence = sequence, .index = index, .whole = move};
    list.bytes = arena_allocate(shrinker->arena, move.length, 1);
    size_t *kept = arena_allocate(shrinker->arena, move.length, sizeof *kept);
    for (size_t i = 0; i < move.length; i++)
        kept[i] = i;
    size_t count = shrink_list(kept, move.length, bytes_fail, &list);
    keep_bytes(&list, kept, count);
}

// The same byte throughout, where it does not matter which.
static void plainer_payload(struct ws_shrinker *shrinker, struct ws_sequence *sequence, size_t index)
{
    struct ws_move move = sequence->moves[index];
    unsigned char *bytes = arena_allocate(shrinker->arena, move.length + 1, 1);
    memset(bytes, 'a', move.length);
    if (move.length == 0 || memcmp(bytes, move.payload, move.length) == 0)
        return;
    move.payload = bytes;
    try_move(shrinker, sequence, index, move);
}

struct ws_sequence ws_shrink(struct ws_shrinker *shrinker, const struct ws_sequence *sequence)
{
    struct ws_sequence smaller = fewer_moves(shrinker, sequence);
    plainer_writes(shrinker, &smaller);
    for (size_t i = 0; i < smaller.count; i++) {
        honest_length(shrinker, &smaller, i);
        plainer_header(shrinker, &smaller, i);
        smaller_payload(shrinker, &smaller, i);
        plainer_payload(shrinker, &smaller, i);
    }
    if (smaller.count > 1)
        smaller = fewer_moves(shrinker, &smaller);
    return smaller;
}
