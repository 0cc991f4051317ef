/** The second step of a sign-in: a code of the user's authenticator, or a recovery code. Also the setup of both. */
@NullMarked
package dev.bailiwick.server.account.signin.code;

import org.jspecify.annotations.NullMarked;
