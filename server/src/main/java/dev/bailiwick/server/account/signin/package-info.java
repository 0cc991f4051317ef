/** How people and programs prove who they are, and the rules of the edge. */
@NullMarked
package dev.bailiwick.server.account.signin;

import org.jspecify.annotations.NullMarked;
