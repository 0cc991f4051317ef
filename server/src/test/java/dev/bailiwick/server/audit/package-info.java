/** Tests of the record of what was done. */
@NullMarked
package dev.bailiwick.server.audit;

import org.jspecify.annotations.NullMarked;
