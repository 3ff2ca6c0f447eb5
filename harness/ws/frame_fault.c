// What is wrong with a frame: one function for each part of the header, in the order of the bytes on the
// wire.
#include "ws/frame.h"

static const char *rsv_fault(const struct ws_frame *frame)
{
#define RSV(bits) "RSV bits " bits " without an extension that defines them (RFC 6455 section 5.2)"
    static const char *const faults[8] = {
        NULL, RSV("0x1"), RSV("0x2"), RSV("0x3"), RSV("0x4"), RSV("0x5"), RSV("0x6"), RSV("0x7"),
    };
#undef RSV
    return faults[frame->rsv & 7];
}

static const char *opcode_fault(const struct ws_frame *frame)
{
#define RESERVED(opcode) [opcode] = "reserved opcode " #opcode " (RFC 6455 section 5.2)"
    static const char *const faults[16] = {
        RESERVED(0x3), RESERVED(0x4), RESERVED(0x5), RESERVED(0x6), RESERVED(0x7),
        RESERVED(0xb), RESERVED(0xc), RESERVED(0xd), RESERVED(0xe), RESERVED(0xf),
    };
#undef RESERVED
    return faults[frame->opcode & 15];
}

static const char *control_fault(const struct ws_frame *frame)
{
    if (!(frame->opcode & 8))
        return NULL;
    if (!frame->fin)
        return "control frame without FIN: control frames must not be fragmented (RFC 6455 section 5.5)";
    if (frame->length > 125)
        return "control frame with a payload of more than 125 bytes (RFC 6455 section 5.5)";
    return NULL;
}

static const char *mask_fault(const struct ws_frame *frame, bool from_server)
{
    if (from_server && frame->masked)
        return "masked frame from a server (RFC 6455 section 5.1)";
    if (!from_server && !frame->masked)
        return "unmasked frame from a client (RFC 6455 section 5.1)";
    return NULL;
}

static const char *length_fault(const struct ws_frame *frame)
{
    if (frame->length_form == WS_LENGTH_16 && frame->length < 126)
        return "16-bit length for a payload of less than 126 bytes: not the shortest form (RFC 6455 section "
               "5.2)";
    if (frame->length_form == WS_LENGTH_64 && frame->length <= UINT16_MAX)
        return "64-bit length for a payload of less than 65536 bytes: not the shortest form"
               " (RFC 6455 section 5.2)";
    if (frame->length >> 63)
        return "64-bit length with the most significant bit set (RFC 6455 section 5.2)";
    return NULL;
}

const char *ws_frame_fault(const struct ws_frame *frame, bool from_server)
{
    const char *fault = rsv_fault(frame);
    if (!fault)
        fault = opcode_fault(frame);
    if (!fault)
        fault = control_fault(frame);
    if (!fault)
        fault = mask_fault(frame, from_server);
    if (!fault)
        fault = length_fault(frame);
    return fault;
}
