// What lies at the path of a Unix socket: made before the program starts, looked at when a case asks, and removed.
#ifndef SOCKSPEC_RUN_PLACE_H
#define SOCKSPEC_RUN_PLACE_H

#include <stddef.h>

#include "suite/catalog.h"

// Writes the path that a case of this kind uses: "DIRECTORY/NUMBER.sock", or one that cannot be bound.
void place_path(enum place place, const char *directory, unsigned number, char *path, size_t size);

// Puts there what the kind says; a live socket is the caller's to make. Returns 0 or a negative errno.
int place_make(enum place place, const char *path);

// Tells what is there now.
enum place_state place_look(const char *path);

// Removes it.
void place_clear(const char *path);

#endif
