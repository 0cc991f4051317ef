/** The caller that a request comes from, as its session or its token says, however the caller signed in. */
@NullMarked
package dev.bailiwick.server.account.authentication;

import org.jspecify.annotations.NullMarked;
