// The readers of the single kinds of file; for catalog.c only.
#ifndef SOCKSPEC_SUITE_LOAD_H
#define SOCKSPEC_SUITE_LOAD_H

#include "suite/catalog.h"
#include "suite/reader.h"

// Each reads a whole file into the catalog; problems are added to it.
void load_requirements(struct catalog *catalog, struct reader *reader);
void load_programs(struct catalog *catalog, struct reader *reader);
void load_suite(struct catalog *catalog, struct reader *reader);
void load_profile(struct catalog *catalog, struct reader *reader, struct profile *profile);

// Reads `options: {name: [argument, …]}`.
bool load_options(struct reader *reader, const yaml_node_t *node, struct program_option **options, size_t *count);

// Reads `tls` of a case, whose program, role, transport, options and arguments are known. `node` may be NULL.
bool load_tls(struct reader *reader, const yaml_node_t *node, const yaml_node_t *test_node, struct test_case *test);

// What a program, or a case, may say of role and transport: by enum role and enum transport, NULL at the end.
extern const char *const role_names[];
extern const char *const transport_names[];

// The keys that `defaults` of a suite may have; NULL at the end.
extern const char *const default_keys[];

// Reads one case without matrix and rows, with the reader's variables in force, and adds it to the catalog.
void load_case(struct catalog *catalog, struct reader *reader, const struct suite *suite, const yaml_node_t *defaults,
               const yaml_node_t *node);

#endif
