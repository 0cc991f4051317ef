/** Tests of all texts in the tree, in every module. */
@NullMarked
package dev.bailiwick.tree;

import org.jspecify.annotations.NullMarked;
