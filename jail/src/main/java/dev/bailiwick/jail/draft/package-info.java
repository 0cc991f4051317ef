/** Definitions and policies as callers write them, before they are checked. */
@NullMarked
package dev.bailiwick.jail.draft;

import org.jspecify.annotations.NullMarked;
