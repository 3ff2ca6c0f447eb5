// What a case finds around it: the endpoint that a client under test is sent to, and the ports with a peculiarity that
// its arguments name.
#ifndef SOCKSPEC_RUN_SURROUNDINGS_H
#define SOCKSPEC_RUN_SURROUNDINGS_H

#include "run/script.h"

struct surroundings {
    struct endpoint endpoint;
    int descriptors[16]; // kept open while the case runs
    size_t count;
};

// Makes them and, for a client under test, the context's listener. Returns NULL, or why it did not work; to be freed.
// `path` is where a Unix socket belongs. To be ended in both cases.
char *surroundings_make(struct surroundings *surroundings, struct script_context *context, const char *path);
void surroundings_end(struct surroundings *surroundings);

#endif
