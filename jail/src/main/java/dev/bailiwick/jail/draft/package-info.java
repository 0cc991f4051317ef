/** Definitions and policies from callers, before they are checked. */
@NullMarked
package dev.bailiwick.jail.draft;

import org.jspecify.annotations.NullMarked;
