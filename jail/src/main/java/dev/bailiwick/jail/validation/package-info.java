/** Errors in values and in fields of definitions. */
@NullMarked
package dev.bailiwick.jail.validation;

import org.jspecify.annotations.NullMarked;
