/* What ci/mutants writes into a copy of the sources: with MUTANT=n in the environment each macro of that number does what
 * the mutant would. A mutant is noted as come by (MUTANTS_REACHED) where it makes a difference: where both operators give
 * the same, nothing that follows can tell them apart. */
#ifndef MUTANT_H
#define MUTANT_H

/* Whether this one is tried. */
_Bool mutant_is_tried(int number);

/* Notes that it makes a difference here. Returns whether it is tried. */
_Bool mutant_reached(int number);

#define MUTANT_IF(number, differs) ((differs) && mutant_reached(number))

/* Each operand is evaluated once, or not at all where the language says so. */
#define MUTANT_BINARY(number, left, right, is, becomes)                                                                \
    __extension__({                                                                                                    \
        __auto_type mutant_left = (left);                                                                              \
        __auto_type mutant_right = (right);                                                                            \
        __auto_type mutant_is = mutant_left is mutant_right;                                                           \
        __auto_type mutant_other = mutant_left becomes mutant_right;                                                   \
        MUTANT_IF(number, mutant_is != mutant_other) ? mutant_other : mutant_is;                                       \
    })
/* As that, where the other operator may be undefined for these operands: a division by zero. */
#define MUTANT_DIVISION(number, left, right, is, becomes)                                                              \
    __extension__({                                                                                                    \
        __auto_type mutant_left = (left);                                                                              \
        __auto_type mutant_right = (right);                                                                            \
        mutant_reached(number) ? (mutant_left becomes mutant_right) : (mutant_left is mutant_right);                   \
    })
/* `acts`: the right side does something, which the mutant does not do or does in other cases. */
#define MUTANT_AND(number, left, right, acts)                                                                          \
    __extension__({                                                                                                    \
        _Bool mutant_left = (left), mutant_or = mutant_is_tried(number);                                               \
        _Bool mutant_value = mutant_left != mutant_or ? (_Bool)(right) : mutant_left;                                  \
        (void)MUTANT_IF(number, (acts) || !mutant_left || !mutant_value);                                              \
        mutant_value;                                                                                                  \
    })
#define MUTANT_OR(number, left, right, acts)                                                                           \
    __extension__({                                                                                                    \
        _Bool mutant_left = (left), mutant_and = mutant_is_tried(number);                                              \
        _Bool mutant_value = mutant_left == mutant_and ? (_Bool)(right) : mutant_left;                                 \
        (void)MUTANT_IF(number, (acts) || mutant_left || mutant_value);                                                \
        mutant_value;                                                                                                  \
    })
#define MUTANT_TRUTH(number, condition) (mutant_reached(number) != (_Bool)(condition))
#define MUTANT_NUMBER(number, constant) (mutant_reached(number) ? (constant) + 1 : (constant))
#define MUTANT_RETURN(number, value)                                                                                   \
    __extension__({                                                                                                    \
        __auto_type mutant_value = (value);                                                                            \
        MUTANT_IF(number, mutant_value != 0) ? 0 : mutant_value;                                                       \
    })
#define MUTANT_CALL(number, call) (mutant_reached(number) ? (void)0 : (void)(call))

#endif
