/* How many elements an array has. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

/* Only for an array itself: of a pointer to one this gives nonsense. */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
