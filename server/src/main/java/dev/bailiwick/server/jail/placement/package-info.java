/** Where a new jail goes: what its definition becomes, which hosts can hold it, and which of them is chosen. */
@NullMarked
package dev.bailiwick.server.jail.placement;

import org.jspecify.annotations.NullMarked;
