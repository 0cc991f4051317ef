/** Tests of accounts and permissions. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
