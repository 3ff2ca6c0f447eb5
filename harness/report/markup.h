// XML and HTML text, for the formats that are written by libxml2's text writer.
#ifndef SOCKSPEC_REPORT_MARKUP_H
#define SOCKSPEC_REPORT_MARKUP_H

#include <libxml/xmlwriter.h>

#include "base/buffer.h"
#include "report/details.h"

// A writer that appends to `out`, or NULL without memory. xmlTextWriterEndDocument() and xmlFreeTextWriter() end it.
xmlTextWriter *markup_open(struct buffer *out);

// Write an attribute or content. What XML 1.0 has no way at all to hold, most control characters, is replaced by U+FFFD.
void markup_attribute(xmlTextWriter *writer, const char *name, struct text value);
void markup_attribute_string(xmlTextWriter *writer, const char *name, const char *value);
void markup_content(xmlTextWriter *writer, struct text content);

#endif
