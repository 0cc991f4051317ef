/** Who may do what: customers, the people and programs that act, how they prove who they are, and the rules of the edge. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
