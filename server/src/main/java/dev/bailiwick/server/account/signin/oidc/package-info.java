/** Sign-in at a provider by OpenID Connect, with the roles that the provider says. */
@NullMarked
package dev.bailiwick.server.account.signin.oidc;

import org.jspecify.annotations.NullMarked;
