/** What must hold of every text in the tree, whatever module it belongs to. */
@NullMarked
package dev.bailiwick.tree;

import org.jspecify.annotations.NullMarked;
