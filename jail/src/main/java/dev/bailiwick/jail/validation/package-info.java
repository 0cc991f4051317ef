/** What is wrong with a value, and with which field of a definition. */
@NullMarked
package dev.bailiwick.jail.validation;

import org.jspecify.annotations.NullMarked;
