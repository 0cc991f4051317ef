/** Tests of who may do what. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
