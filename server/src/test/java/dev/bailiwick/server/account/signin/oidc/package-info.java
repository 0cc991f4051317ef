/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.account.signin.oidc;

import org.jspecify.annotations.NullMarked;
