/** Tests of the API tokens. */
@NullMarked
package dev.bailiwick.server.account.token;

import org.jspecify.annotations.NullMarked;
