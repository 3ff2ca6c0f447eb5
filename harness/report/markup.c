#include "report/markup.h"

#include <string.h>

static int sink(void *out, const char *data, int length)
{
    buffer_append(out, data, (size_t)length);
    return length;
}

xmlTextWriter *markup_open(struct buffer *out)
{
    xmlOutputBuffer *output = xmlOutputBufferCreateIO(sink, NULL, out, NULL);
    return output ? xmlNewTextWriter(output) : NULL;
}

static void possible_append(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.length;) {
        uint32_t c;
        size_t size = code_point_decode(text.data + i, text.length - i, &c);
        bool blank = size && (c == '\t' || c == '\n' || c == '\r');
        if (size == 0 || (c < 0x20 && !blank) || c == 0xfffe || c == 0xffff)
            buffer_text(out, "\ufffd");
        else
            buffer_append(out, text.data + i, size);
        i += size ? size : 1;
    }
}

void markup_attribute(xmlTextWriter *writer, const char *name, struct text value)
{
    struct buffer safe = {0};
    possible_append(&safe, value);
    xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST buffer_string(&safe));
    buffer_free(&safe);
}

void markup_attribute_string(xmlTextWriter *writer, const char *name, const char *value)
{
    markup_attribute(writer, name, (struct text){value, strlen(value)});
}

void markup_content(xmlTextWriter *writer, struct text content)
{
    struct buffer safe = {0};
    possible_append(&safe, content);
    xmlTextWriterWriteString(writer, BAD_CAST buffer_string(&safe));
    buffer_free(&safe);
}
