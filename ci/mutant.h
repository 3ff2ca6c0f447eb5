/* What ci/mutants writes into a copy of the sources: MUTANT(n) is true in the run that tries mutant number n. */
#ifndef MUTANT_H
#define MUTANT_H

_Bool mutant_reached(int number);

#define MUTANT(number) mutant_reached(number)

/* Each operand is evaluated once, or not at all where the language says so. */
#define MUTANT_BINARY(number, left, right, is, becomes)                                                                \
    __extension__({                                                                                                    \
        __auto_type mutant_left = (left);                                                                              \
        __auto_type mutant_right = (right);                                                                            \
        MUTANT(number) ? (mutant_left becomes mutant_right) : (mutant_left is mutant_right);                           \
    })
#define MUTANT_AND(number, left, right)                                                                                \
    __extension__({                                                                                                    \
        _Bool mutant_left = (left), mutant_or = MUTANT(number);                                                        \
        mutant_left != mutant_or ? (_Bool)(right) : mutant_left;                                                       \
    })
#define MUTANT_OR(number, left, right)                                                                                 \
    __extension__({                                                                                                    \
        _Bool mutant_left = (left), mutant_and = MUTANT(number);                                                       \
        mutant_left == mutant_and ? (_Bool)(right) : mutant_left;                                                      \
    })
#define MUTANT_TRUTH(number, condition) (MUTANT(number) != (_Bool)(condition))
#define MUTANT_NUMBER(number, constant) (MUTANT(number) ? (constant) + 1 : (constant))
#define MUTANT_RETURN(number, value) (MUTANT(number) ? 0 : (value))
#define MUTANT_CALL(number, call) (MUTANT(number) ? (void)0 : (void)(call))

#endif
